"""Addresses: slugs, permalink patterns, and what may stand in an address.

An address is the part of a URL after the host. It is kept percent-encoded (`/2020/05/16/%EC%95%88/`);
`output_path` gives the file it is written to. Every address must be a file name on every system.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote, unquote, unquote_to_bytes

from generator.errors import did_you_mean

STYLES = {  # Jekyll's names
    "pretty": "/:categories/:year/:month/:day/:title/",
    "date": "/:categories/:year/:month/:day/:title.html",
    "none": "/:categories/:title.html",
}
DATE_PARTS = {
    "year": "%Y",
    "short_year": "%y",
    "month": "%m",
    "day": "%d",
    "hour": "%H",
    "minute": "%M",
    "second": "%S",
    "y_day": "%j",
}
PLACEHOLDERS = (*DATE_PARTS, "i_month", "i_day", "slug", "title", "categories")
PLACEHOLDER = re.compile(":([a-z_]+)")
FILE_ENDINGS = (".html", ".htm", ".xhtml", ".xml", ".txt", ".json")  # of addresses that are files; others are folders
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
REDIRECT_TARGET = re.compile(r"/(?!/)|https?://[^/\s]")
WINDOWS_NAMES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
NOT_IN_FILE_NAMES = '\\<>:"|*'  # on Windows
LONGEST_SEGMENT, LONGEST_ADDRESS = 255, 1000  # bytes
WORD_CATEGORIES = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl", "No"))  # of Unicode
DROPPED = dict.fromkeys((*map(ord, "'’ʼ"), *range(0xFE00, 0xFE10)))  # apostrophes, and marks that colour an emoji
PRETTY = frozenset("._~!$&()+,;=@")  # Jekyll's `pretty` slugs keep these, and capitals


class BadAddress(ValueError):  # noqa: N818 - it says what the address is
    """Something that cannot be an address: what is wrong, and a hint."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what, hint)
        self.what, self.hint = what, hint


def slugify(text: str, *, pretty: bool = False) -> str:
    """Return the letters and digits of every script in lower case, with a dash for whatever stands between.

    `pretty` keeps capitals and some punctuation, as in a file's own name.
    """
    text = unicodedata.normalize("NFC", text).translate(DROPPED)
    text = text if pretty else unicodedata.normalize("NFC", text.lower())
    kept = (c if unicodedata.category(c) in WORD_CATEGORIES or (pretty and c in PRETTY) else " " for c in text)
    return "-".join("".join(kept).split())


def make_address(written: str) -> str:
    """Check an address as an author wrote it, and return it encoded; one that is no file ends with a slash.

    Raises:
        BadAddress: it is not rooted in the site, or could not be a file name somewhere.
    """
    path = unicodedata.normalize("NFC", _decode(written))
    _require_address(path, written)
    if not path.endswith(("/", *FILE_ENDINGS)):
        path += "/"
    for segment in path.split("/")[1:]:
        _require_segment(segment, written)
    if len(path.encode()) > LONGEST_ADDRESS:
        raise BadAddress(
            f"the address has {len(path.encode()):,} bytes; {LONGEST_ADDRESS:,} are possible", "shorten it"
        )
    return quote(path, safe="/~!$&'()+,;=@")


def make_redirect(written: str, to: str) -> str:
    """Check an old address and where it leads, and return the old address encoded.

    Raises:
        BadAddress: the old address cannot be one, or it leads nowhere or to itself.
    """
    old = make_address(written)
    if not REDIRECT_TARGET.match(to):
        what = f"`{_show(written)}` leads to {f'`{_show(to)}`, which is no address' if to else 'no address'}"
        raise BadAddress(what, "write a path from the root (`/tags/wind/`) or an address with `https://`")
    if unquote(re.split("[?#]", to)[0]).rstrip("/") == unquote(old).rstrip("/"):
        raise BadAddress(f"`{_show(written)}` leads to itself", "name another address, or take the line out")
    return old


def output_path(url: str) -> str:
    """Return the file an address is written to, relative to the output folder."""
    path = unquote_to_bytes(url).decode().removeprefix("/")
    return f"{path}index.html" if not path or path.endswith("/") else path


def require_pattern(pattern: str) -> None:
    """Check a permalink pattern of the whole site: rooted, only known placeholders, one address for each post.

    Raises:
        BadAddress: it is none of that, or its fixed parts cannot stand in an address.
    """
    pattern = STYLES.get(pattern, pattern)
    names = PLACEHOLDER.findall(pattern)
    _require_known(names)
    if not {"slug", "title"} & set(names):
        raise BadAddress(f"`{pattern}` gives every post of a day one address", "add `:slug`")
    make_address(PLACEHOLDER.sub("x", pattern))


def fill_pattern(pattern: str, words: Mapping[str, str], date: datetime | None) -> str:
    """Return the address, still to be checked, that a pattern gives a page.

    Raises:
        BadAddress: the pattern has an unknown placeholder, or needs a date where there is none.
    """
    pattern = STYLES.get(pattern, pattern)
    names = PLACEHOLDER.findall(pattern)
    _require_known(names)
    dated = [name for name in names if name not in {"slug", "title", "categories"}]
    if dated and date is None:
        raise BadAddress(f"`:{dated[0]}` needs a date, and this page has none", "add `date:`")
    if not words["categories"]:
        pattern = pattern.replace("/:categories", "")
    return PLACEHOLDER.sub(lambda match: _fill(match[1], words, date), pattern)


def needs_date(pattern: str) -> bool:
    """Tell whether a pattern gives no address to a page without a date."""
    names = set(PLACEHOLDER.findall(STYLES.get(pattern, pattern)))
    return bool(names & {*DATE_PARTS, "i_month", "i_day"})


def _fill(name: str, words: Mapping[str, str], date: datetime | None) -> str:
    if name in words:
        return words[name]
    assert date, "the caller has checked that there is a date"
    if name == "i_month":
        return str(date.month)
    return str(date.day) if name == "i_day" else date.strftime(DATE_PARTS[name])


def _require_known(names: list[str]) -> None:
    for name in names:
        if name not in PLACEHOLDERS:
            known = ", ".join(f"`:{known}`" for known in PLACEHOLDERS)
            raise BadAddress(
                f"`:{name}` is not a placeholder", did_you_mean(name, PLACEHOLDERS) or f"known are {known}"
            )


def _decode(written: str) -> str:
    """Resolve escapes once, so that `%2e%2e` is judged as what it means."""
    try:
        path = unquote_to_bytes(written).decode()
    except UnicodeDecodeError:
        raise BadAddress(
            f"the escapes in `{_show(written)}` are not UTF-8", "write the characters themselves"
        ) from None
    if "%" in path:
        raise BadAddress(f"`{_show(written)}` has a `%` that starts no escape", "leave it out, or write a word")
    return path


def _require_address(path: str, shown: str) -> None:
    if odd := next((c for c in path if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}), ""):
        raise BadAddress(f"the address holds the character U+{ord(odd):04X}", "remove it")
    if SCHEME.match(path) or path.startswith("//"):
        raise BadAddress(f"`{shown}` is an address of its own", "write the part after the host, from its `/`")
    if not path.startswith("/"):
        what = f"`{shown}` does not start with `/`" if path else "the address is empty"
        raise BadAddress(what, "write the whole path from the root, like `/about/`")
    if mark := next((c for c in path if c in "?#"), ""):
        raise BadAddress(f"`{shown}` holds `{mark}`, which no file's address can", "leave out what follows the path")
    if mark := next((c for c in path if c in NOT_IN_FILE_NAMES), ""):
        raise BadAddress(f"`{shown}` holds `{mark}`, which not every file system takes", "write `-` instead")
    if "//" in path:
        raise BadAddress(f"`{shown}` has an empty part", "write one `/`")


def _require_segment(segment: str, shown: str) -> None:
    if segment in {".", ".."}:
        raise BadAddress(f"`{shown}` has `{segment}` as a part", "write the address out from the root of the site")
    if WINDOWS_NAMES.match(segment):
        raise BadAddress(f"`{shown}` has a part that is a device on Windows: `{segment}`", "choose another word")
    if segment.endswith((".", " ")) or segment.startswith(" "):
        raise BadAddress(f"`{shown}` has a part with a space or a dot at its edge", "remove it")
    if len(segment.encode()) > LONGEST_SEGMENT:
        size = len(segment.encode())
        raise BadAddress(f"a part of the address has {size} bytes; {LONGEST_SEGMENT} are possible", "shorten it")


def _show(written: str) -> str:
    """Return an address as it can stand in a message."""
    line = "".join(c if c.isprintable() else " " for c in written)
    return line if len(line) <= 80 else line[:79] + "…"
