"""Which numbers of a post count, and what each rests on."""

from __future__ import annotations

import pytest

from generator.errors import SiteError
from generator.publish.numbers import Coverage, broken_promise, coverage
from generator.render.render import make_tools

DATA = "-- _data/run.yaml --\nloss: 0.3712\nsteps: 1200\n"


@pytest.fixture
def covered(site):
    """Return the coverage of the post `posts/2026-01-02-x.md` with this text."""

    def cover(text: str) -> Coverage:
        built = site(f"{DATA}-- posts/2026-01-02-x.md --\n{text}").built.site
        tools = make_tools(built.tree.root, built.config, built.tree, built.ledger)
        return coverage(built.posts[0].page, tools)

    return cover


def states(found: Coverage) -> list[tuple[str, str]]:
    return [(number.text, number.state) for number in found.numbers]


def test_a_number_is_bound_guarded_claimed_cited_or_naked(covered):
    found = covered(
        "A loss of {{ data.run.loss | num(2) }} after {{ data.run.steps }} steps, [~0.37]{= data.run.loss },\n"
        "{% claim data.run.loss < 0.5 %}under 0.5{% endclaim %}.\n"
        "Others report 0.41.[^1] We had 0.39 before. See [there](https://example.org): 12%.\n\n"
        "[^1]: A book of 300 pages.\n"
    )

    assert states(found) == [
        ("0.37", "bound"),
        ("1200", "bound"),
        ("~0.37", "guarded"),
        ("0.5", "claimed"),
        ("0.41", "cited"),
        ("0.39", "naked"),
        ("12%", "cited"),
        ("300", "naked"),
    ]


def test_the_report_names_each_number_with_its_line_and_a_share_that_is_not_rounded_up(covered):
    found = covered("---\ntitle: X\n---\nLoss {{ data.run.loss }}\nand {{ data.run.steps }}\n\nand 7.\n")

    assert str(found) == (
        "posts/2026-01-02-x.md:4: bound    0.3712\n"
        "posts/2026-01-02-x.md:5: bound    1200\n"
        "posts/2026-01-02-x.md:7: naked    7\n"
        "posts/2026-01-02-x.md: 2 of 3 numbers rest on something (66%)"
    )


@pytest.mark.parametrize(
    "text",
    [
        "`x = 3` and $y = 4$",
        "```\n5\n```",
        "$$\nx = 5\n$$",
        "1. First\n2. Second",
        "On 2026-01-02, on 3 May 2021, on May 3, in 1998, in the 1990s, at 12:30",
        "Python 3.11, version 2, v1.2.3 and torch 2.13.0",
        "GPT-2, ResNet-50, L2, F1-score, utf8",
        "as step 3, section 2.1, Figure 4, eq. 2.1 and equation (3) say",
        "the 1st and the 22nd, in 2D",
        "## 1. Introduction",
        "## 2.1 More",
        "![a curve of 3 lines](https://example.org/7.png)",
        "<!-- 9 -->",
        "a[^1]\n\n[^1]: b",
        "no numbers",
    ],
)
def test_what_is_no_result_does_not_count(covered, text: str):
    assert states(covered(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It took 17,700,000 steps", ["17,700,000"]),
        ("from 0.5 to 3e-4.", ["0.5", "3e-4"]),
        ("5× faster, 3 h", ["5", "3"]),
        ("8 by 8", ["8", "8"]),
        ("## A loss of 3", ["3"]),
        ("| a |\n|---|\n| 0.5 |", ["0.5"]),
        ("- an item with 4", ["4"]),
        ("> quoted: 6", ["6"]),
        ("**2.5** times", ["2.5"]),
        ("1998.5 and 2000% and 1999", ["1998.5", "2000%"]),
    ],
)
def test_what_may_be_a_result_counts(covered, text: str, expected: list[str]):
    assert [number.text for number in covered(text).naked] == expected


def test_a_sentence_ends_before_the_next_and_after_its_note(covered):
    found = covered(
        "Up to 3 e.g. here is 4.[^1] Now 5 holds; 6 does too, see @eq:x. And 7!\n\n$$\nx\n$$ {#eq:x}\n\n[^1]: Note."
    )

    assert states(found) == [("3", "cited"), ("4", "cited"), ("5", "cited"), ("6", "cited"), ("7", "naked")]


def test_the_author_lists_numbers_that_are_no_results(covered):
    found = covered(
        '---\nplain_numbers: ["8 by 8", 427]\n---\nImages of 8 by 8 pixels, 427 of them, 8 shown, 4270 not.\n'
    )

    assert states(found) == [("8", "naked"), ("4270", "naked")]


def test_a_list_of_plain_numbers_that_is_none_is_an_error(covered):
    with pytest.raises(SiteError) as caught:
        covered("---\nplain_numbers: 8\n---\nText.\n")

    assert str(caught.value) == (
        "posts/2026-01-02-x.md:2:16: error: `plain_numbers` is not a list of texts\n"
        "    2 | plain_numbers: 8\n"
        "      |                ^\n"
        'hint: write `plain_numbers: ["8 by 8", "427"]`'
    )


def promise(site, text: str) -> SiteError | None:
    built = site(f"{DATA}-- posts/2026-01-02-x.md --\n{text}").built.site
    tools = make_tools(built.tree.root, built.config, built.tree, built.ledger)
    return broken_promise(built.posts[0].page, coverage(built.posts[0].page, tools))


def test_a_post_is_held_to_the_share_it_promises(site):
    body = "Loss {{ data.run.loss }} and 7, 8.\n"

    assert promise(site, body) is None
    assert promise(site, f"---\nnumbers: 33\n---\n{body}") is None
    assert str(promise(site, f"---\nnumbers: 100\n---\n{body}")) == (
        "posts/2026-01-02-x.md:2:10: error: 100% of the numbers should rest on something, 33% do:"
        " not 7 (line 4), 8 (line 4)\n"
        "    2 | numbers: 100\n"
        "      |          ^\n"
        "hint: bind, guard, claim or cite them, or list them as `plain_numbers`"
    )


def test_a_promise_that_is_no_share_is_an_error(site):
    with pytest.raises(SiteError) as caught:
        promise(site, "---\nnumbers: all\n---\nText.\n")

    assert str(caught.value) == (
        "posts/2026-01-02-x.md:2:10: error: `numbers: all` is not a share from 0 to 100\n"
        "    2 | numbers: all\n"
        "      |          ^\n"
        "hint: write `numbers: 100`"
    )
