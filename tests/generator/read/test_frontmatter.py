from datetime import UTC, datetime

import pytest

from generator.errors import SiteError, flatten
from generator.read.frontmatter import split
from generator.read.source import Source


def source(text: str) -> Source:
    return Source("posts/a.md", text, "")


def complaints(text: str) -> list[str]:
    with pytest.raises((SiteError, ExceptionGroup)) as caught:
        split(source(text))
    return [str(error) for error in flatten(caught.value)]


@pytest.mark.parametrize(
    ("text", "values", "body", "body_line"),
    [
        ("---\ntitle: A\n---\nbody\n", {"title": "A"}, "body\n", 4),
        ("---  \ntitle: A\n...\nbody", {"title": "A"}, "body", 4),
        ("---\n---\n", {}, "", 3),
        ("---\n# only a comment\n---\n\nbody", {}, "\nbody", 4),
        ("---\nnote: |\n  a\n\n  b\n---\nbody", {"note": "a\n\nb\n"}, "body", 7),
        (
            "---\ndate: 2020-05-16\ncountry: no\nrate: 1e-3\n---",
            {"date": "2020-05-16", "country": "no", "rate": 0.001},
            "",
            6,
        ),
        ("+++\ntitle = 'A'\n[x]\ny = 1\n+++\nbody", {"title": "A", "x": {"y": 1}}, "body", 6),
        ("+++\ndate = 2020-05-16T01:00:00Z\n+++\n", {"date": datetime(2020, 5, 16, 1, tzinfo=UTC)}, "", 4),
        ('{"title": "a } b", "x": {"y": 1}}\nbody', {"title": "a } b", "x": {"y": 1}}, "body", 2),
        ('{\n  "title": "A"\n}\n\nbody', {"title": "A"}, "\nbody", 4),
        ("{}\nbody", {}, "body", 2),
        ("body\n---\nmore", {}, "body\n---\nmore", 1),
        ("", {}, "", 1),
        ("{{ data.x }}\n", {}, "{{ data.x }}\n", 1),
        ("{% if x %}\n", {}, "{% if x %}\n", 1),
        ("Title: My post\nDate: 2010-12-03\n\nbody", {"title": "My post", "date": "2010-12-03"}, "\nbody", 3),
        ("Title: My\n    post\nSlug:\n\nbody", {"title": "My post", "slug": ""}, "\nbody", 4),
        ("Date: a thing of the past\n\nbody", {}, "Date: a thing of the past\n\nbody", 1),
        ("Title: a colon\nin the prose\n", {}, "Title: a colon\nin the prose\n", 1),
    ],
)
def test_a_head_is_taken_off_in_each_dialect(text: str, values: dict[str, object], body: str, body_line: int):
    head = split(source(text))

    assert (head.values, head.body, head.body_line) == (values, body, body_line)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("---\ntitle: A\ntags: [a]\n---\n", 3, 7),
        ("+++\ntitle = 'A'\ntags = ['a']\n+++\n", 3, 8),
        ('{"title": "A",\n "tags": ["a"]}\n', 2, 10),
        ("Title: A\nTags: a\n\nbody", 2, 7),
    ],
)
def test_values_have_the_lines_of_the_file(text: str, line: int, column: int):
    place = split(source(text)).loaded.value_place(("tags",))

    assert (place.line, place.column, place.text) == (line, column, text.split("\n")[line - 1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "---\ntitle: A\n",
            "posts/a.md:1:1: error: the front matter that starts here has no end\n"
            "    1 | ---\n"
            "      | ^\n"
            "hint: end it with a line `---`; a rule at the top of a body is written `***`",
        ),
        (
            "+++\ntitle = 'A'\n",
            "posts/a.md:1:1: error: the front matter that starts here has no end\n"
            "    1 | +++\n"
            "      | ^\n"
            "hint: end it with a line `+++`",
        ),
        (
            '{"title": "A"\n\nbody',
            "posts/a.md:1:1: error: the front matter that starts here has no end\n"
            '    1 | {"title": "A"\n'
            "      | ^\n"
            "hint: end it with a line `}`",
        ),
        (
            '{"title": "A"} body\n',
            "posts/a.md:1:15: error: something stands behind the front matter\n"
            '    1 | {"title": "A"} body\n'
            "      |               ^\n"
            "hint: start the body on a new line",
        ),
        (
            "\n\n---\ntitle: A\n---\n",
            "posts/a.md:3: error: the front matter does not start on the first line\n"
            "    3 | ---\n"
            "hint: remove the empty lines above it",
        ),
        (
            "---\n- a\n- b\n---\n",
            "posts/a.md:2:1: error: the front matter is a list\n"
            "    2 | - a\n"
            "      | ^\n"
            "hint: write lines of `key: value`",
        ),
        (
            "---\nlayout: post\ntitle: Foo: bar\n---\n",
            "posts/a.md:3:11: error: this is not YAML: mapping values are not allowed in this context\n"
            "    3 | title: Foo: bar\n"
            "      |           ^\n"
            "hint: quote the value: `title: 'Foo: bar'`",
        ),
        (
            "---\ntitle: A\nx:\n\ty: 1\n---\n",
            "posts/a.md:4:1: error: this is not YAML: found character that cannot start any token\n"
            "    4 |  y: 1\n"
            "      | ^\n"
            "hint: indent with spaces: YAML takes no tabs",
        ),
        (
            "---\ntitle: A\ntitle: B\n---\n",
            "posts/a.md:3:1: error: duplicate key `title`\n    3 | title: B\n      | ^\nhint: keep one of them",
        ),
        (
            "+++\ntitle = A\n+++\n",
            "posts/a.md:2:9: error: this is not TOML: invalid value\n"
            "    2 | title = A\n"
            "      |         ^\n"
            "hint: put text in quotes",
        ),
        (
            "Title: A\nTags: a\ntags: b\n\nbody",
            "posts/a.md:3:1: error: duplicate key `tags`\n    3 | tags: b\n      | ^\nhint: keep one of them",
        ),
    ],
)
def test_a_broken_head_is_named_with_its_line(text: str, message: str):
    assert complaints(text) == [message]
