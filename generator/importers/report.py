"""The report of an import: what came over as it was, what was translated, what needs a hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote

from generator.errors import SiteError, in_order
from generator.importers.haul import BY_HAND, TRANSLATED, Document, Haul, Note, count

REPORT = "import-report.md"
NAMES = {
    "jekyll": "Jekyll",
    "gatsby": "Gatsby",
    "hugo": "Hugo",
    "pelican": "Pelican",
    "quarto": "Quarto",
    "wordpress": "WordPress",
}


def write_report(haul: Haul, kept: Sequence[tuple[str, str]] = ()) -> str:
    """Return the report as Markdown; the same haul gives the same text."""
    notes = _in_order(haul.notes)
    errors = in_order(haul.errors)
    parts = [f"# Import from {NAMES[haul.system]}", _summary(haul, notes, errors, kept)]
    parts += _section("Did not come over", [_error(error) for error in errors])
    parts += _section("Needs a hand", [_note(note) for note in notes if note.kind == BY_HAND])
    parts += _section("Yours, so left alone", [f"- `{path}`: {why}" for path, why in kept])
    parts += _section("Translated", [_note(note) for note in notes if note.kind == TRANSLATED])
    parts += _section("As it was", _as_it_was(haul))
    parts += _section("Addresses", _addresses(haul))
    parts += _section("Lists and feeds", _lists(haul))
    return "\n\n".join(parts) + "\n"


def counts(haul: Haul) -> dict[str, int]:
    """Count what the summary tells."""
    same = sum(_is_same(document) for document, _ in haul.moved)
    settled = {document.path for document, _ in haul.moved}
    known = set(haul.site.files)
    others = [file for file in haul.files.values() if file.path not in settled and file.source in known]
    return {
        "posts": sum(document.path.startswith(("posts/", "_drafts/")) for document, _ in haul.moved),
        "pages": sum(document.path.startswith("site/pages/") for document, _ in haul.moved),
        "others": len(others),
        "same": same,
        "changed": len(haul.moved) - same,
        "hands": sum(note.kind == BY_HAND for note in _in_order(haul.notes)),
        "errors": len(in_order(haul.errors)),
        "addresses": sum(bool(document.address) for document, _ in haul.moved),
        "kept_addresses": sum(bool(d.address) and leads_there(d, url) for d, url in haul.moved),
    }


def leads_there(document: Document, url: str) -> bool:
    """Tell whether a document stands where it stood; a folder's address may lack its slash."""
    return unquote(url).rstrip("/") == unquote(document.address).rstrip("/")


def _summary(haul: Haul, notes: Sequence[Note], errors: Sequence[SiteError], kept: Sequence[object]) -> str:
    found = counts(haul)
    lines = [
        f"{count(found['posts'], 'post')}, {count(found['pages'], 'page')} and {count(found['others'], 'other file')}"
        " came over.",
        f"Posts and pages as they were: {found['same']:,}; translated: {found['changed']:,}.",
        f"Old addresses that lead to the same page: {found['kept_addresses']:,} of {found['addresses']:,}.",
        *([f"Old lists and feeds that lead on: {len(haul.redirects):,}."] if haul.redirects else []),
        f"To do by hand: {sum(note.kind == BY_HAND for note in notes):,}; "
        f"mistakes that kept a file out: {len(errors):,}.",
    ]
    return "\n".join([*lines, *([f"{count(len(kept), 'file')} left alone."] if kept else [])])


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return [f"## {title}", "\n".join(lines)] if lines else []


def _note(note: Note) -> str:
    return f"- `{note.place}`: {note.what}" + (f"\n  Hint: {note.hint}" if note.hint else "")


def _error(error: SiteError) -> str:
    place = f"`{error.place}`: " if error.place else ""
    return f"- {place}{error.what}" + (f"\n  Hint: {error.hint}" if error.hint else "")


def _in_order(notes: Sequence[Note]) -> list[Note]:
    return sorted(dict.fromkeys(notes), key=lambda note: (note.place.path, note.place.line, note.what))


def _is_same(document: Document) -> bool:
    return bool(document.raw) and document.text == document.original


def _as_it_was(haul: Haul) -> list[str]:
    """List unchanged posts and pages one by one, and other files by their folders."""
    same = [f"- `{document.source}` → `{document.path}`" for document, _ in haul.moved if _is_same(document)]
    settled = {document.path for document, _ in haul.moved}
    known = set(haul.site.files)
    folders: Counter[tuple[str, str]] = Counter()
    for file in haul.files.values():
        if file.path not in settled and file.source in known and not isinstance(file.content, bytes):
            folders[_folder(file.source), _folder(file.path)] += 1
    others = [f"- {count(number, 'file')}: `{old}` → `{new}`" for (old, new), number in sorted(folders.items())]
    return [*sorted(same), *others]


def _folder(path: str) -> str:
    parent = str(PurePosixPath(path).parent)
    return "./" if parent == "." else f"{parent}/"


def _addresses(haul: Haul) -> list[str]:
    rows = sorted((document.address or "(draft)", unquote(url), document.path) for document, url in haul.moved)
    if not rows:
        return []
    cells = [f"| {_cell(old)} | {_cell(new)} | `{_cell(path)}` |" for old, new, path in rows]
    return ["| before | now | file |", "|---|---|---|", *cells]


def _lists(haul: Haul) -> list[str]:
    if not haul.redirects:
        return []
    cells = [f"| {_cell(old)} | {_cell(new)} |" for old, new in haul.redirects.items()]
    return ["| before | now |", "|---|---|", *cells]


def _cell(text: str) -> str:
    return unquote(text).replace("|", "\\|")
