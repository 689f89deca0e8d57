"""Whatever a Liquid body says, it comes out, or its mistakes have places: nothing of Python gets through."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.render.liquid.jekyll_filters import JEKYLL_FILTERS, SCRIPTED_JEKYLL_FILTERS
from generator.render.liquid.list_filters import LIST_FILTERS, SCRIPTED_LIST_FILTERS
from generator.render.liquid.number_filters import NUMBER_FILTERS
from generator.render.liquid.text_filters import TEXT_FILTERS

FILTERS = sorted(
    {
        *(TEXT_FILTERS | NUMBER_FILTERS | LIST_FILTERS | JEKYLL_FILTERS),
        *(SCRIPTED_LIST_FILTERS | SCRIPTED_JEKYLL_FILTERS),
    }
)
PIECES = [
    *("{%", "%}", "{{", "}}", "{%-", "-%}", "{{-", "-}}", "if", "else", "for", "in", "x", "y", "(1..3)", "|", ":", ","),
    *(
        "==",
        "<",
        "contains",
        "and",
        "or",
        "'a'",
        '"b"',
        "1",
        "-2.5",
        ".",
        "[",
        "]",
        "..",
        "nil",
        "empty",
        "=",
        "{",
        "}",
    ),
    *("{% if x %}", "{% endif %}", "{% for i in y %}", "{% endfor %}", "{% case x %}", "{% when 1 %}", "{% endcase %}"),
    *(
        "{% capture c %}",
        "{% endcapture %}",
        "{{ c }}",
        "{% raw %}",
        "{% endraw %}",
        "{% comment %}",
        "{% endcomment %}",
    ),
    *("{% assign x = y %}", "{% tablerow i in y cols:2 %}", "{% endtablerow %}", "{% cycle 1, 2 %}", "{% include a %}"),
    *(
        "{% break %}",
        "{% liquid\nassign z = 1\n%}",
        "{% highlight c %}",
        "{% endhighlight %}",
        "{% link a %}",
        "\n",
        "é",
    ),
    *("{% increment x %}", "{% ifchanged %}", "{% endifchanged %}", "{% render 'a' %}", "{% unless x %}", "{{ y | }}"),
]
SINGLE = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.just(date(2020, 2, 29)),
    st.just(datetime(2020, 2, 29, tzinfo=UTC)), st.sampled_from(["1e5", "-3.5", "2020-01-01", "%Y", "a.b", "\0"]),
)  # fmt: skip
VALUES = st.recursive(
    SINGLE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
QUICK = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(st.lists(st.sampled_from(PIECES), max_size=14), VALUES, VALUES)
def test_any_pieces_come_out_or_have_a_place(bench, pieces: list[str], x: object, y: object):
    printed = bench.run(" ".join(pieces), {"x": x, "y": y})

    assert all(message.startswith("posts/a.md:") for message in printed.messages)


@QUICK
@given(st.sampled_from(FILTERS), VALUES, st.lists(VALUES, max_size=2))
def test_any_filter_takes_any_value_or_refuses_it(bench, name: str, value: object, args: list[object]):
    names = {f"a{index}": arg for index, arg in enumerate(args)}
    written = ": " + ", ".join(names) if names else ""
    printed = bench.run(
        f"{{{{ v | {name}{written} }}}}{{% assign w = v | {name}{written} | {name} %}}{{{{ w }}}}",
        {"v": value, **names},
    )

    assert all(message.startswith("posts/a.md:") for message in printed.messages)
