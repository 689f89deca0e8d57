from datetime import UTC, datetime

import pytest

from generator.read.dialects import SPELLINGS, TAKERS, Translated, translate
from generator.read.frontmatter import split
from generator.read.source import Source


def told(head: str) -> Translated:
    text = head if head.startswith(("+++", "{", "Title")) else f"---\n{head}\n---\n"
    return translate(split(Source("posts/a.md", text, "")), UTC)


def test_every_key_of_ours_has_a_reader():
    assert set(TAKERS) == set(SPELLINGS)


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        (
            # Jekyll
            "layout: post\ntitle: 'Jae: GPT'\ndate: 2021-07-14 10:00:00 +0000\ntags: nlp gpt\n"
            "category: Machine learning\nlast_modified_at: 2021-07-15\nredirect_from: /old\n"
            "image:\n  path: /a.png\npermalink: /x/\npublished: false\nrender_with_liquid: false",
            {
                "layout": "post",
                "title": "Jae: GPT",
                "date": datetime(2021, 7, 14, 10, tzinfo=UTC),
                "tags": ("nlp", "gpt"),
                "categories": ("Machine learning",),
                "updated": datetime(2021, 7, 15, tzinfo=UTC),
                "aliases": ("/old/",),
                "social_image": "/a.png",
                "permalink": "/x/",
                "published": False,
                "templating": "none",
            },
        ),
        (
            # Hugo
            '+++\ntitle = "A"\ndate = 2021-07-14T10:00:00Z\nlastmod = 2021-07-15\nexpiryDate = 2031-01-01\n'
            'tags = ["a b", "c"]\naliases = ["/b/", "/c.html"]\nurl = "/x/"\nsummary = "s"\ndraft = true\n'
            'images = ["a.png", "b.png"]\nseries = ["one"]\nauthors = ["A", "B"]\n+++\n',
            {
                "title": "A",
                "date": datetime(2021, 7, 14, 10, tzinfo=UTC),
                "updated": datetime(2021, 7, 15, tzinfo=UTC),
                "expires": datetime(2031, 1, 1, tzinfo=UTC),
                "tags": ("a b", "c"),
                "aliases": ("/b/", "/c.html"),
                "permalink": "/x/",
                "excerpt": "s",
                "draft": True,
                "social_image": "a.png",
                "series": "one",
                "author": "A, B",
            },
        ),
        (
            # Gatsby
            'title: A\ndate: "2015-05-01T22:12:03.284Z"\npath: "/hello/"\ncover: ./a.png',
            {
                "title": "A",
                "date": datetime(2015, 5, 1, 22, 12, 3, 284_000, tzinfo=UTC),
                "permalink": "/hello/",
                "social_image": "./a.png",
            },
        ),
        (
            # Pelican
            "Title: My super title\nDate: 2010-12-03 10:20\nModified: 2010-12-05\nCategory: Python Code\n"
            "Tags: machine learning, publishing\nSlug: my-super-post\nAuthors: A, B\nSummary: Short\n"
            "Status: hidden\n\n",
            {
                "title": "My super title",
                "date": datetime(2010, 12, 3, 10, 20, tzinfo=UTC),
                "updated": datetime(2010, 12, 5, tzinfo=UTC),
                "categories": ("Python Code",),
                "tags": ("machine learning", "publishing"),
                "slug": "my-super-post",
                "author": "A, B",
                "excerpt": "Short",
                "draft": True,
            },
        ),
        (
            # Quarto
            'title: A\nauthor:\n  - name: B\n  - name: {given: C, family: D}\ndate: "May 4, 2021"\n'
            "date-modified: 2021-05-05\ncategories: [a, b]\nimage: a.png\ntoc: true",
            {
                "title": "A",
                "author": "B, C D",
                "date": datetime(2021, 5, 4, tzinfo=UTC),
                "updated": datetime(2021, 5, 5, tzinfo=UTC),
                "categories": ("a", "b"),
                "social_image": "a.png",
                "toc": True,
            },
        ),
    ],
)
def test_each_dialect_is_understood_unedited(head: str, fields: dict[str, object]):
    found = told(head)

    assert ([str(error) for error in found.errors], [str(w) for w in found.warnings], found.extra) == ([], [], {})
    assert found.fields == fields


@pytest.mark.parametrize(
    ("head", "tags"),
    [
        ("tags: a b", ("a", "b")),
        ("tags: a b, c", ("a b", "c")),
        ("tag: a b", ("a b",)),
        ("tags: [a, ' b ', a, '']", ("a", "b")),
        ("tags: [2020, 1.10, no, true]", ("2020", "1.10", "no", "true")),
        ("Tags: a", ("a",)),
        ("tags: [a]\ntag: a", ("a",)),
        ('{"tags": [1.10, 2020]}\n', ("1.10", "2020")),
    ],
)
def test_tags_are_a_list_or_text_split_at_commas_or_spaces(head: str, tags: tuple[str, ...]):
    assert told(head).fields == {"tags": tags}


def test_a_bare_number_is_a_title_as_it_was_written():
    assert told("title: 1.10").fields == {"title": "1.10"}


def test_a_key_without_a_value_counts_as_not_given():
    assert told("title:\ntags: null\ndraft: ~").fields == {}


@pytest.mark.parametrize(
    ("word", "flag"), [("true", True), ("'yes'", True), ("on", True), ("no", False), ('"False"', False)]
)
def test_a_truth_may_be_written_as_text(word: str, flag: bool):
    assert told(f"draft: {word}").fields == {"draft": flag}


@pytest.mark.parametrize(
    ("word", "fields"), [("draft", {"draft": True}), ("publish", {}), ("private", {"draft": True})]
)
def test_the_status_of_other_systems_makes_a_draft_or_nothing(word: str, fields: dict[str, object]):
    assert told(f"status: {word}").fields == fields


def test_unknown_keys_are_kept_as_they_are():
    assert told("title: A\nshow_title: no\nmine: {a: [1]}").extra == {"show_title": "no", "mine": {"a": [1]}}


@pytest.mark.parametrize(
    ("head", "warnings"),
    [
        (
            "titel: A",
            [
                "posts/a.md:2:1: warning: `titel` is not a key the builder knows\n"
                "    2 | titel: A\n"
                "      | ^\n"
                "hint: did you mean `title`?"
            ],
        ),
        (
            "tag s: A",
            [
                "posts/a.md:2:1: warning: `tag s` is not a key the builder knows\n"
                "    2 | tag s: A\n"
                "      | ^\n"
                "hint: did you mean `tags`?"
            ],
        ),
        ("titel: A\ntitle: B", []),
        ("lang: en\nkeywords: [a]\nprice: 3", []),
    ],
)
def test_an_unknown_key_that_is_nearly_one_of_ours_is_warned_about(head: str, warnings: list[str]):
    assert [str(warning) for warning in told(head).warnings] == warnings


EXAMPLE = "write it as `2020-05-16` or `2020-05-16 10:00:00 +0900`"


@pytest.mark.parametrize(
    ("line", "column", "what", "hint"),
    [
        ("title: [a]", 8, "`title` is a list, not text", ""),
        ("tags: 3", 7, "`tags` is the number 3, not a list of names", "write `tags: [one, two]`"),
        ("tags: {a: b}", 7, "`tags` is a mapping, not a list of names", "write `tags: [one, two]`"),
        ("tags: [a, [b]]", 11, "`tags[1]` is a list, not text", ""),
        ("date: banana", 7, "`date` is `banana`, which is not a date", EXAMPLE),
        ("date: 2020-13-45", 7, "`date` is `2020-13-45`, which is a date that no calendar has", EXAMPLE),
        ("lastmod: 20200516", 10, "`lastmod` is the number 20200516, which is not a date", EXAMPLE),
        (
            "date: today",
            7,
            "`date` is `today`, which changes with the clock",
            "write the day: two builds of one source are the same",
        ),
        ("draft: maybe", 8, "`draft` is `maybe`, not `true` or `false`", ""),
        ("published: 1", 12, "`published` is the number 1, not `true` or `false`", ""),
        ("toc: []", 6, "`toc` is a list, not `true` or `false`", ""),
        ("status: wip", 9, "`status` is `wip`, not `draft` or `published`", ""),
        ("layout: ../x", 9, "`layout` is `../x`, not the name of a template", ""),
        (
            "templating: liqid",
            13,
            "`templating` is `liqid`, not `jinja`, `liquid` or `none`",
            "did you mean `liquid`?",
        ),
        ("templating: erb", 13, "`templating` is `erb`, not `jinja`, `liquid` or `none`", ""),
        (
            "markup: Kramdwon",
            9,
            "`markup` is `Kramdwon`, not `commonmark` or `kramdown`",
            "did you mean `kramdown`?",
        ),
        ("author: {email: a@b.c}", 9, "`author` is a mapping, not text", ""),
        ("image: {width: 3}", 8, "`image` is a mapping, not text", ""),
        ("series: [a, b]", 9, "`series` is a list, not text", ""),
        ("aliases: [/a/, b]", 16, "`b` does not start with `/`", "write the whole path from the root, like `/about/`"),
        (
            "redirect_from: /?p=1",
            16,
            "`/?p=1` holds `?`, which no file's address can",
            "leave out what follows the path",
        ),
        ("aliases: [{a: b}]", 11, "`aliases[0]` is a mapping, not text", ""),
        (
            'title: "$\\alpha$"',
            8,
            "this text holds the control character U+0007",
            "use single quotes: in double quotes a `\\` starts an escape",
        ),
        ('mine: [a, "\\uFDD0"]', 11, "the noncharacter U+FDD0 is reserved for the builder", "remove it"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_place(line: str, column: int, what: str, hint: str):
    shown = f"posts/a.md:3:{column}: error: {what}\n    3 | {line}\n      | {' ' * (column - 1)}^"

    assert [str(error) for error in told(f"x: 1\n{line}").errors] == [f"{shown}\nhint: {hint}" if hint else shown]


def test_all_mistakes_of_a_head_are_told_at_once():
    assert [error.what for error in told("tags: 3\ndate: banana\ndraft: maybe\ntitle: A").errors] == [
        "`tags` is the number 3, not a list of names",
        "`date` is `banana`, which is not a date",
        "`draft` is `maybe`, not `true` or `false`",
    ]


def test_two_spellings_that_disagree_name_both_lines():
    assert [str(error) for error in told("url: /a/\ntitle: A\npermalink: /b/").errors] == [
        "posts/a.md:4:12: error: `permalink` is not what `url` says on line 2\n"
        "    4 | permalink: /b/\n"
        "      |            ^\n"
        "hint: keep one of them"
    ]


def test_the_value_of_each_key_has_its_place():
    places = told("title: A\nsummary: B\nmine: C").places

    assert {key: (place.line, place.column) for key, place in places.items()} == {
        "title": (2, 8),
        "excerpt": (3, 10),
        "mine": (4, 7),
    }
