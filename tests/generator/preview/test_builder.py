from __future__ import annotations

from generator.preview.builder import Builder
from generator.preview.news import News
from generator.preview.session import Change


class Sessions:
    """A session with a bug, which is mended after two calls."""

    def __init__(self) -> None:
        self.calls, self.busy = list[object](), True

    def refresh(self, paths: object) -> Change:
        self.calls.append(paths)
        if len(self.calls) <= 2:
            raise ZeroDivisionError("a bug of ours")
        return Change(len(self.calls), ("/a/",), (), (), (), 0.001)

    def work(self) -> Change | None:
        self.calls.append("work")
        if len(self.calls) <= 2:
            raise ZeroDivisionError("a bug of ours")
        self.busy = False
        return None


def test_a_bug_costs_one_rebuild_and_never_the_preview():
    session, lines, bugs = Sessions(), list[str](), list[str]()
    builder = Builder(session, News(say=lines.append), lambda bug: bugs.append(repr(bug)))  # type: ignore[arg-type]

    builder.rebuild(["a.md"])
    builder.look_at_runs()
    builder.rebuild(["a.md", "b.tmp"], ["b.tmp"])
    builder.rebuild(["c.md"])

    assert session.calls == [["a.md"], (), None, ["c.md"]]
    assert bugs == ["ZeroDivisionError('a bug of ours')"] * 2
    assert lines == ["a.md: 1 page, 1 ms", "c.md: 1 page, 1 ms"]


def test_too_many_files_are_looked_at_as_everything():
    session = Sessions()
    session.calls = ["before", "before"]
    builder = Builder(session, News(say=list[str]().append), print)  # type: ignore[arg-type]
    builder.rebuild(["a.md"], everything=True)

    assert session.calls[2:] == [None]


def test_work_goes_on_until_there_is_none():
    session, bugs = Sessions(), list[str]()
    builder = Builder(session, News(say=list[str]().append), lambda bug: bugs.append(repr(bug)))  # type: ignore[arg-type]

    assert [builder.work(), builder.work(), builder.work(), builder.work()] == [False, False, False, False]
    assert session.calls == ["work", "work", "work"]
    assert len(bugs) == 2
