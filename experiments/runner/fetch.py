"""`fetch NAME`: a text from the network into a private cache, whole and with the right hash, or not at all.

What there is to fetch, the families say: `experiments/<family>/sources.py` with `SOURCES`, names to what has a
`file`, a `sha256`, `urls` and `assemble`, which makes the file from what the addresses gave. It holds no heavy import.
"""

from __future__ import annotations

import http.client
import importlib.util
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from experiments.runner.config import plain
from experiments.runner.log import say
from generator.data.artifacts import atomic_write, file_sha256, sha256
from generator.errors import SiteError, did_you_mean

CACHE = Path("~/.cache/labpress")  # outside the site: what is fetched is never published with it
PATIENCE = 30  # seconds for an address to answer
LARGEST = 64 << 20  # bytes of one address


class Source(Protocol):
    """What can be fetched."""

    file: str
    sha256: str
    urls: Sequence[str]
    assemble: Callable[[Sequence[bytes]], bytes]


def fetch(root: Path, name: str, instead: str = "", folder: Path = CACHE) -> Path:
    """Put a source into the cache and return where it is; `instead` is a file or address that has it already.

    Raises:
        SiteError: if there is no such source, an address does not answer, or what came is something else.
    """
    known = sources(root)
    if name not in known:
        hint = did_you_mean(name, known) or f"there are {', '.join(f'`{one}`' for one in known) or 'none'}"
        raise SiteError(f"there is nothing named `{name}` to fetch", None, hint)
    source = known[name]
    target = folder.expanduser() / source.file
    if target.is_file() and file_sha256(target) == source.sha256:
        say(f"{plain(target)} is there already, with the right hash")
        return target
    content = _read(instead) if instead else _assembled(source)
    if (found := sha256(content)) != source.sha256:
        what = f"what was fetched for `{name}` has SHA-256 {found[:12]}…, not {source.sha256[:12]}…"
        raise SiteError(what, None, "nothing was kept; `--from FILE` takes a copy that you have")
    try:
        atomic_write(target, content)
    except OSError as error:
        raise SiteError(f"`{plain(target)}` cannot be written: {error.strerror}") from None
    say(f"{plain(target)}: {len(content):,} bytes, SHA-256 {source.sha256}")
    return target


def sources(root: Path) -> Mapping[str, Source]:
    """Return everything that the families of a site can fetch, by name."""
    found: dict[str, Source] = {}
    for path in sorted((root / "experiments").glob("*/sources.py")):
        found |= _imported(path).SOURCES
    return found


def _imported(path: Path) -> Any:
    """Import one file by its place: the site's folder may be another than the one this package is in."""
    spec = importlib.util.spec_from_file_location(f"experiments.{path.parent.name}.sources", path)
    assert spec is not None
    assert spec.loader is not None, "a file that ends in .py has a loader"
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _assembled(source: Source) -> bytes:
    """Ask every address, then make the file."""
    parts = []
    for number, url in enumerate(source.urls, 1):
        say(f"{number}/{len(source.urls)} {url}")
        parts.append(_read(url))
    try:
        return source.assemble(parts)
    except ValueError as error:
        raise SiteError(f"{error}", None, "nothing was kept; `--from FILE` takes a copy that you have") from None


def _read(place: str) -> bytes:
    """Read an address, or a file."""
    hint = "`--from FILE` takes a copy that you have"
    if "://" not in place:
        try:
            return Path(place).expanduser().read_bytes()
        except OSError as error:
            raise SiteError(f"`{place}` cannot be read: {error.strerror}") from None
    try:
        with urllib.request.urlopen(place, timeout=PATIENCE) as answer:
            content = answer.read(LARGEST + 1)
            missing = getattr(answer, "length", 0) or 0  # what was announced and did not come; read() is silent on it
            encoding = answer.headers["Content-Encoding"]
    except urllib.error.HTTPError as error:
        error.close()
        raise SiteError(f"{place} answered {error.code} {_first_line(error.reason)}", None, hint) from None
    except http.client.IncompleteRead:
        raise SiteError(f"{place} broke off", None, f"try again; {hint}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:  # ValueError: no address at all
        reason = _first_line(getattr(error, "reason", error))
        raise SiteError(f"{place} cannot be reached: {reason}", None, hint) from None
    if len(content) > LARGEST:
        raise SiteError(f"{place} is larger than {LARGEST >> 20} MB", None, hint)
    if missing:
        what = f"{place} broke off after {len(content):,} of {len(content) + missing:,} bytes"
        raise SiteError(what, None, f"try again; {hint}")
    if encoding not in (None, "identity"):
        raise SiteError(f"{place} answered in `{encoding}`, which nobody asked for", None, hint)
    return bytes(content)


def _first_line(reason: object) -> str:
    """Cut what a server or the library says to one line: for a loop of redirections it is three."""
    return f"{reason}".strip().partition("\n")[0].rstrip()
