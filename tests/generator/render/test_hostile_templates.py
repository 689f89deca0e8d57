"""Hostile templates: none reaches Python's inside, each is stopped at once, and names its line.

Each attack stands in line 2 of a page. What costs time has a budget of CPU seconds, not of wall clock: a
busy machine must not fail an honest page, nor this test.
"""

from __future__ import annotations

import resource
import time

import pytest

from generator.render.body import bounds

FIRST = "{% set s = 'a' * 4000000 %}"
KEEP = (
    "{% set n = namespace(l=[]) %}{% set b = range(99999) | list %}{% for i in b %}{% set n.l = [@, n.l] %}{% endfor %}"
)
NESTED = "{% set x = [1] * 10 %}{% set y = [1.0] * 10 %}" + (
    "{% set x = [x, x, x, x, x, x, x, x, x, x] %}{% set y = [y, y, y, y, y, y, y, y, y, y] %}" * 12
)

ESCAPES = {
    "subclasses": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "cycler": "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "namespace": "{{ namespace.__init__.__globals__ }}",
    "joiner": "{{ joiner().__class__ }}",
    "lipsum": "{{ lipsum.__globals__['os'] }}",
    "self": "{{ self.__init__.__globals__ }}",
    "self context": "{{ self._TemplateReference__context.environment }}",
    "attr filter": "{{ '' | attr('__class__') }}",
    "attribute of map": "{{ [''] | map(attribute='__class__') | first }}",
    "attribute of sort": "{{ [[1]] | sort(attribute='__class__') | first }}",
    "attribute of groupby": "{{ [''] | groupby('__class__') | first }}",
    "item": "{{ ''['__class__'] }}",
    "format": "{{ '{0.__class__.__mro__}'.format(5) }}",
    "format item": "{{ '{0[__class__]}'.format(5) }}",
    "format_map": "{{ '{a.__class__}'.format_map({'a': 1}) }}",
    "indirect format": "{% set f = '{0.__class__}'.format %}{{ f(1) }}",
    "macro": "{% macro m() %}{% endmacro %}{{ m._func.__globals__ }}",
    "loop": "{% for x in [1] %}{{ loop._iterator }}{% endfor %}",
    "environment": "{{ environment.run }}",
    "context": "{{ context.parent }}",
    "data": "{{ data._view }}",
    "data class": "{{ data.__class__ }}",
    "method of data": "{{ data.lookup('x') }}",
    "page": "{{ page._values }}",
    "callable": "{{ range.call(3) }}",
    "module": "{% import 'm.md' as m %}{{ m.__class__ }}",
    "list": "{% set l = [] %}{{ l.append(1) }}",
    "mapping": "{% set d = {} %}{% set d.x %}a{% endset %}",
    "date": "{{ page.date.replace.__self__ }}",
    "absolute include": "{% include '/etc/passwd' %}",
    "include upwards": "{% include '../config.yaml' %}",
    "include of a device": "{% include '/dev/zero' %}",
}
BOMBS = {
    "loops": "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
    "filtered loops": "{% for a in range(100000) %}{% for b in range(100000) if false %}{% endfor %}{% endfor %}",
    "text": "{{ 'a' * 10**9 }}",
    "number": "{{ 9 ** 99999 }}",
    "doubled text": "{% set n = namespace(s='a') %}{% for x in range(100) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
    "added text": "{% set n = namespace(s='a') %}{% for x in range(100) %}{% set n.s = n.s + n.s %}{% endfor %}",
    "doubled list": "{% set n = namespace(s=[1]) %}{% for x in range(100) %}{% set n.s = n.s + n.s %}{% endfor %}",
    "doubled capture": "{% set s %}" + "x" * 1000 + "{% endset %}" + "{% set s %}{{ s }}{{ s }}{% endset %}" * 40,
    "output": "{% for x in range(100000) %}{{ 'a' * 100000 }}{% endfor %}",
    "output of text": "{% for x in range(100000) %}" + "lorem " * 100 + "{% endfor %}",
    "range": "{{ range(10**9) | length }}",
    "recursion": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "branching": "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(35) }}",
    "recursive loop": "{% for x in range(99999) recursive %}{{ loop(range(99999)) }}{% endfor %}",
    "include": "{% include 'twice.md' %}",
    "center": "{{ 'a' | center(10**9) }}",
    "indent": "{{ 'a' | indent(10**9, true) }}",
    "wordwrap": FIRST + "{{ s | wordwrap(1) }}",
    "percent": "{{ '%1000000000d' % 1 }}",
    "format filter": "{{ '%.1000000000f' | format(1) }}",
    "format": "{{ '{:1000000000}'.format(1) }}",
    "nested format": "{{ '{:{w}}'.format(1, w=10**9) }}",
    "ljust": "{{ 'a'.ljust(10**9) }}",
    "zfill": "{{ 'a'.zfill(10**9) }}",
    "expandtabs": "{{ 'a'.expandtabs(10**9) }}",
    "replace": FIRST + "{{ s | replace('a', s) }}",
    "replace method": FIRST + "{{ s.replace('a', s) }}",
    "join": FIRST + "{{ ([s] * 100000) | join }}",
    "join method": FIRST + "{{ s.join(['a'] * 1000) }}",
    "nested print": NESTED + "{{ x ~ '' }}",
    "nested json": NESTED + "{{ x | tojson }}",
    "nested comparison": NESTED + "{{ x == y }}",
    "nested sort": NESTED + "{{ [x, y] | sort | first | first }}",
    "nested tuple": "{% set x = (1,) %}" + "{% set x = (x, x) %}" * 60 + "{{ {x: 1} | length }}",
    "batch": "{{ range(10) | batch(10**9, 0) | length }}",
    "slice": "{{ range(10) | slice(10**9) | length }}",
    "kept lists": KEEP.replace("@", "b | list"),
    "kept texts": KEEP.replace("@", "'a' * 99999"),
    "kept parts": KEEP.replace("@", "b[:]"),
    "brackets": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "lists": "{{ " + "[" * 5000 + "]" * 5000 + " }}",
    "filters": "{{ 1" + " | string" * 5000 + " }}",
    "ifs": "{% if true %}" * 500 + "{% endif %}" * 500,
    "fors": "{% for x in [1] %}" * 50 + "{% endfor %}" * 50,
    "tags": "{{ 1 }}" * 20000,
    "long number": "{{ " + "9" * 5000 + " }}",
    "exponent": "{{ '1e1000000000' | round }}",
    "test": "{{ '%999999999d' is even }}",
    "date form": "{{ page.date.strftime('%Y' * 1000000) }}",
    "sum": "{% for i in range(99999) %}{% set x = range(99999) | sum %}{% endfor %}",
    "search": FIRST + "{% for i in range(99999) %}{% set x = s.count('ab') %}{% endfor %}",
    "tags of html": "{% set s = '<!--' * 12000 %}{% for i in range(99999) %}{% set x = s | striptags %}{% endfor %}",
}


@pytest.fixture
def hostile(bench):
    bench.write("site/includes/m.md", "x")
    bench.write("site/includes/twice.md", "{% include 'twice.md' %}{% include 'twice.md' %}")
    return bench


@pytest.mark.parametrize("attack", ESCAPES)
def test_no_template_reaches_pythons_inside(hostile, attack):
    mistakes = hostile.mistakes(f"one\n{ESCAPES[attack]}")

    assert mistakes
    assert all(mistake.startswith("2:") for mistake in mistakes)
    assert not any(word in mistake for mistake in mistakes for word in ("<class", "<function", "root:", "object at"))


@pytest.mark.parametrize("attack", BOMBS)
def test_every_bomb_is_stopped_and_names_its_line(hostile, attack, monkeypatch):
    monkeypatch.setattr(bounds, "CPU_SECONDS", 0.5)
    monkeypatch.setattr(bounds, "MOST_STEPS", 100_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.thread_time()
    mistakes = hostile.mistakes(f"one\n{BOMBS[attack]}")
    spent = time.thread_time() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before  # KiB

    assert mistakes
    assert all(mistake.startswith(("2:", "site/includes/twice.md:1:")) for mistake in mistakes)
    assert spent < 3
    assert grown < 400_000


@pytest.mark.parametrize(
    ("attack", "mistake"),
    [
        ("loops", "2:32 this template loops too long (1,000,000 iterations)"),
        ("text", "2:4 `*` would make more than 5,000,000 characters or items"),
        ("number", "2:4 `**` would make too large a number"),
        ("doubled text", "2:69 this text would be longer than 5,000,000 characters"),
        ("doubled list", "2:69 this list would be longer than 1,000,000 items"),
        ("output", "2:32 this template prints too much (5,000,000 characters)"),
        ("output of text", "2:4 this template prints too much (5,000,000 characters)"),
        ("range", "2:4 this range has more than 100,000 numbers"),
        ("recursion", "2:19 `m` calls itself more than 40 times deep"),
        ("branching", "2:31 this template calls its macros too often (200,000 times)"),
        ("center", "2:10 a width of 1,000,000,000 is more than 1,000"),
        ("percent", "2:4 a width of 1000000000 is more than 1,000"),
        ("wordwrap", "2:35 a text of more than 50,000 characters is too long for this"),
        ("replace", "2:35 `replace` would make more than 5,000,000 characters"),
        ("nested json", "2:1110 this JSON has more than 200,000 values, or is more than 100 deep"),
        ("kept texts", "2:82 this template makes too many texts or lists"),
        ("batch", "2:16 `1000000000` is not a number of items"),
    ],
)
def test_a_bomb_says_what_it_asked_for(hostile, attack, mistake):
    assert hostile.mistakes(f"one\n{BOMBS[attack]}") == [mistake]


def test_a_page_that_computes_for_long_is_stopped(hostile, monkeypatch):
    monkeypatch.setattr(bounds, "CPU_SECONDS", 0.1)

    assert hostile.mistakes("{% for i in range(99999) %}\n{% set x = range(99999) | sum %}\n{% endfor %}") == [
        "2:4 this template runs too long (0.1 s)"
    ]


def test_an_honest_large_table_is_well_within_bounds(bench):
    body = "{% for i in range(5000) %}\n| {{ i }} | {{ i * 2 }} | {{ i / 7 | round(3) }} |\n{% endfor %}"
    expanded = bench.expand(body)

    assert len(expanded.places) == 5001
    assert len(expanded.values) == 15000
