"""The 652 examples of the CommonMark specification: all in the base parser, all but five in a post."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from generator.render.markup.markdown import Document
from generator.render.markup.parser import new_parser, prepare

SPEC = Path(__file__).parents[3] / "markup" / "commonmark.json"
EXAMPLES: list[dict[str, str]] = json.loads(SPEC.read_text(encoding="utf-8"))
BLOCKS = frozenset(
    "address article aside blockquote dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header "
    "hr li main nav ol p pre section table tbody td tfoot th thead tr ul".split()
)
OURS = {
    46: "`--` is a dash",
    55: "`---` is a dash",
    87: "`---` is a dash",
    148: "a `<pre>` in a table stays whole",
    191: "a table with empty lines stays a table",
}


class Normal(HTMLParser):
    """The normaliser that comes with the specification: white space around blocks does not count."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.depth = 0  # inside how many <pre>

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._block(tag)
        self.parts.append(f"<{tag}{''.join(f' {key}={value!r}' for key, value in sorted(attrs))}>")
        self.depth += tag == "pre"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "pre"
        self._block(tag)
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.depth:
            data = re.sub(r"\s+", " ", data)
            last = re.match(r"</?(\w+)", self.parts[-1]) if self.parts else None
            if last and last[1] in BLOCKS | {"br"}:
                data = data.lstrip()
        if data:
            self.parts.append(data)

    def handle_comment(self, data: str) -> None:
        self.parts.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.parts.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.parts.append(f"<?{data}>")

    def _block(self, tag: str) -> None:
        if tag in BLOCKS and self.parts and not self.depth and not self.parts[-1].startswith("<"):
            self.parts[-1] = self.parts[-1].rstrip()


def normal(html: str) -> list[str]:
    parser = Normal()
    parser.feed(html.replace("<![CDATA[", "<!CDATA["))
    parser.close()
    return re.findall(r"<[^>]*>|[^<]+", "".join(parser.parts).strip())


MD = prepare(new_parser())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example['example']}-{example['section']}")
def test_the_base_parser_speaks_commonmark(example: dict[str, str]) -> None:
    assert normal(example["html"]) == normal(MD.render(example["markdown"]))


def test_how_many_that_are() -> None:
    right = sum(normal(example["html"]) == normal(MD.render(example["markdown"])) for example in EXAMPLES)
    print(f"\n{right} of {len(EXAMPLES)} examples of CommonMark 0.31.2")  # noqa: T201

    assert right == 652


def test_a_post_differs_from_commonmark_only_where_we_mean_it(convert: Callable[..., Document]) -> None:
    differing = [
        example["example"]
        for example in EXAMPLES
        if normal(_as_commonmark(convert(example["markdown"]))) != normal(_plain_quotes(example["html"]))
    ]
    print(f"\n{len(EXAMPLES) - len(differing)} of {len(EXAMPLES)} examples read the same in a post")  # noqa: T201

    assert list(OURS) == differing


def _as_commonmark(document: Document) -> str:
    """Take away what we add on purpose: ids, anchors, colours, figures, lazy loading, curly quotes."""
    html = re.sub("\ufdd4(\\d+)\ufdd5", lambda match: document.links[int(match[1])].target, document.html)
    html = re.sub(r'(?<=<h\d) id="[^"]*"| <a class="anchor".*?</a>', "", html)
    html = re.sub(r' loading="lazy" decoding="async"| tabindex="0"', "", html)
    html = re.sub(
        r'<div class="hl">(<pre>.*?</pre>)</div>', lambda m: re.sub(r"</?span.*?>", "", m[1]), html, flags=re.S
    )
    html = re.sub(r"<figure>(.*?)(?:<figcaption>.*?</figcaption>\n)?</figure>", r"<p>\1</p>", html, flags=re.S)
    return _plain_quotes(html)


def _plain_quotes(html: str) -> str:
    html = re.sub(r'(<img [^>]*) title="[^"]*"', r"\1", html)
    return html.translate(str.maketrans("“”‘’", "\"\"''")).replace("…", "...").replace("&quot;", '"')
