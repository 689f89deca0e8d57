from __future__ import annotations

import json

import pytest

from generator.errors import Place, SiteError
from generator.preview.news import News
from generator.preview.session import Change

ERROR = SiteError("`x` is not defined", Place("posts/a.md", 3, 4, "{{ x }}"), "define it")
TEXT = "posts/a.md:3:4: error: `x` is not defined\n    3 | {{ x }}\n      |    ^\nhint: define it"
WARNING = SiteError("old", Place("posts/a.md"), level="warning")


def change(revision: int, urls: tuple[str, ...] = (), **more: object) -> Change:
    return Change(
        **{"revision": revision, "urls": urls, "styles": (), "errors": (), "warnings": (), "seconds": 0.0123} | more
    )  # type: ignore[arg-type]


class Told:
    """News, with all that was said to the pages and to the author."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.news = News(may_rerun=True, say=self.lines.append)
        self.news.begin(change(1))
        listener = self.news.hub.listen()
        assert listener is not None
        self.listener = listener

    def messages(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = []
        while not self.listener._waiting.empty():
            event = next(self.listener.pieces()).decode()
            found += [json.loads(line[6:]) for line in event.splitlines() if line.startswith("data: ")]
        return found


@pytest.fixture
def told() -> Told:
    return Told()


def test_a_page_that_comes_is_greeted_with_the_state_of_the_site(told: Told):
    hello, errors = told.messages()

    assert {**hello, "session": "…"} == {"type": "hello", "revision": 1, "session": "…", "rerun": True}
    assert errors == {"type": "errors", "errors": []}


def test_a_rebuild_is_one_message_and_one_line(told: Told):
    told.messages()
    told.news.tell(change(2, ("/a/", "/")), ["posts/a.md"])

    assert told.messages() == [{"type": "update", "revision": 2, "urls": ["/a/", "/"], "styles": []}]
    assert told.lines == ["posts/a.md: 2 pages, 12 ms"]


def test_what_changed_nothing_is_not_told(told: Told):
    told.messages()
    told.news.tell(change(1), ["posts/a.md"])

    assert (told.messages(), told.lines) == ([], [])


def test_a_mistake_is_told_to_page_and_author_and_so_is_its_mending(told: Told, capsys: pytest.CaptureFixture[str]):
    told.messages()
    told.news.tell(change(2, errors=(ERROR,)), ["posts/a.md"])
    told.news.tell(change(2, errors=(ERROR,)), ["posts/b.md"])
    told.news.tell(change(3, ("/a/",)), ["posts/a.md"])

    shown = {"path": "posts/a.md", "line": 3, "column": 4, "text": TEXT}
    assert told.messages() == [
        {"type": "errors", "errors": [{**shown, "what": ERROR.what, "hint": ERROR.hint, "level": "error"}]},
        {"type": "update", "revision": 3, "urls": ["/a/"], "styles": []},
        {"type": "errors", "errors": []},
    ]
    assert capsys.readouterr().err == f"{TEXT}\n\n"
    assert told.lines == [
        "posts/a.md: 1 mistake, the last good pages are shown, 12 ms",
        "posts/a.md: 1 page, 12 ms",
        "mended: the site has no mistakes",
    ]


def test_a_warning_is_printed_once(told: Told, capsys: pytest.CaptureFixture[str]):
    told.news.tell(change(2, warnings=(WARNING,)))
    told.news.tell(change(3, ("/a/",), warnings=(WARNING,)))

    assert capsys.readouterr().err == "posts/a.md: warning: old\n\n"


def test_a_run_that_moved_is_a_message_without_a_line(told: Told):
    told.messages()
    told.news.tell(change(2, live=("/a/",), runs=({"experiment": "x", "state": "running"},)))

    runs = [{"experiment": "x", "state": "running"}]
    assert told.messages() == [{"type": "live", "revision": 2, "urls": ["/a/"], "runs": runs}]
    assert told.lines == []


@pytest.mark.parametrize(
    ("paths", "urls", "styles", "line"),
    [
        (["a.md", "b.md"], ("*",), (), "a.md, b.md: all pages, 12 ms"),
        (["site/static/a.css"], (), ("/a.css",), "site/static/a.css: 1 file, 12 ms"),
        (["a", "b"], ("/a/", "/b/"), ("/c.css",), "a, b: 2 pages and 1 file, 12 ms"),
        (["a\x1b[31m.md"], (), (), "a?[31m.md: no page changed, 12 ms"),
        ([str(number) for number in range(5000)], ("/a/",), (), "5,000 files: 1 page, 12 ms"),
    ],
)
def test_a_line_names_what_changed_and_what_came_of_it(
    told: Told, paths: list[str], urls: tuple[str, ...], styles: tuple[str, ...], line: str
):
    told.news.tell(change(2, urls, styles=styles), paths)

    assert told.lines == [line]
