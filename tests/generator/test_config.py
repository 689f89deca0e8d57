import hashlib
import sys
import zoneinfo
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.config import TAKERS, Author, Config, MenuItem, by_path, load_config
from generator.errors import Place, SiteError, flatten


def load(root: Path, text: str) -> Config:
    (root / "site").mkdir(exist_ok=True)
    (root / "site/config.yaml").write_text(text, encoding="utf-8")
    return load_config(root)


def complaints(root: Path, text: str) -> list[str]:
    with pytest.raises((SiteError, ExceptionGroup)) as caught:
        load(root, text)
    return [str(error) for error in flatten(caught.value)]


def test_a_site_without_a_config_has_the_defaults(tmp_path: Path):
    assert load_config(tmp_path) == Config()


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}\n"])
def test_an_empty_config_has_the_defaults_but_for_the_digest(tmp_path: Path, text: str):
    assert load(tmp_path, text) == Config(digest=hashlib.sha256(text.encode()).hexdigest())


def test_every_field_that_says_something_is_a_key():
    assert {*TAKERS, "digest", "places"} == set(Config.__dataclass_fields__)


def test_a_whole_config_is_read(tmp_path: Path):
    text = r"""
title: Notes on learning
tagline: numbers that are alive
description: >
  Two lines
  of text.
url: https://example.org/blog/
author: {name: A. Writer, email: a@example.org, url: https://a.example}
language: pt-BR
timezone: Asia/Seoul
permalink: pretty
paginate: 5
macros:
  R: \mathbb{R}
  \norm: '\left\|#1\right\|'
menu:
  - About: /about/
  - {title: Code, url: https://example.org/code}
social_image: /card.png
toc: true
code_style_light: tango
code_style_dark: monokai
params: {sidebar: [1, no]}
data_megabytes: 8
templating: Liquid
markup: {posts/old/: kramdown, "*": commonmark}
liquid_strict: true
tex: yes
"""

    assert load(tmp_path, text) == Config(
        title="Notes on learning",
        tagline="numbers that are alive",
        description="Two lines of text.",
        url="https://example.org/blog",
        author=Author("A. Writer", "a@example.org", "https://a.example"),
        language="pt-BR",
        timezone="Asia/Seoul",
        permalink="pretty",
        paginate=5,
        macros={"R": r"\mathbb{R}", r"\norm": r"\left\|#1\right\|"},
        menu=(MenuItem("About", "/about/"), MenuItem("Code", "https://example.org/code")),
        social_image="/card.png",
        toc=True,
        code_style_light="tango",
        code_style_dark="monokai",
        params={"sidebar": [1, "no"]},
        data_megabytes=8,
        templating={"*": "liquid"},
        markup={"posts/old/": "kramdown", "*": "commonmark"},
        liquid_strict=True,
        tex=True,
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )


def test_the_place_of_a_value_is_kept_for_those_who_judge_it_later(tmp_path: Path):
    config = load(tmp_path, "code_style_dark: monokai\nmacros:\n  R: x\n")

    assert [config.place(key) for key in ("code_style_dark", "macros.R", "toc")] == [
        Place("site/config.yaml", 1, 18, "code_style_dark: monokai"),
        Place("site/config.yaml", 3, 6, "  R: x"),
        Place("site/config.yaml"),
    ]


def test_an_author_may_be_a_name(tmp_path: Path):
    assert load(tmp_path, "author: A. Writer\n").author == Author("A. Writer")


def test_the_other_ending_is_read_too(tmp_path: Path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site/config.yml").write_text("title: A\n")

    assert load_config(tmp_path).title == "A"


@pytest.mark.parametrize(
    ("name", "hours"), [("UTC", 0), ("+09:00", 9), ("-03:30", -3.5), ("Asia/Seoul", 9), ("Europe/Berlin", 2)]
)
def test_the_time_zone_is_a_name_or_an_offset(tmp_path: Path, name: str, hours: float):
    zone = load(tmp_path, f"timezone: {name}\n").zone

    assert datetime(2020, 7, 1, tzinfo=zone).utcoffset() == timedelta(hours=hours)


def test_utc_needs_no_list_of_time_zones(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("zoneinfo.ZoneInfo", None)

    assert Config().zone is UTC


def test_a_system_without_time_zones_takes_offsets_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "tzdata", None)
    zoneinfo.reset_tzpath(to=[])
    try:
        found = complaints(tmp_path, "timezone: Pacific/Apia\n")
        offset = load(tmp_path, "timezone: +13:00\n").timezone
    finally:
        zoneinfo.reset_tzpath()

    assert offset == "+13:00"
    assert found == [
        "site/config.yaml:1:11: error: `timezone` is `Pacific/Apia`, which no clock keeps\n"
        "    1 | timezone: Pacific/Apia\n"
        "      |           ^\n"
        "hint: this system has no list of time zones: write an offset like `+09:00`"
    ]


NOT_A_KEY = "is not a key of the config"
LINK = "write a path from the root (`/about/`) or an address with `https://`"
REDIRECT = "write a path from the root (`/tags/wind/`) or an address with `https://`"
ADDRESS = "write it like `https://example.org/blog`"


@pytest.mark.parametrize(
    ("line", "column", "what", "hint"),
    [
        ("titel: A", 1, f"`titel` {NOT_A_KEY}", "did you mean `title`?"),
        ("xyz: A", 1, f"`xyz` {NOT_A_KEY}", "your own keys go under `params:`"),
        ("baseurl: /x", 1, f"`baseurl` {NOT_A_KEY}", "write it into `url`: `url: https://example.org/blog`"),
        ("digest: abc", 1, f"`digest` {NOT_A_KEY}", "your own keys go under `params:`"),
        ("title: [A]", 8, "`title` is a list, not text", ""),
        ("url: example.org", 6, "`url` is `example.org`, not the address of a site", ADDRESS),
        ("url: ftp://example.org", 6, "`url` is `ftp://example.org`, not the address of a site", ADDRESS),
        ("url: https://a.b/?x", 6, "`url` is `https://a.b/?x`, not the address of a site", ADDRESS),
        ("url: https://u:p@a.b", 6, "`url` is `https://u:p@a.b`, not the address of a site", ADDRESS),
        ("url: 'https://[a'", 6, "`url` is `https://[a`, not the address of a site", ADDRESS),
        ("url: https://a.b:99999", 6, "`url` is `https://a.b:99999`, not the address of a site", ADDRESS),
        ("author: {nam: A}", 10, f"`author.nam` {NOT_A_KEY}", "did you mean `name`?"),
        ("author: {zz: A}", 10, f"`author.zz` {NOT_A_KEY}", "known are `name`, `email`, `url`"),
        ("author: {name: [A]}", 16, "`author.name` is a list, not text", ""),
        ("language: deutsch!", 11, "`language` is `deutsch!`, not a language tag", "write it like `en` or `pt-BR`"),
        ("timezone: Asia/Seol", 11, "`timezone` is `Asia/Seol`, which no clock keeps", "did you mean `Asia/Seoul`?"),
        (
            "timezone: '+25:00'",
            11,
            "`timezone` is `+25:00`, which no clock keeps",
            "write it like `Europe/Berlin`, `UTC` or `+09:00`",
        ),
        ("timezone: America", 11, "`timezone` is `America`, which no clock keeps", None),
        ("timezone: ../../etc/passwd", 11, "`timezone` is `../../etc/passwd`, which no clock keeps", None),
        ("permalink: /:year/", 12, "`/:year/` gives every post of a day one address", "add `:slug`"),
        ("permalink: /:slag/", 12, "`:slag` is not a placeholder", "did you mean `slug`?"),
        ("paginate: 0", 11, "`paginate` is the number 0, not a whole number from 1", ""),
        ("paginate: true", 11, "`paginate` is `true`, not a whole number from 1", ""),
        ("paginate: ten", 11, "`paginate` is `ten`, not a whole number from 1", ""),
        ("data_megabytes: 1.5", 17, "`data_megabytes` is the number 1.5, not a whole number from 1", ""),
        ("templating: erb", 13, "`templating` is `erb`, not `jinja`, `liquid` or `none`", ""),
        (
            'templating: {"posts/*": liqid}',
            25,
            "`templating.posts/*` is `liqid`, not `jinja`, `liquid` or `none`",
            "did you mean `liquid`?",
        ),
        ("markup: [a]", 9, "`markup` is a list, not `commonmark` or `kramdown`", ""),
        ("toc: perhaps", 6, "`toc` is `perhaps`, not `true` or `false`", ""),
        ("macros: [R]", 9, "`macros` is a list, not a mapping", "write lines of `key: value` under it"),
        ("macros: {R: [x, 1]}", 13, "`macros.R` is a list, not text", "quote it"),
        ("macros: {R2: x}", 10, "`R2` is not the name of a TeX command", "use letters: `\\name`"),
        ("menu: /about/", 7, "`menu` is `/about/`, not a list", "write lines of `- About: /about/` under it"),
        ("menu: [/about/]", 8, "`menu[0]` is `/about/`, not a link", "write `- About: /about/`"),
        ("menu: [{}]", 8, "`menu[0]` is a mapping, not a link", "write `- About: /about/`"),
        ("menu: [{title: A}]", 8, "`menu[0]` has no `url`", "write `- About: /about/`"),
        ("menu: [{title: A, ulr: /}]", 19, f"`menu[0].ulr` {NOT_A_KEY}", "did you mean `url`?"),
        ("menu: [{A: about}]", 12, "`menu[0].A` is `about`, which leads nowhere", LINK),
        ("menu: [{A: 'javascript:x'}]", 12, "`menu[0].A` is `javascript:x`, which leads nowhere", LINK),
        ("menu: [{title: A, url: //x}]", 24, "`menu[0].url` is `//x`, which leads nowhere", LINK),
        ("redirects: [/a/]", 12, "`redirects` is a list, not a mapping", "write lines of `key: value` under it"),
        ("redirects: {/a/: b}", 13, "`/a/` leads to `b`, which is no address", REDIRECT),
        ("redirects: {/a/: //b}", 13, "`/a/` leads to `//b`, which is no address", REDIRECT),
        ("redirects: {/a/: }", 13, "`/a/` leads to no address", REDIRECT),
        ("redirects: {/a/: [b]}", 18, "`redirects./a/` is a list, not text", ""),
        ("redirects: {/a: /a/#b}", 13, "`/a` leads to itself", "name another address, or take the line out"),
        ("redirects: {a: /}", 13, "`a` does not start with `/`", "write the whole path from the root, like `/about/`"),
        (
            "redirects: {/a?b: /}",
            13,
            "`/a?b` holds `?`, which no file's address can",
            "leave out what follows the path",
        ),
        ("redirects: {/a: /b/, /a/: /}", 22, "`/a/` is the same address as the one on line 2", "keep one of them"),
        ("params: 3", 9, "`params` is the number 3, not a mapping", "write lines of `key: value` under it"),
        (
            'tagline: "\\a"',
            10,
            "this text holds the control character U+0007",
            "use single quotes: in double quotes a `\\` starts an escape",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_place(
    tmp_path: Path, line: str, column: int, what: str, hint: str | None
):
    shown = f"site/config.yaml:2:{column}: error: {what}\n    2 | {line}\n      | {' ' * (column - 1)}^"
    found = complaints(tmp_path, f"# settings\n{line}\n")

    if hint is None:  # the nearest of six hundred names: any will do
        found = [found[0].partition("\nhint:")[0]]
    assert found == [f"{shown}\nhint: {hint}" if hint else shown]


def test_all_mistakes_are_told_at_once(tmp_path: Path):
    assert complaints(tmp_path, "titel: A\npaginate: 0\ntoc: 3\n") == [
        "site/config.yaml:1:1: error: `titel` is not a key of the config\n"
        "    1 | titel: A\n"
        "      | ^\n"
        "hint: did you mean `title`?",
        "site/config.yaml:2:11: error: `paginate` is the number 0, not a whole number from 1\n"
        "    2 | paginate: 0\n"
        "      |           ^",
        "site/config.yaml:3:6: error: `toc` is the number 3, not `true` or `false`\n    3 | toc: 3\n      |      ^",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "- a\n",
            "site/config.yaml:1:1: error: the config is a list\n"
            "    1 | - a\n"
            "      | ^\n"
            "hint: write lines of `key: value`",
        ),
        (
            "title: Foo: bar\n",
            "site/config.yaml:1:11: error: this is not YAML: mapping values are not allowed in this context\n"
            "    1 | title: Foo: bar\n"
            "      |           ^\n"
            "hint: quote the value: `title: 'Foo: bar'`",
        ),
        (
            "title: A\ntitle: B\n",
            "site/config.yaml:2:1: error: duplicate key `title`\n    2 | title: B\n      | ^\nhint: keep one of them",
        ),
    ],
)
def test_a_file_that_is_no_mapping_is_named_with_its_line(tmp_path: Path, text: str, message: str):
    assert complaints(tmp_path, text) == [message]


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("posts/2019-05-01-a.md", "liquid"),
        ("posts/2019-05-01-a/index.md", "liquid"),
        ("posts/old/deep/a.md", "none"),
        ("posts/2020-01-01-a.md", "jinja"),
    ],
)
def test_the_first_pattern_that_fits_a_path_chooses_its_word(path: str, word: str):
    choices = {"posts/2019-*": "liquid", "posts/old/": "none", "posts/2019-05-01-a.md": "jinja"}

    assert by_path(choices, path, "jinja") == word


def test_two_configs_are_one_too_many(tmp_path: Path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site/config.yml").write_text("")

    assert complaints(tmp_path, "") == [
        "site/config.yml: error: `site/config.yaml` stands beside this file\nhint: keep one of them"
    ]


def test_a_config_that_cannot_be_read_is_named(tmp_path: Path):
    (tmp_path / "site/config.yaml").mkdir(parents=True)

    with pytest.raises(SiteError) as caught:
        load_config(tmp_path)

    assert str(caught.value) == "site/config.yaml: error: the config cannot be read: is a directory"


VALUES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["[a, [b]]", "{a: b}", "[{a: b}]", "[{title: 3, url: [a]}]", "&a [*a]", "*a", "1e999", "http://[", "| x"]
    ),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(st.sampled_from(sorted(TAKERS)), VALUES), max_size=4))
def test_whatever_the_config_holds_only_mistakes_are_raised(tmp_path: Path, pairs: list[tuple[str, str]]):
    try:
        load(tmp_path, "".join(f"{key}: {value}\n" for key, value in pairs))
    except (SiteError, ExceptionGroup) as error:
        group = error if isinstance(error, ExceptionGroup) else ExceptionGroup("one", [error])
        assert group.split(SiteError)[1] is None
