"""SiteError: what is wrong, where it stands in the author's file, how to mend it.

The only type for a writer's mistake; anything else that is raised is our bug and keeps its traceback.
A stage with several mistakes to report raises `several(errors)`, and `build.each` takes both forms.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

WIDEST_LINE = 160  # characters of a source line shown under an error


@dataclass(frozen=True, order=True)
class Place:
    """A spot in a file the author can open."""

    path: str  # relative to the site's root, with forward slashes
    line: int = 0  # from 1; 0: the whole file
    column: int = 0  # from 1; 0: the whole line
    text: str = ""  # the source line itself, for the excerpt

    def __str__(self) -> str:
        parts = [self.path, str(self.line) if self.line else "", str(self.column) if self.line and self.column else ""]
        return ":".join(part for part in parts if part)


class SiteError(Exception):
    """One mistake of a writer, printed as `path:line:column: error: what`, the line, a caret and a hint."""

    def __init__(
        self,
        what: str,
        place: Place | None = None,
        hint: str = "",
        *,
        level: str = "error",
        key: str = "",
        repair: tuple[str, str] = ("", ""),
    ) -> None:
        super().__init__(what, place, hint)
        self.what, self.place, self.hint, self.level = what, place, hint, level
        self.key = key  # the data key that is missing, when that is the mistake
        self.repair = repair  # what to write instead of what on this line, when that mends it

    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (self.what, self.place, self.hint, self.level, self.key, self.repair)

    def at(self, place: Place) -> SiteError:
        """Return the same mistake with a place, for one that was found where none was known."""
        return SiteError(self.what, place, self.hint, level=self.level, key=self.key, repair=self.repair)

    def __str__(self) -> str:
        head = f"{self.place}: {self.level}: {self.what}" if self.place else f"{self.level}: {self.what}"
        hint = [f"hint: {self.hint}"] if self.hint else []
        return "\n".join([head, *_excerpt(self.place), *hint])


def several(errors: Iterable[SiteError]) -> ExceptionGroup[SiteError]:
    """Bundle the mistakes one stage found in one item."""
    return ExceptionGroup("several mistakes", list(errors))


def flatten(error: BaseException) -> Iterator[SiteError]:
    """Yield every SiteError inside an error or a bundle of them."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from flatten(inner)
    elif isinstance(error, SiteError):
        yield error


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Offer the nearest known name, or an empty string when none is near."""
    nearest = difflib.get_close_matches(str(word), [str(name) for name in known], n=1, cutoff=0.6)
    return f"did you mean `{nearest[0]}`?" if nearest else ""


def in_order(errors: Iterable[SiteError]) -> list[SiteError]:
    """Sort mistakes as an author reads, and drop those that were found twice."""
    return sorted({str(error): error for error in errors}.values(), key=sort_key)


def sort_key(error: SiteError) -> tuple[str, int, int, str]:
    """Order errors as an author reads: by file, then line, then column."""
    place = error.place or Place("")
    return place.path, place.line, place.column, error.what


def _excerpt(place: Place | None) -> list[str]:
    """Return the source line and a caret under the column; a long line is cut around the column."""
    if place is None or not place.line or not place.text.strip():
        return []
    start = max(0, place.column - WIDEST_LINE // 2) if len(place.text) > WIDEST_LINE else 0
    shown = "".join(c if c.isprintable() else " " for c in place.text[start : start + WIDEST_LINE])
    lines = [f"{place.line:>5} | {shown}".rstrip()]
    if place.column:
        lines.append(f"      | {' ' * (place.column - 1 - start)}^")
    return lines


def _restore(what: str, place: Place | None, hint: str, level: str, key: str, repair: tuple[str, str]) -> SiteError:
    """Rebuild an error that crossed a process border."""
    return SiteError(what, place, hint, level=level, key=key, repair=repair)
