"""The parser: what our short cuts must not change."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from generator.config import Config
from generator.render.markup.markdown import Markup
from generator.render.markup.parser import new_parser, prepare
from generator.render.values import Expanded

PLAIN = MarkdownIt("commonmark", {"xhtmlOut": False}).enable(["table", "strikethrough"])
OURS = prepare(new_parser().enable(["table", "strikethrough"]))
PIECES = [
    *("a", " ", "\n", "\n\n", "*", "**", "_", "`", "``", "~~", "[", "](b)", "]", "![", "<b>", "<", ">", "&amp;", "\\"),
    *("#", "- ", "1. ", "> ", "    ", "\t", "```\n", "---\n", "===\n", "|", "|-|-|\n", "[a]: b\n", "<div>\n"),
    *("<!--", "-->", "é", "!", "=", ":"),
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=18))
def test_it_reads_every_text_as_the_library_does(pieces: list[str]) -> None:
    text = "".join(pieces)

    assert PLAIN.render(text) == OURS.render(text)


def test_a_rule_of_a_plugin_is_tried_everywhere() -> None:
    def shout(state: StateInline, silent: bool) -> bool:
        if not state.src.startswith("loud", state.pos):
            return False
        if not silent:
            state.push("text", "", 0).content = "LOUD"
        state.pos += 4
        return True

    def plugin(md: MarkdownIt) -> None:
        md.inline.add_terminator_char("l")
        md.inline.ruler.before("escape", "shout", shout)

    document = Markup(Config(), [plugin]).convert(Expanded("a loud *loud* [loud](b) `loud` l", (), ()))

    assert document.html == '<p>a LOUD <em>LOUD</em> <a href="b">LOUD</a> <code>loud</code> l</p>\n'


def test_what_is_nested_too_deep_is_reported_not_lost_in_silence(complaints: Callable[..., list[str]]) -> None:
    deep = "> " * 150 + "lost"

    assert complaints(f"x\n\n{deep}") == [
        "posts/x.md:3: error: quotes and lists stand 100 deep in each other\n"
        f"    3 | {deep[:160].rstrip()}\n"
        "hint: the rest of this block would be lost; close some of the quotes or lists around it"
    ]
