"""Claims and guarded literals in whole sites: what holds is marked, what does not stops the build."""

from __future__ import annotations

import pytest

DATA = """
    -- _data/runs.yaml --
    base: 28.9
    ours: 22.0
    share: 0.2388
    seconds: 10700
    by_seed: {base: [28.0, 29.0, 30.0], ours: [22.0, 29.5, 23.0]}
    rows: [{w: 1, loss: 0.5, by_seed: {loss: [0.4, 0.6]}}, {w: 0.1, loss: 0.25, by_seed: {loss: [0.2, 0.3]}}]
    -- posts/2026-01-01-a.md --
"""


def body(site, text: str) -> str:
    return site(DATA + "    " + text + "\n").body("/2026/01/01/a/")


def errors(site, text: str) -> list[str]:
    return site.errors(DATA + "    " + text + "\n")


def test_a_claim_that_holds_keeps_its_words_and_says_what_was_checked(site):
    html = body(site, "It {% claim data.runs.ours < 0.8 * data.runs.base %}fell by *over 20%*{% endclaim %}.")

    assert html == (
        '<p>It <span class="claim" tabindex="0"'
        ' title="checked: data.runs.ours &lt; 0.8 * data.runs.base, that is 22 &lt; 23.12"'
        ' data-from="checked: data.runs.ours &lt; 0.8 * data.runs.base, that is 22 &lt; 23.12">'
        "fell by <em>over 20%</em></span>.</p>\n"
    )


def test_a_claim_that_fails_tells_both_sides(site):
    assert errors(site, "It {% claim data.runs.ours < 0.7 * data.runs.base %}fell{% endclaim %}.") == [
        "posts/2026-01-01-a.md:1:4: error: the claim `data.runs.ours < 0.7 * data.runs.base` does not hold:"
        " 22 is not < 20.23\n"
        "    1 | It {% claim data.runs.ours < 0.7 * data.runs.base %}fell{% endclaim %}.\n"
        "      |    ^\n"
        "hint: change the sentence, or find out what changed"
    ]


def test_of_several_comparisons_those_that_fail_are_told(site):
    text = "{% claim data.runs.ours < 23 and data.runs.base > 30 and data.runs.share < 0.1 %}Fell{% endclaim %}."

    assert errors(site, text)[0].partition("\n")[0].partition(" does not hold: ")[2] == (
        "28.9 is not > 30; 0.2388 is not < 0.1"
    )


def test_a_claim_for_each_seed_counts_them(site):
    text = "{% claim data.runs.by_seed.ours < data.runs.by_seed.base for seed quorum 2 %}Better{% endclaim %}."

    assert "holds in 2 of 3 seeds" in body(site, text)


def test_a_claim_for_each_seed_compares_rows_of_a_table(site):
    text = "{% claim data.runs.rows[1].by_seed.loss < data.runs.rows[0].by_seed.loss for seed %}Better{% endclaim %}."

    assert "holds in 2 of 2 seeds" in body(site, text)


def test_a_claim_for_each_seed_fails_under_its_quorum(site):
    text = "{% claim data.runs.by_seed.ours < data.runs.by_seed.base for seed %}Better{% endclaim %}."

    assert (
        "the claim `data.runs.by_seed.ours < data.runs.by_seed.base` holds in 2 of 3 seeds, 3 are needed:"
        " [22, 29.5, 23] < [28, 29, 30]" in errors(site, text)[0]
    )


@pytest.mark.parametrize(
    "condition",
    [
        "within(data.runs.ours, 22, 0.5)",
        "min(data.runs.ours, data.runs.base) == 22",
        "argmin(data.runs.rows, 'loss').w == 0.1",
        "mean(data.runs.by_seed.base) == 29",
        "std(data.runs.by_seed.base) == 1",
        "max(data.runs.by_seed.ours) < 30",
        "data.runs.ours < 23 and data.runs.base > 28",
    ],
)
def test_claims_know_a_few_functions(site, condition: str):
    assert 'class="claim"' in body(site, f"{{% claim {condition} %}}True{{% endclaim %}}.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{% claim data.runs.ours %}x{% endclaim %}", "compares nothing: it is 22"),
        ("{% claim data.runs.ours < 23 %}x", "`claim` is never closed"),
        ("x {% endclaim %}", "`endclaim` closes nothing"),
        ("{% claim data.runs.our < 23 %}x{% endclaim %}", "`data.runs.our` does not exist"),
        ("{% claim data.runs.rows < 23 %}x{% endclaim %}", "compares numbers"),
        ("{% claim data.runs.ours < 23 for seed %}x{% endclaim %}", "needs a list with a value for each seed"),
        ("{% claim 1 < 2 and 2 < 3 for seed %}x{% endclaim %}", "has more than one comparison"),
        ("{% claim data.runs.ours > 3 or data.runs.ours < 2 %}x{% endclaim %} {{ y }}", "`y` is not defined"),
        ("{% claim __import__('os').system('x') == 0 %}x{% endclaim %}", "is not defined"),
        ("{% claim data.runs.ours < 23 %}x\n\n    y{% endclaim %}", "a claim stands inside one paragraph"),
    ],
)
def test_a_claim_that_cannot_be_judged_is_an_error(site, text: str, message: str):
    assert message in errors(site, text)[0]


def test_a_guarded_literal_stays_as_it_was_typed(site):
    html = body(site, "In [under 3 hours]{= data.runs.seconds | duration }, a [~24%]{= data.runs.share } saving.")

    assert ">under 3 hours</data>" in html
    assert 'value="0.2388"' in html
    assert ">~24%</data>" in html


def test_a_guarded_literal_that_no_longer_holds_says_what_to_write(site):
    assert errors(site, "It saved [over 25%]{= data.runs.share }.") == [
        "posts/2026-01-01-a.md:1:10: error: `over 25%` no longer holds: the value is 23.88%\n"
        "    1 | It saved [over 25%]{= data.runs.share }.\n"
        "      |          ^\n"
        "hint: write `over 23%`, or let `python -m generator check --fix` do it"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[about half]{= data.runs.share }", "`about half` holds no number to guard"),
        ("[0.2]{= data.runs.shre }", "`data.runs.shre` does not exist"),
        ("[0.2]{= data.runs.share", "`{=` is never closed"),
        ("[0.2]{= data.runs.rows }", "is not a number"),
    ],
)
def test_what_cannot_be_guarded_is_an_error(site, text: str, message: str):
    assert message in errors(site, text)[0]


def test_a_guard_in_a_code_span_of_a_page_without_templating_is_text(site):
    built = site("""
        -- posts/2026-01-01-a.md --
        ---
        templating: none
        ---
        Write `[0.37]{= data.x }`.
    """)

    assert "<code>[0.37]{= data.x }</code>" in built.body("/2026/01/01/a/")
