"""Hugo's shortcodes in a body: the built-in ones as Markdown, the others kept as they stand and told.

`{{< figure >}}` is a picture, `highlight` a fenced block, `ref` a link to the file, videos are links.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from generator.importers.prose import line_of

WORD = r'(?:[\w.-]+=)?(?:"(?:\\.|[^"\\\n])*"|`[^`]*`|[^\s"`>%/][^\s"`>%]*)'
CODE = re.compile(
    rf"\{{\{{(?P<open>[<%])\s*(?P<close>/?)\s*(?P<name>[\w./-]+)(?P<rest>(?:\s+{WORD})*)\s*/?\s*[>%]\}}\}}"
)
ESCAPED = re.compile(r"\{\{([<%])/\*((?:[^{*]|\*(?!/)|\{(?!\{))*+)\*/([>%])\}\}")
PARAMETER = re.compile(r'(?:([\w.-]+)=)?(?:"((?:\\.|[^"\\])*)"|`([^`]*)`|(\S+))')
NUMBERS = re.compile(r"\d+(?:-\d+)?")
VIDEOS = {
    "youtube": ("Video on YouTube", "https://www.youtube.com/watch?v={0}"),
    "vimeo": ("Video on Vimeo", "https://vimeo.com/{0}"),
    "instagram": ("Picture on Instagram", "https://www.instagram.com/p/{0}/"),
}


@dataclass(frozen=True)
class Found:
    """A shortcode that was met, for the report."""

    line: int
    what: str
    is_kept: bool  # nobody knows it here


@dataclass(frozen=True)
class Call:
    """One shortcode with its parameters."""

    name: str
    words: tuple[str, ...]  # without a name
    named: Mapping[str, str]

    def get(self, key: str, place: int = -1) -> str:
        """Return a parameter by its name, else by its place."""
        if key in self.named:
            return self.named[key]
        return self.words[place] if 0 <= place < len(self.words) else ""


def translate_shortcodes(text: str, resolve: Callable[[str], str]) -> tuple[str, list[Found]]:
    """Turn the shortcodes of a body into Markdown; `resolve` gives the new place of a file that `ref` names.

    The text holds no noncharacters: they stand for what is hidden meanwhile.
    """
    found: list[Found] = []
    hidden: list[str] = []

    def hide(match: re.Match[str]) -> str:
        hidden.append(f"{{{{{match[1]}{match[2]}{match[3]}}}}}")
        found.append(Found(line_of(text, match.start()), "an escaped shortcode shows as itself", False))
        return f"\ufdd0{len(hidden) - 1}\ufdd1"

    out = ESCAPED.sub(hide, text)
    parts: list[str] = []
    at = 0
    open_code: list[str] = []
    for match in CODE.finditer(out):
        parts.append(out[at : match.start()])
        at = match.end()
        line = line_of(out, match.start())
        call = _call(match)
        made = _close(call, open_code) if match["close"] else _open(call, resolve, open_code)
        found.append(Found(line, f"`{_shown(match[0])}`", made is None))
        parts.append(match[0] if made is None else made)
    text = "".join([*parts, out[at:]])
    return re.sub("\ufdd0(\\d+)\ufdd1", lambda match: hidden[int(match[1])], text), found


def _call(match: re.Match[str]) -> Call:
    words, named = [], {}
    for name, quoted, raw, bare in PARAMETER.findall(match["rest"]):
        value = quoted.replace('\\"', '"') or raw or bare
        if name:
            named[name.lower()] = value
        else:
            words.append(value)
    return Call(match["name"].lower(), tuple(words), named)


def _open(call: Call, resolve: Callable[[str], str], open_code: list[str]) -> str | None:
    """Return the Markdown for a shortcode, None when nobody knows it."""
    if call.name == "figure":
        return _figure(call)
    if call.name in {"ref", "relref"}:
        return resolve(call.get("path", 0)) or None
    if call.name == "highlight":
        open_code.append("highlight")
        return f"```{call.get('lang', 0)}{_options(call)}"
    if call.name == "details":
        open_code.append("details")
        return f"::: details {call.get('summary') or call.get('title', 0) or 'Details'}".rstrip()
    if call.name in VIDEOS and (call.words or "id" in call.named):
        title, address = VIDEOS[call.name]
        return f"[{call.get('title') or title}]({address.format(call.get('id', 0))})"
    if call.name == "gist" and len(call.words) > 1:
        return f"[Code on GitHub](https://gist.github.com/{call.words[0]}/{call.words[1]})"
    if call.name in {"tweet", "twitter", "x"} and call.get("user") and call.get("id"):
        return f"[Post by @{call.get('user')}](https://twitter.com/{call.get('user')}/status/{call.get('id')})"
    return None


def _close(call: Call, open_code: list[str]) -> str | None:
    if open_code and open_code[-1] == call.name:
        open_code.pop()
        return "```" if call.name == "highlight" else ":::"
    return "" if call.name == "figure" else None


def _figure(call: Call) -> str:
    source = call.get("src", 0)
    caption = ": ".join(filter(None, (call.get("title"), call.get("caption"))))
    alt = (call.get("alt") or caption).replace("[", "\\[").replace("]", "\\]")
    title = f' "{caption.replace(chr(34), chr(39))}"' if caption else ""
    width = call.get("width").removesuffix("px")
    size = f"{{width={width}}}" if width.isdigit() else ""
    address = f"<{source}>" if " " in source else source
    picture = f"![{alt}]({address}{title}){size}"
    return f"[{picture}]({call.get('link')})" if call.get("link") else picture


def _options(call: Call) -> str:
    """Return the attributes of a fenced block: lines to highlight, numbers of lines."""
    options = " ".join([*call.words[1:], *(f"{key}={value}" for key, value in call.named.items())])
    lines = re.search(r"hl_lines=\[?([^\]]*?)\]?(?:,\s*\w+=|$)", options)
    made = [f"hl={','.join(NUMBERS.findall(lines[1]))}"] if lines and NUMBERS.search(lines[1]) else []
    if re.search(r"linenos=(?!false)", options):
        made.append("linenos")
    return f" {{{' '.join(made)}}}" if made else ""


def _shown(code: str) -> str:
    line = " ".join(code.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
