from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.data.text import Loaded, Text
from generator.data.tree import MissingKey, Tree, plain
from generator.errors import SiteError, flatten


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(textwrap.dedent(text), encoding="utf-8")


def hint(root: Path, *keys: str | int) -> str:
    """Return the hint for the first key on a path that is missing."""
    value: object = Tree(root).view().data
    try:
        for key in keys:
            value = value.lookup(key)  # type: ignore[attr-defined]
    except MissingKey as error:
        return error.hint
    raise AssertionError("no key was missing")


def test_folders_and_file_names_are_keys(root: Path):
    write(root / "_data/group_lasso/digits/best.yaml", "accuracy: 0.97")
    write(root / "_data/group_lasso/digits/curve.json", '[{"step": 0}]')
    write(root / "_data/jaegpt/sweep.csv", "Name,Learning Rate\nrun,1e-5\n")
    write(root / "_data/team.toml", "name = 'x'")
    write(root / "_data/log.jsonl", "1\n2")

    assert plain(Tree(root).view().data) == {
        "group_lasso": {"digits": {"best": {"accuracy": 0.97}, "curve": [{"step": 0}]}},
        "jaegpt": {"sweep": [{"Name": "run", "Learning Rate": 1e-5}]},
        "log": [1, 2],
        "team": {"name": "x"},
    }


def test_names_become_keys_as_in_jekyll(root: Path):
    for name in ("my data (v1.2)", "a-b_c", "café", "v1.2"):
        write(root / f"_data/{name}.json", "1")

    assert list(Tree(root).view().data) == ["a-b_c", "café", "my_data_v12", "v12"]


def test_records_hidden_files_and_other_endings_are_no_data(root: Path):
    write(root / "_data/a/x.json", "1")
    write(root / "_data/record.json", "{}")  # at the top there is no experiment
    for name in (
        "a/record.json",
        ".hidden.json",
        "a/.tmp-x.json",
        "a/x~",
        "a/#x.json#",
        "a/pic.svg",
        "a/weights.npz",
        ".git/c.json",
    ):
        write(root / f"_data/{name}", "not data")

    tree = Tree(root)

    assert plain(tree.view().data) == {"a": {"x": 1}, "record": {}}
    assert tree.files() == ("_data/a/x.json", "_data/record.json")


def test_a_site_without_data_has_none(root: Path):
    tree = Tree(root)

    assert (plain(tree.view().data), tree.files(), tree.check()) == ({}, (), [])


def test_a_file_is_read_at_first_touch_and_once(root: Path):
    write(root / "_data/good.json", '{"a": 1}')
    write(root / "_data/other.json", "not JSON")
    tree = Tree(root)

    first = tree.view().data.good.a
    write(root / "_data/good.json", '{"a": 2}')

    assert (first, tree.view().data.good.a) == (1, 1)


def test_the_errors_of_a_file_are_raised_where_it_is_touched_and_told_by_check(root: Path):
    write(root / "_data/a.yaml", "x: 1\nx: 2\ny: 1\ny: 2")
    write(root / "_data/b.json", "[1,]")
    write(root / "_data/c.json", "1")
    tree = Tree(root)

    with pytest.raises(ExceptionGroup) as caught:
        tree.view().data.lookup("a")

    told = [str(error) for error in tree.check()]
    assert told == [
        "_data/a.yaml:2:1: error: duplicate key `x`\n    2 | x: 2\n      | ^\nhint: keep one of them",
        "_data/a.yaml:4:1: error: duplicate key `y`\n    4 | y: 2\n      | ^\nhint: keep one of them",
        "_data/b.json:1:3: error: a comma stands before the closing bracket\n    1 | [1,]\n      |   ^\n"
        "hint: remove the comma",
    ]
    assert [str(error) for error in flatten(caught.value)] == told[:2]


def test_two_files_of_one_key_are_named_both(root: Path):
    write(root / "_data/a/x.yaml", "1")
    write(root / "_data/a/x.json", "2")
    write(root / "_data/a/x.csv", "n\n3")
    write(root / "_data/ok.json", "1")
    tree = Tree(root)
    message = (
        "_data/a/x.json: error: `_data/a/x.csv` and `_data/a/x.json` have the same key `x`\nhint: rename one of them"
    )

    with pytest.raises(SiteError) as caught:
        tree.view().data.a.lookup("x")

    assert str(caught.value) == message
    assert [str(error) for error in tree.check()] == [message]
    assert tree.view().data.ok == 1


def test_a_file_and_a_folder_or_two_folders_of_one_key_are_named_both(root: Path):
    write(root / "_data/a.json", "1")
    write(root / "_data/a/x.json", "1")
    write(root / "_data/my data/x.json", "1")
    write(root / "_data/my_data/y.json", "1")
    write(root / "_data/my_data/z.json", "1")

    assert [error.what for error in Tree(root).check()] == [
        "`_data/a` and `_data/a.json` have the same key `a`",
        "`_data/my data` and `_data/my_data` have the same key `my_data`",
    ]


def test_a_name_without_letters_gives_no_key(root: Path):
    write(root / "_data/!!!.json", "1")

    assert [str(error) for error in Tree(root).check()] == [
        "_data/!!!.json: error: the name of `_data/!!!.json` gives no key\nhint: name it with letters or digits"
    ]


def test_a_link_out_of_the_site_is_named_where_it_is_touched(root: Path):
    (root / "_data").mkdir()
    (root / "_data/passwords.json").symlink_to("/etc/passwd")
    tree = Tree(root)
    message = (
        "_data/passwords.json: error: `_data/passwords.json` is a link to `/etc/passwd`, outside the site\n"
        "hint: copy what it leads to into the site"
    )

    with pytest.raises(SiteError) as caught:
        tree.view().data.lookup("passwords")

    assert str(caught.value) == message
    assert [str(error) for error in tree.check()] == [message]


def test_a_file_above_the_limit_is_refused(root: Path):
    write(root / "_data/big.json", "[" + "1," * 600_000 + "1]")

    assert [error.what for error in Tree(root, limit_megabytes=1).check()] == [
        "the file has 1,200,003 bytes, the limit is 1 MB"
    ]


def test_a_key_has_the_place_where_it_is_written(root: Path):
    write(root / "_data/x/a.yaml", "rows:\n  - loss: 1.5\n")

    tree = Tree(root)

    places = [str(tree.place(key)) for key in ("x.a.rows[0].loss", "x.a", "x", "x.b", "x.a.rows[9]", "x.a.rows.b")]
    assert places == ["_data/x/a.yaml:2:5", "_data/x/a.yaml:1:1", "_data/x", "None", "None", "None"]


# digests ---------------------------------------------------------------------------------------------


def digests(root: Path, *keys: str) -> list[str]:
    tree = Tree(root)
    return [tree.digest(key) for key in keys]


def test_a_digest_follows_the_value_and_not_how_it_is_written(root: Path):
    write(root / "_data/x.yaml", "a: 0.001\nb: {c: [1, two]}")
    before = digests(root, "x", "x.a", "x.b.c[1]")

    (root / "_data/x.yaml").unlink()
    write(root / "_data/x.json", '{"a": 1e-3,   "b": {"c": [1, "two"]}}')

    assert digests(root, "x", "x.a", "x.b.c[1]") == before


@pytest.mark.parametrize(
    "text", ["a: 1.0", "a: '1'", "a: true", "a: 2", "a: [1]", "a: null", "b: 1", "[1]", "a: 2020-01-02", ""]
)
def test_a_digest_changes_with_the_value_and_its_type(root: Path, text: str):
    write(root / "_data/x.yaml", "a: 1")
    before = digests(root, "x.a", "x", "")

    write(root / "_data/x.yaml", text)

    assert not set(before) & set(digests(root, "x.a", "x", ""))


def test_a_digest_does_not_change_with_the_neighbours(root: Path):
    write(root / "_data/x/a.yaml", "k: 1\nl: 2")
    before = digests(root, "x.a.k")

    write(root / "_data/x/a.yaml", "l: 3\nk: 1")
    write(root / "_data/x/b.yaml", "1")

    assert digests(root, "x.a.k") == before


def test_the_digest_of_a_missing_key_is_stable_until_something_around_it_comes_or_goes(root: Path):
    write(root / "_data/x.yaml", "a: 1")
    before = digests(root, "x.b", "x.b.c", "y")

    write(root / "_data/x.yaml", "a: 2")
    assert digests(root, "x.b", "x.b.c", "y") == before

    (root / "_data/x.yaml").unlink()
    assert [new == old for new, old in zip(digests(root, "x.b", "x.b.c", "y"), before, strict=True)] == [
        False,
        False,
        True,
    ]


def test_the_digest_of_a_folder_follows_all_that_is_in_it(root: Path):
    write(root / "_data/x/a.yaml", "1")
    before = digests(root, "x", "")
    write(root / "_data/x/b.yaml", "1")

    assert not set(before) & set(digests(root, "x", ""))


def test_the_digest_of_a_broken_file_is_no_error_and_follows_the_mistake(root: Path):
    write(root / "_data/x.json", "[1,]")
    before = digests(root, "x", "x.a", "")
    write(root / "_data/x.json", "[1,2,]")

    assert not set(before) & set(digests(root, "x", "x.a", ""))


LEAF = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, 1.0]) | st.sampled_from(["", "a", "1"])
VALUE = st.recursive(
    LEAF, lambda child: st.lists(child, max_size=3) | st.dictionaries(st.sampled_from("abc"), child, max_size=3)
)
STEPS = st.lists(st.sampled_from(["a", "b", "c", 0, 1, -1, "len", "in", "is"]), max_size=4)


def page(data: object, steps: list[str | int]) -> object:
    """Do what a page might do along a path, and return what it would show."""
    shown: list[object] = []
    for step in steps:
        try:
            if step == "len":
                shown.append(len(data))  # type: ignore[arg-type]
            elif step == "in":
                shown.append("a" in data)  # type: ignore[operator]
            elif step == "is":
                shown.append(hasattr(data, "lookup"))
            else:
                data = data.lookup(step)  # type: ignore[attr-defined]
        except (MissingKey, TypeError, AttributeError) as error:
            return [*shown, type(error).__name__]
    return [*shown, data if not hasattr(data, "lookup") else type(data).__name__]


@given(VALUE, VALUE, st.lists(STEPS, max_size=3))
@settings(max_examples=300, deadline=None)
def test_a_page_shows_the_same_while_the_digests_of_its_reads_are_the_same(tmp_path_factory, old, new, walks):
    import json

    root = tmp_path_factory.mktemp("site")
    write(root / "_data/a.json", json.dumps(old))
    before = Tree(root)
    view = before.view()
    shown = [page(view.data, steps) for steps in walks]
    kept = {key: before.digest(key) for key in view.reads}

    write(root / "_data/a.json", json.dumps(new))
    after = Tree(root)
    if all(after.digest(key) == digest for key, digest in kept.items()):
        again = after.view().data
        assert repr([page(again, steps) for steps in walks]) == repr(shown)


# hints -----------------------------------------------------------------------------------------------


def experiment(root: Path, name: str) -> None:
    write(root / f"experiments/{name}.py", 'WRITES = {"best": "scalar"}\n')


def test_the_nearest_key_is_offered(root: Path):
    write(root / "_data/x.yaml", "best: 1\nworst: 2")

    assert hint(root, "x", "bset") == "did you mean `best`?"


def test_the_known_keys_are_offered_when_none_is_near(root: Path):
    write(root / "_data/x.yaml", "best: 1\nworst: 2")
    write(root / "_data/many.yaml", "\n".join(f"k{i}: 1" for i in range(20)))
    write(root / "_data/none.yaml", "{}")

    assert [hint(root, name, "zzz") for name in ("x", "many", "none")] == [
        "`data.x` has `best`, `worst`",
        "`data.many` has 20 keys, none of them like it",
        "`data.none` is empty",
    ]


def test_a_list_says_how_long_it_is(root: Path):
    write(root / "_data/x.json", '{"rows": [{"loss": 1}, {"loss": 2}], "none": []}')

    assert [hint(root, "x", "rows", 7), hint(root, "x", "rows", "loss"), hint(root, "x", "none", 0)] == [
        "`data.x.rows` is a list of 2; choose one, such as `data.x.rows[0]`",
        "`data.x.rows` is a list of 2; choose one, such as `data.x.rows[0]`",
        "`data.x.none` is a list of 0",
    ]


def test_an_experiment_that_never_ran_is_offered(root: Path):
    experiment(root, "group_lasso/digits")

    assert hint(root, "group_lasso", "digits", "best") == "run `python -m experiments run group_lasso.digits`"
    assert hint(root, "nothing") == "`data` is empty"


def test_an_experiment_that_never_ran_is_offered_beside_others_that_did(root: Path):
    experiment(root, "group_lasso/digits")
    experiment(root, "group_lasso/cancer")
    write(root / "_data/group_lasso/cancer/record.json", "{}")
    write(root / "_data/group_lasso/cancer/best.yaml", "1")

    assert hint(root, "group_lasso", "digits") == "run `python -m experiments run group_lasso.digits`"
    assert hint(root, "group_lasso", "digts") == "did you mean `digits`?"


def test_all_experiments_of_a_family_are_offered_when_none_of_them_ran(root: Path):
    experiment(root, "group_lasso/digits")
    experiment(root, "group_lasso/cancer")
    write(root / "experiments/group_lasso/prox.py", "def prox(): ...\n")

    assert hint(root, "group_lasso") == "run `python -m experiments run group_lasso.cancer`, or `group_lasso.digits`"


def test_an_experiment_that_did_run_is_offered_after_the_keys_it_wrote(root: Path):
    experiment(root, "group_lasso/digits")
    write(root / "_data/group_lasso/digits/record.json", "{}")
    write(root / "_data/group_lasso/digits/best.yaml", "1")

    assert hint(root, "group_lasso", "digits", "bst") == "did you mean `best`?"
    assert hint(root, "group_lasso", "digits", "curve") == "run `python -m experiments run group_lasso.digits`"


def test_an_experiment_is_never_imported(root: Path):
    write(root / "experiments/group_lasso/digits.py", 'WRITES = {}\nraise SystemExit("imported")\n')

    assert hint(root, "group_lasso", "digits") == "run `python -m experiments run group_lasso.digits`"


def test_a_tree_can_be_laid_over_with_contents_that_are_not_on_the_disk(tmp_path: Path):
    (tmp_path / "_data" / "fit").mkdir(parents=True)
    (tmp_path / "_data" / "fit" / "best.yaml").write_text("loss: 0.5\n")
    (tmp_path / "_data" / "fit" / "curve.json").write_text('[{"step": 0}]')
    tree = Tree(tmp_path)
    paths = ("_data/fit/curve.json", "_data/fit/new.json")
    laid = tree.overlaid({path: Loaded([{"step": 7}], Text(path, ""), dict) for path in paths})

    assert [laid.value(f"fit.{key}") for key in ("best.loss", "curve[0].step", "new[0].step")] == [0.5, 7, 7]
    assert [tree.value(f"fit.{key}") for key in ("best.loss", "curve[0].step", "new[0].step")] == [0.5, 0, None]
    assert tree.digest("fit.best") == laid.digest("fit.best")
    assert tree.digest("fit.curve") != laid.digest("fit.curve")


def test_a_file_whose_content_is_known_is_not_read(tmp_path: Path):
    (tmp_path / "_data").mkdir()
    (tmp_path / "_data" / "fit.yaml").write_text("loss: [\n")
    tree = Tree(tmp_path, known={"_data/fit.yaml": Loaded({"loss": 1}, Text("_data/fit.yaml", ""), dict)})

    assert tree.check() == []
    assert tree.value("fit.loss") == 1
