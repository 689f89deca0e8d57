"""The oracle of a session: what a clean build of the same files makes, or says."""

from __future__ import annotations

from generator.build import Built, assemble
from generator.errors import SiteError, flatten
from generator.preview.session import Session
from generator.publish.output import Output
from tests.conftest import SiteFactory


def assert_like_a_build(session: Session, factory: SiteFactory) -> None:
    change = session.finish()
    failures: list[str] = []
    built: Built | None = None
    try:
        built = assemble(factory.options())
    except* SiteError as group:
        failures = [str(error) for error in flatten(group)]
    if built is not None:
        assert change.errors == ()
        assert bytes_of(built.outputs) == bytes_of(session.outputs())
        return
    shown = [str(error) for error in change.errors]
    downgraded = [str(warning).replace(": warning: ", ": error: ", 1) for warning in change.warnings]
    assert [text for text in failures if text not in {*shown, *downgraded}] == []
    # Where a build stops early, or has no value at all, the session goes on with the last good one and finds more.
    if not any(text.startswith(("site/config.yaml", "_data/")) for text in failures):
        assert [text for text in shown if text not in failures] == []


def bytes_of(outputs: tuple[Output, ...]) -> list[tuple[str, bytes]]:
    return [(one.path, one.content if isinstance(one.content, bytes) else one.content.read_bytes()) for one in outputs]
