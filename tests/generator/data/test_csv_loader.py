# ruff: noqa: E501 - a table of cases reads best with one case to a line
from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.data.csv_loader import load_csv, read_cell
from generator.data.text import Text, decode
from generator.errors import SiteError, flatten

CELLS = st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=8)


def refused(text: str) -> str:
    with pytest.raises((SiteError, ExceptionGroup)) as caught:
        load_csv(Text("x.csv", text))
    return "\n\n".join(str(error) for error in flatten(caught.value))


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [
        ("3", 3), ("-3", -3), ("0", 0), ("5.18e-05", 5.18e-05), ("1e-5", 1e-5), ("1E5", 1e5), (".5", 0.5), ("-0.25", -0.25), (" 7 ", 7), ("9007199254740993", 9007199254740993),
        ("0.000051790419752351344", 5.1790419752351344e-05),
        ("007", "007"), ("00.5", "00.5"), ("-01", "-01"), ("1_000", "1_000"), ("1,000", "1,000"), ("nan", "nan"), ("NaN", "NaN"), ("inf", "inf"), ("-inf", "-inf"), ("1e999", "1e999"),
        ("+5", "+5"), ("1.", "1."), ("0x1F", "0x1F"), ("1.2.3", "1.2.3"), ("2020-05-16", "2020-05-16"), ("12:30", "12:30"), ("true", "true"), ("null", "null"), ("-", "-"), ("١٢", "١٢"),
        ("9" * 301, "9" * 301), ("x", "x"), (" x ", " x "), ("", None), ("  ", None),
    ],
)  # fmt: skip
def test_a_cell_is_a_number_only_when_it_reads_as_one(cell: str, meaning: object):
    found = read_cell(cell)

    assert found == meaning
    assert type(found) is type(meaning)


# The forms that CSV readers are known to get wrong: https://github.com/max-mapper/csv-spectrum names them.
FORMS = {
    "comma in quotes": ('first,address\nJohn,"120 any st., Anytown"', [{"first": "John", "address": "120 any st., Anytown"}]),
    "empty": ('a,b,c\n1,"",""\n2,,4', [{"a": 1, "b": None, "c": None}, {"a": 2, "b": None, "c": 4}]),
    "escaped quotes": ('a,b\n1,"ha ""ha"" ha"\n3,4', [{"a": 1, "b": 'ha "ha" ha'}, {"a": 3, "b": 4}]),
    "json": ('key,val\n1,"{""type"": ""Point"", ""x"": [1, 2]}"', [{"key": 1, "val": '{"type": "Point", "x": [1, 2]}'}]),
    "line breaks": ('a,b\n1,"one\ntwo"\n', [{"a": 1, "b": "one\ntwo"}]),
    "crlf": ('a,b\r\n1,"one\r\ntwo"\r\n2,x\r\n', [{"a": 1, "b": "one\r\ntwo"}, {"a": 2, "b": "x"}]),
    "old mac": ("a,b\r1,2\r3,4\r", [{"a": 1, "b": 2}, {"a": 3, "b": 4}]),
    "quotes and line breaks": ('a,b\n1,"ha\n""ha""\nha"', [{"a": 1, "b": 'ha\n"ha"\nha'}]),
    "utf-8": ("a,b\n1,ʤ\n4,각", [{"a": 1, "b": "ʤ"}, {"a": 4, "b": "각"}]),
    "phone and coordinates": ("phone,place\n02095257564,37°36'37.8\"N", [{"phone": "02095257564", "place": "37°36'37.8\"N"}]),
    "empty lines": ("\na,b\n\n1,2\n\n", [{"a": 1, "b": 2}]),
    "one column": ("a\n1\n2", [{"a": 1}, {"a": 2}]),
    "no rows": ("a,b\n", []),
    "spaces in the header": ("a, Learning Rate ,b\n1,2,3", [{"a": 1, "Learning Rate": 2, "b": 3}]),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_csv_of_every_form_is_read(form: str):
    text, rows = FORMS[form]

    assert load_csv(decode("x.csv", text.encode())).value == rows


def test_tabs_separate_the_cells_of_tsv():
    assert load_csv(Text("x.tsv", 'a\tb\n1,2\t"x\ty"'), "\t").value == [{"a": "1,2", "b": "x\ty"}]


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_what_pythons_writer_writes_comes_back(rows: list[tuple[str, str]]):
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])

    loaded = load_csv(Text("x", written.getvalue()))

    assert loaded.value == [{"a": read_cell(a), "b": read_cell(b)} for a, b in rows]
    for number, (a, b) in enumerate(rows):  # every cell has the place where it is written
        for key, cell in (("a", a), ("b", b)):
            quoted = '"' + cell.replace('"', '""') + '"'
            assert written.getvalue().startswith(quoted, loaded.offsets[(number, key)][0])


def test_rows_and_cells_have_the_line_and_column_they_start_at():
    loaded = load_csv(Text("x", 'a,b\n1,"x\ny"\n\n2,"z"\n'))

    assert loaded.positions == {
        (): (1, 1), (0,): (2, 1), (0, "a"): (2, 1), (0, "b"): (2, 3), (1,): (5, 1), (1, "a"): (5, 1), (1, "b"): (5, 3),
    }  # fmt: skip


MISTAKES = [
    ("", 1, 1, "the file has no header row", "name the columns in the first line"),
    ("a,b\n1,2\n3\n", 3, 1, "this row has 1 cell, the header has 2", ""),
    (
        'a,b\n"x\ny",2\n1,2,3\n',
        4,
        1,
        "this row has 3 cells, the header has 2",
        "put quotes around a cell that holds a comma",
    ),
    (",a\n0,1", 1, 1, "column 1 has no name", "name it; pandas leaves it out with `to_csv(index=False)`"),
    ("a,\n0,1", 1, 3, "column 2 has no name", "name it, or remove it"),
    ("a,b, a\n0,1,2", 1, 5, "two columns are named `a`", "rename one of them"),
    ('a,b\n1,"x"\n2,"y\n3,4\n', 3, 3, "this quote is not closed", 'close it with `"`'),
    ('a,b\n"p ""q""","x', 2, 11, "this quote is not closed", 'close it with `"`'),
    ('a,b\n1,"x"y\n', 2, 3, "text follows the quote that closes this cell", 'inside quotes, write `"` twice'),
    ("a,b\n1,\n2," + "x" * 200_000, 3, 1, "a cell is longer than 131,072 characters", "is a quote not closed?"),
]


@pytest.mark.parametrize(("text", "line", "column", "what", "hint"), MISTAKES, ids=[case[0][:30] for case in MISTAKES])
def test_a_mistake_is_named_with_its_place_and_a_way_out(text: str, line: int, column: int, what: str, hint: str):
    shown = text.split("\n")[line - 1][:160]
    excerpt = f"\n{line:>5} | {shown}\n      | {' ' * (column - 1)}^" if shown else ""

    assert refused(text) == f"x.csv:{line}:{column}: error: {what}{excerpt}" + (f"\nhint: {hint}" if hint else "")


def test_all_ragged_rows_are_told_up_to_twenty():
    messages = refused("a,b\n" + "1\n" * 30).split("\n\n")

    assert [message.split("\n")[0] for message in messages] == [
        f"x.csv:{line}:1: error: this row has 1 cell, the header has 2" for line in range(2, 22)
    ]
