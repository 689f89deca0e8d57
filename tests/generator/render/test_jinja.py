"""The body language: every mistake of a page in one run, each at its line and column, in whole sentences."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.config import Author, Config
from generator.errors import SiteError, flatten
from generator.render.values import Block, Inline

DATA = """{
    "n": 3, "t": "x", "none": null, "l": [1, 2], "m": {"a": 1}, "items": {"items": 7},
    "rows": [{"loss": 1}, {"loss": null}]
}"""
LITERAL = "to show the braces themselves write `{% raw %}…{% endraw %}`"
LOOP_HINT = "loop over it with `{% for %}`, or print it with `| tojson`"
NULL_HINT = 'say what stands for it: `| default("–", true)`'
SAFE_HINT = "print it as text, or with `| markdown`; HTML around it goes into `{% set x %}…{% endset %}`"


@pytest.fixture
def data(bench):
    bench.write("_data/d.json", DATA)
    return bench


# Names that are not there -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "mistakes"),
    [
        ("{{ dta.x }}", ["1:4 `dta` is not defined | did you mean `data`?"]),
        ("$\\frac{{a}}{b}$", [f"1:9 `a` is not defined | {LITERAL}"]),
        ("{{ forloop.index }}", ["1:4 `forloop` is not defined | write `loop`"]),
        ("{{ loop.index }}", ["1:4 `loop` is not defined | `loop` exists only inside `{% for %}`"]),
        (
            "{% with q = 1 %}{% endwith %}{{ q }}",
            ["1:33 `q` is not defined | `q` lives only in the block, loop or macro that sets it"],
        ),
        ("{{ data.d.m.aa }}", ["1:4 `data.d.m.aa` does not exist | did you mean `a`?"]),
        ("{{ data.nope.x.y }}", ["1:4 `data.nope` does not exist | `data` has `d`"]),
        (
            "{% for r in data.d.rows %}{{ r.lozz }}{% endfor %}",
            [
                "1:30 `data.d.rows[0].lozz` does not exist | `data.d.rows[0]` has `loss`",
                "1:30 `data.d.rows[1].lozz` does not exist | `data.d.rows[1]` has `loss`",
            ],
        ),
        (
            "{{ data.d.l[5] }}",
            ["1:4 `data.d.l[5]` does not exist | `data.d.l` is a list of 2; choose one, such as `data.d.l[0]`"],
        ),
        ("{{ data.d.l.foo }}", ["1:4 `data.d.l.foo` does not exist: a list has no `foo`"]),
        (
            "{{ data.d.t.uper() }}",
            ["1:4 `data.d.t.uper` does not exist: text has no `uper` | did you mean `upper`?"],
        ),
        ("{{ data.d.n.x }}", ["1:4 `data.d.n.x` does not exist: a number has no `x`"]),
        ("{{ [1, 2][5] }}", ["1:4 `[1, 2][5]` does not exist | it has 2 items, counted from 0"]),
        ('{{ {"a": 1}.aa }}', ['1:4 `{"a": 1}.aa` does not exist | did you mean `a`?']),
        ('{{ {"a": 1}["b"] }}', ['1:4 `{"a": 1}["b"]` does not exist | it has `a`']),
        ("{{ {}.x }}", ["1:4 `{}.x` does not exist | it is empty"]),
        ("{{ page.titel }}", ["1:4 `page.titel` does not exist | did you mean `title`?"]),
        ("{{ page.nope }}", ["1:4 `page.nope` does not exist | write `nope:` into the front matter"]),
        (
            "{{ site.posts }}",
            ["1:4 `site.posts` does not exist | a body sees no other page; lists of pages belong in `site/templates`"],
        ),
        (
            "{{ site.nope }}",
            [
                "1:4 `site.nope` does not exist"
                " | keys of your own stand under `params:` in `site/config.yaml`: `site.params.nope`"
            ],
        ),
        ("{% for x in [1] %}{{ loop.x }}{% endfor %}", ["1:22 `loop.x` does not exist: a loop has no `x`"]),
        ("{% for x in [1] %}{{ loop.previtem }}{% endfor %}", ["1:22 there is no previous item"]),
        ("{% for x in [1] %}\n{% if loop.previtem %}{% endif %}{% endfor %}", ["2:4 there is no previous item"]),
    ],
)
def test_a_name_that_is_not_there_is_placed_and_explained(data, body, mistakes):
    assert data.mistakes(body) == mistakes


def test_a_missing_key_names_the_key_for_the_build_to_hold_the_page(data):
    with pytest.raises(ExceptionGroup) as caught:
        data.expand("{{ data.d.m.aa }}")

    assert [error.key for error in flatten(caught.value)] == ["d.m.aa"]


@pytest.mark.parametrize(
    "use",
    [
        "{{ X }}",
        "{% if X %}{% endif %}",
        "{% for a in X %}{% endfor %}",
        "{{ X() }}",
        "{{ X | upper }}",
        "{{ X == 1 }}",
        "{{ X + 1 }}",
        "{{ X ~ 'a' }}",
        "{{ X.deeper.still }}",
        "{{ 1 if X else 2 }}",
        "{{ not X }}",
        "{{ X is odd }}",
        "{{ [1][X] }}",
        "{{ [1][X:] }}",
        "{{ range(X) }}",
        "{{ -X }}",
        "{{ 1 in X }}",
        "{{ {X: 1} | length }}",
    ],
)
def test_every_use_of_a_missing_name_reports_it_once(data, use):
    body = use.replace("X", "data.d.nope")

    assert data.mistakes(body) == [f"1:{body.index('data') + 1} `data.d.nope` does not exist | did you mean `none`?"]


@pytest.mark.parametrize(
    "use",
    [
        "{% if X is defined %}a{% endif %}",
        "{{ X | default('') }}",
        "{{ X is undefined and '' or '' }}",
        "{% set y = X %}",
        "{% macro m(a) %}{{ a | d('') }}{% endmacro %}{{ m(X) }}",
        "{{ '' if X is undefined else X.deeper }}",
    ],
)
def test_asking_whether_a_name_is_there_never_trips(data, use):
    assert data(use.replace("X", "data.d.nope")) in ("", "«»")
    assert data(use.replace("X", "nope.deeper")) in ("", "«»")


def test_all_mistakes_of_a_page_come_out_together_in_order(data):
    body = "{{ data.nope }}\n{{ 1 | rond }}\n{% for x in [1, 2] %}\n- {{ y }}\n{% endfor %}\n{{ 1 / 0 }} {{ z }}"

    assert data.mistakes(body) == [
        "1:4 `data.nope` does not exist | `data` has `d`",
        "2:8 there is no filter named `rond` | did you mean `round`?",
        f"4:6 `y` is not defined | {LITERAL}",
        "6:4 this divides by zero",
        f"6:16 `z` is not defined | {LITERAL}",
    ]


def test_a_mistake_shows_its_line_and_a_caret(data):
    with pytest.raises(ExceptionGroup) as caught:
        data.expand("The best strength is {{ data.d.bset.strength }}.", "title: T")

    assert [str(error) for error in flatten(caught.value)] == [
        "posts/2026-01-02-x.md:4:25: error: `data.d.bset` does not exist\n"
        "    4 | The best strength is {{ data.d.bset.strength }}.\n"
        "      |                         ^\n"
        "hint: `data.d` has `n`, `t`, `none`, `l`, `m`, `items`, `rows`"
    ]


# Printing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{{ 5.18e-05 }}", "«5.18e-05»"),
        ("{{ 0.1 + 0.2 }}", "«0.30000000000000004»"),
        ("{{ 3 }}{{ data.d.n }}", "«3»«3»"),
        ("{{ true }}{{ 1 == 2 }}", "«true»«false»"),
        ("{{ page.date }}", "«2026-01-02T00:00:00+00:00»"),
        ("{{ page.date.date() }}", "«2026-01-02»"),
        ("{{ '<b>' }}", "«<b>»"),
        ("{{ 'a' if false }}", ""),
        ("{{ data.d.none | default('–', true) }}", "«–»"),
    ],
)
def test_a_value_is_printed_in_its_shortest_plain_form(data, body, expected):
    assert data(body) == expected


@pytest.mark.parametrize(
    ("body", "mistake"),
    [
        ("{{ data.d.none }}", f"1:4 `data.d.none` is null | {NULL_HINT}"),
        ("{{ data.d.rows | last | d }}", f"1:4 `data.d.rows | last | d` is a mapping | {LOOP_HINT}"),
        ("{{ data.d.m }}", f"1:4 `data.d.m` is a mapping | {LOOP_HINT}"),
        ("{{ [1] }}", f"1:4 `[1]` is a list | {LOOP_HINT}"),
        ("{{ 1, 2 }}", f"1:4 `1, 2` is a list | {LOOP_HINT}"),
        ("{{ range }}", "1:4 `range` must be called to be printed | write `range(…)`"),
        ("{% macro m() %}{% endmacro %}{{ m }}", "1:33 `m` must be called to be printed | write `m(…)`"),
        ("{{ namespace() }}", "1:4 `namespace()` cannot be printed"),
        ("{{ 'a' ~ none }}", "1:4 null is no text"),
        ("{{ 'a' ~ [1] }}", "1:4 a list is no text"),
    ],
)
def test_what_has_no_plain_form_is_a_mistake(data, body, mistake):
    assert data.mistakes(body) == [mistake]


# Operators, calls, assignments --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "mistake"),
    [
        ("{{ 1 // 0 }}", "1:4 this divides by zero"),
        ("{{ 2.0 ** 100000 }}", "1:4 the result is too large a number"),
        ("{{ (-1) ** 0.5 }}", "1:4 the root of a negative number is not a real number"),
        ('{{ "a" + 1 }}', "1:4 `+` cannot take text and a number"),
        ('{{ -"a" }}', "1:4 `-` cannot take a number and text"),
        ('{{ 1 < "a" }}', "1:4 a number cannot be compared with text"),
        ('{{ 1 in "abc" }}', "1:4 `in` looks for text in a text, not for a number"),
        ("{{ {[1]: 2} | length }}", "1:4 a list cannot be a key"),
        ("{{ {}[[1]] }}", "1:4 a list is not a key"),
        ('{{ "a"[1.5] }}', "1:4 text has no item `1.5`"),
        ("{% for x in 5 %}{% endfor %}", "1:13 `5` is a number: there is nothing to loop over"),
        (
            "{% for x in none %}{% endfor %}",
            "1:13 `none` is null: there is nothing to loop over | write `| default([], true)` if it may be null",
        ),
        ("{% for a, b in [[1, 2, 3]] %}{% endfor %}", "1:16 there are 2 names to set, and 3 items"),
        ("{% set a, b = 1 %}", "1:15 there are 2 names to set, and a number"),
        ("{% set a, b %}x{% endset %}", "1:4 a `set` block fills one name, not several"),
        (
            "{% set page.x = 1 %}",
            "1:8 `page` is not a namespace, so no field of it can be set | `{% set page = namespace() %}`",
        ),
        ("{{ range(*5) | length }}", "1:11 `5` is a number: there is nothing to loop over"),
        ("{{ dict(**5) | length }}", "1:11 `**` takes a mapping of names, not a number"),
        ("{{ dict(a=1, **{'a': 2}) | length }}", "1:16 `a` is given twice"),
        ("{{ dict(a=1, a=2) | length }}", "1:4 `a` is given twice"),
        ("{% for a, (b, c) in {'x': 1} %}{% endfor %}", "1:21 there are 2 names to set, and a number"),
        ("{{ data() }}", "1:4 `data` is a mapping: it cannot be called"),
        ("{{ data.d.t() }}", "1:4 `data.d.t` is text: it cannot be called"),
        ('{{ "x".upper(1) }}', "1:4 `upper` cannot be called like this: takes no arguments (1 given)"),
        (
            '{{ range("a") }}',
            "1:4 `range` cannot be called like this: `str` object cannot be interpreted as an integer",
        ),
        ("{% macro m(a) %}{{ a }}{% endmacro %}\n{{ m() }}", "2:4 this call gives the macro no `a`"),
        (
            "{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}",
            "1:34 `m` cannot be called like this: macro `m` takes not more than 1 argument(s)",
        ),
        (
            "{% macro m(a) %}{% endmacro %}{% call m(1) %}{% endcall %}",
            "1:39 `m` does not print its `caller()`: `{% call %}` cannot call it",
        ),
        (
            "{% for x in [1] %}{{ loop([2]) }}{% endfor %}",
            "1:22 a loop calls itself only when it is `recursive` | `{% for x in items recursive %}`",
        ),
        ("{{ 1 is oddd }}", "1:6 there is no test named `oddd` | did you mean `odd`?"),
        ("{{ 1.5 is odd }}", "1:8 a number is neither odd nor even"),
        (
            "{{ 5 is divisibleby }}",
            "1:6 `is divisibleby` cannot be used like this: missing 1 required positional argument: `number`",
        ),
        ("{{ data.d.t | safe }}", f"1:15 `data.d.t` comes from data, which is never `safe` | {SAFE_HINT}"),
        ("{{ (data.d.t ~ '') | safe }}", f"1:22 this was made of data, which is never `safe` | {SAFE_HINT}"),
        ("{{ data.d.t | upper | safe }}", f"1:23 this was made of data, which is never `safe` | {SAFE_HINT}"),
        ("{{ [data.d.t] | join | safe }}", f"1:24 this was made of data, which is never `safe` | {SAFE_HINT}"),
        ("{{ '%s' | format(data.d.t) | safe }}", f"1:30 this was made of data, which is never `safe` | {SAFE_HINT}"),
        ("{{ [1] | safe }}", "1:10 a list cannot be `safe`"),
    ],
)
def test_an_operation_that_cannot_be_done_is_a_mistake(data, body, mistake):
    assert data.mistakes(body) == [mistake]


def test_text_of_the_author_may_be_safe(bench):
    assert bench('{{ "<br>" | safe }}') == "<br>"
    assert bench('{% set x = "<b>" ~ 1 ~ page.title ~ "</b>" %}{{ x | safe }}', "title: <i>") == "<b>1<i></b>"
    assert bench("{{ (page.note | upper) | safe }}", "note: <b>*") == "<B>*"


# Names in a body ----------------------------------------------------------------------------------------


def test_a_key_wins_over_a_method_of_the_same_name(data):
    assert data("{{ data.d['items']['items'] }}{{ data.d.items.items }}{{ data.d.m.items() | length }}") == "«7»«7»«1»"


def test_a_body_sees_its_own_page(bench):
    head = "title: T\ntags: [a, b]\nscore: 0.5\nnested: {deep: [1, x]}"
    body = "{{ page.title }} {{ page.tags | join(',') }} {{ page.score }} {{ page.nested.deep[1] }} {{ page.url }}"

    assert bench(body, head) == "«T» «a,b» «0.5» «x» «/2026/01/02/x/»"


def test_a_body_sees_the_config_and_no_other_page(make_bench: Callable[[Config], object]):
    config = Config(title="Lab", url="https://x.org", author=Author("A", "a@x.org"), params={"hue": {"main": "red"}})
    bench = make_bench(config)

    assert bench("{{ site.title }} {{ site.url }} {{ site.author.name }} {{ site.params.hue.main }}") == (
        "«Lab» «https://x.org» «A» «red»"
    )


def test_data_is_also_site_data(data):
    assert data("{{ site.data.d.n }}") == "«3»"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{% for x in 'ab' %}{{ loop.index }}{{ x }}{{ ',' if not loop.last }}{% endfor %}", "«1»«a»«,»«2»«b»"),
        ("{% for x in range(3) %}{{ loop.cycle('o', 'e') }}{% endfor %}", "«o»«e»«o»"),
        ("{% for k, v in {'a': 1} %}{{ k }}{{ v }}{% endfor %}", "«a»«1»"),
        ("{% for x in [] %}a{% else %}none{% endfor %}", "none"),
        ("{% for x in range(9) %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% endfor %}", "«0»«1»"),
        (
            "{% for x in range(9) if x is even %}{% if x == 4 %}{% continue %}{% endif %}{{ x }}{% endfor %}",
            "«0»«2»«6»«8»",
        ),
        ("{% for x in [[1, [2]], 3] recursive %}{{ loop(x) if x is sequence else x }}{% endfor %}", "«1»«2»«3»"),
        ("{% set n = namespace(i=0) %}{% for x in [1, 2] %}{% set n.i = n.i + x %}{% endfor %}{{ n.i }}", "«3»"),
        ("{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.current }}", "«a»«b»«a»"),
        ("{% set j = joiner(', ') %}{% for x in [1, 2] %}{{ j() }}{{ x }}{% endfor %}", "«»«1»«, »«2»"),
        ("{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(b=3, a=4) }}", "«1»«2»«4»«3»"),
        ("{% macro m() %}[{{ caller(1) }}]{% endmacro %}{% call(x) m() %}{{ x }}*{% endcall %}", "[«1»*]"),
        ("{% macro m() %}{{ varargs | length }}{{ kwargs.a }}{% endmacro %}{{ m(1, 2, a=3) }}", "«2»«3»"),
        ("{% filter upper %}*a* {{ 'b' }}{% endfilter %}", "*A* «B»"),
        ("{% set x | trim %}  *a* {% endset %}{{ x }}", "*a*"),
        ("{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}", "«3»"),
        ("{% set (a, (b, c)) = (1, [2, 3]) %}{{ a }}{{ b }}{{ c }}", "«1»«2»«3»"),
        ("{{ [3, 1, 2][1:] | join('-') }} {{ 'abc'[::-1] }}", "«1-2» «cba»"),
        ("{{ 1 < 2 < 3 }}{{ 2 not in [1] }}{{ {'a': [1]} == {'a': [1]} }}", "«true»«true»«true»"),
        ("{{ -2 ** 2 }}{{ 7 // 2 }}{{ 7 % 4 }}{{ 7 / 2 }}", "«4»«3»«3»«3.5»"),
        ("{{ '%.2f' % 3.14159 }}{{ '{:>5}|{a}'.format(1, a=2) }}{{ 'a,b'.split(',') | last }}", "«3.14»«    1|2»«b»"),
        ("{{ 1e999 }}{{ 'a' 'b' }}", "«inf»«ab»"),
        ("{% print 1, 2 %}", "«1»«2»"),
    ],
)
def test_the_language_is_jinja(bench, body, expected):
    assert bench(body) == expected


# Tags and filters of other rooms ------------------------------------------------------------------------


def _chart(rows: object, title: str = "") -> Block:
    if title == "bad":
        raise SiteError("a chart cannot be `bad`", hint="be good")
    return Block("<svg>", str(title))


def test_a_tag_called_wrongly_is_a_mistake_where_it_is_called(bench):
    bench.language.tags["chart"] = _chart

    assert bench.mistakes(
        "a\n{{ chart() }} {{ chart([], titel=1) }} {{ chart([], title='bad') }} {{ chart(nope) }}"
    ) == [
        "2:4 `chart` cannot be called like this: missing a required argument: `rows`",
        "2:18 `chart` cannot be called like this: got an unexpected keyword argument `titel` | did you mean `title`?",
        "2:43 a chart cannot be `bad` | be good",
        f"2:78 `nope` is not defined | {LITERAL}",
    ]
    assert bench.mistakes("{% chart [] %}") == ["1:1 `chart` is called, not opened | write `{{ chart(…) }}`"]


def test_a_tag_that_breaks_keeps_its_traceback(bench):
    bench.language.tags["chart"] = lambda: 1 / 0

    with pytest.raises(ZeroDivisionError):
        bench.expand("{{ chart() }}")


def test_a_filter_of_a_plugin_is_known_by_its_name(bench):
    bench.language.filters["bits"] = lambda nats: nats / 0.693
    bench.language.filters["pill"] = lambda text: Inline(f"<b>{text}</b>", text)

    assert bench("{{ 0.693 | bits }} {{ 'x' | pill }}") == "«1.0» «x»"
    assert bench.mistakes("{{ 1 | bitz }}") == ["1:8 there is no filter named `bitz` | did you mean `bits`?"]


def test_a_repair_offered_by_a_filter_reaches_the_page(bench):
    def guarded(value: object, typed: str) -> str:
        raise SiteError(f"`{typed}` no longer holds", repair=(typed, "96 %"))

    bench.language.filters["guarded"] = guarded
    with pytest.raises(ExceptionGroup) as caught:
        bench.expand("a {{ 0.96 | guarded('95 %') }}")

    assert [(str(error.place), error.repair) for error in flatten(caught.value)] == [
        ("posts/2026-01-02-x.md:1:13", ("95 %", "96 %"))
    ]


def test_a_broken_data_file_is_reported_in_the_file(bench):
    bench.write("_data/broken.json", '{"a": }')

    assert [message.split()[0] for message in bench.mistakes("{{ data.broken.a }}{{ data.broken.b }}")] == [
        "_data/broken.json:1:7"
    ]
