from __future__ import annotations

from dataclasses import replace

import pytest

from generator.publish.check import check
from generator.publish.output import Output

OTHERS = """\
-- posts/2026-01-03-y.md --
---
title: Y
---
## Part

Text.
-- posts/2026-01-04-folder/index.md --
---
title: Folder
---
![A picture](bild-%C3%A4.png) and [data](data.csv)
-- posts/2026-01-04-folder/bild-ä.png --
-- posts/2026-01-04-folder/data.csv --
-- site/pages/About.md --
Text, ä: <b id="raw">bold</b>, <i id='ä'>here</i>, <a name="old"></a>.
-- site/static/file.txt --
-- site/static/table.html --
<p id="x">x</p>
"""


def with_link(link: str) -> str:
    return f"-- posts/2026-01-02-x.md --\n---\ntitle: X\n---\nFirst line.\n\nSee {link} there.\n\n## Own part\n{OTHERS}"


ALIVE = [
    "[y](/2026/01/03/y/)",
    "[y](/2026/01/03/y)",
    "[y](../../../../2026/01/03/y/)",
    "[y](../../03/y/#part)",
    "[y](/2026/01/03/y/index.html)",
    "[y](/2026/01/03/y/?q=1#part)",
    "[y](2026-01-03-y.md#part)",
    "[y](../../03/y/#:~:text=Text)",
    "[y](../../03/y/#part:~:text=Text)",
    "[about](/About/#raw)",
    "[about](/About/#old)",
    "[about](/About/#%C3%A4)",
    "[about](/About/#ä)",
    "[own](#own-part)",
    "[own](./#own-part)",
    "[top](#top)",
    "[top](#)",
    "[home](/)",
    "[archive](/archive/)",
    "[feed](/atom.xml)",
    "[file](/file.txt)",
    "[file](/file.txt#page=2)",
    "[table](/table.html#x)",
    "[folder](/2026/01/04/folder/data.csv)",
    "[encoded](/2026/01/04/%66older/)",
    "![picture](/2026/01/04/folder/bild-%C3%A4.png)",
    '<a href="/2026/01/03/y/">raw</a>',
    "[out](https://example.org/nowhere/)",
    "[out](//example.org/nowhere/)",
    "[out](mailto:ada@example.org)",
    '`[code](/nowhere/)` and href="/nowhere/"',
]


def test_what_leads_somewhere_is_no_mistake(site):
    assert site(with_link("\n\n".join(ALIVE))).warnings == []


def error(link: str, what: str, hint: str = "", column: int = 5) -> list[str]:
    line = f"See {link} there."
    lines = [
        f"posts/2026-01-02-x.md:6:{column}: error: {what}",
        f"    6 | {line}",
        f"      | {' ' * (column - 1)}^",
        *([f"hint: {hint}"] if hint else []),
    ]
    return ["\n".join(lines)]


@pytest.mark.parametrize(
    ("link", "what", "hint"),
    [
        ("[a](/nowhere/)", "`/nowhere/` leads nowhere", ""),
        ("[a](../nowhere/)", "`../nowhere/` leads nowhere", "there is no `/2026/01/02/nowhere/`"),
        ("[a](/2026/01/02/y/)", "`/2026/01/02/y/` leads nowhere", "did you mean `/2026/01/03/y/`?"),
        ("[a](/2026/01/03/yy/)", "`/2026/01/03/yy/` leads nowhere", "did you mean `/2026/01/03/y/`?"),
        ("[a](/about/)", "`/about/` leads nowhere", "did you mean `/About/`?"),
        ("[a](/ABOUT)", "`/ABOUT` leads nowhere", "did you mean `/About/`?"),
        ("[a](/table/)", "`/table/` leads nowhere", "did you mean `/table.html`?"),
        ("[a](/file.txt/)", "`/file.txt/` leads nowhere", "did you mean `/file.txt`?"),
        ("[a](/2026/)", "`/2026/` leads nowhere", ""),
        (
            "[a](../../../../../x)",
            "`../../../../../x` leads out of the site",
            "write the whole address, with `https://` and the host",
        ),
        (
            "[a](/%2e%2e/x)",
            "`/%2e%2e/x` leads out of the site",
            "write the whole address, with `https://` and the host",
        ),
        ("[a](#own-prat)", "`#own-prat` leads nowhere: this page has no `#own-prat`", "did you mean `#own-part`?"),
        (
            "[a](/2026/01/03/y/#prat)",
            "`/2026/01/03/y/#prat` leads nowhere: `/2026/01/03/y/` has no `#prat`",
            "did you mean `#part`?",
        ),
        ("[a](2026-01-03-y.md#zzz)", "`2026-01-03-y.md#zzz` leads nowhere: `/2026/01/03/y/` has no `#zzz`", ""),
        ("[a](/About/#viewport)", "`/About/#viewport` leads nowhere: `/About/` has no `#viewport`", ""),
        ("[a](2026-01-03-z.md)", "`2026-01-03-z.md` leads nowhere", "did you mean `posts/2026-01-03-y.md`?"),
        ("![A picture](picture.png)", "`picture.png` leads nowhere", "there is no `/2026/01/02/x/picture.png`"),
    ],
)
def test_what_leads_nowhere_is_an_error_where_it_is_written(site, link: str, what: str, hint: str):
    column = 5 + link.index("](") + 2

    assert site.errors(with_link(link)) == error(link, what, hint, column)


def test_a_raw_link_counts_too(site):
    assert site.errors(with_link('<a href="/nowhere/">a</a>')) == error(
        '<a href="/nowhere/">a</a>', "`/nowhere/` leads nowhere", "", 14
    )


def test_each_mention_is_an_error_of_its_own(site):
    errors = site.errors("-- posts/2026-01-02-x.md --\n[a](/no/) and\n[b](/no/)\n\n[c](../../../../no/)\n")

    assert [message.split("\n")[0] for message in errors] == [
        "posts/2026-01-02-x.md:1:5: error: `/no/` leads nowhere",
        "posts/2026-01-02-x.md:2:5: error: `/no/` leads nowhere",
        "posts/2026-01-02-x.md:4:5: error: `../../../../no/` leads nowhere",
    ]


def test_a_link_to_a_draft_says_that_it_is_not_published(site):
    draft = "-- posts/2026-01-05-idea.md --\n---\ntitle: Idea\ndraft: true\n---\nText.\n"

    assert site.errors(with_link("[a](2026-01-05-idea.md)") + draft) == error(
        "[a](2026-01-05-idea.md)",
        "`2026-01-05-idea.md` leads nowhere",
        "`posts/2026-01-05-idea.md` is not published, or is no post or page",
        9,
    )


def test_a_dead_link_of_a_template_is_reported_once(site):
    errors = site.errors(
        with_link("nothing") + '-- site/templates/partials/footer.html --\n<a href="/imprnt/">Imprint</a>\n'
        "-- site/pages/imprint.md --\nText.\n"
    )

    assert errors == [
        "error: `/imprnt/` leads nowhere, in `2026/01/04/folder/index.html` and 7 other pages\n"
        "hint: did you mean `/imprint/`?"
    ]


def test_a_dead_link_of_one_page_made_by_a_template_names_that_page(site):
    errors = site.errors(with_link("nothing") + '-- site/templates/archive.html --\n<a href="/no/">no</a>\n')

    assert errors == ["error: `/no/` leads nowhere, in `archive/index.html`"]


def test_a_dead_link_of_the_menu_is_an_error_in_the_config(site):
    errors = site.errors(with_link("nothing") + "-- site/config.yaml --\nmenu: [{title: A, url: /abuot/}]\n")

    assert errors == [
        "site/config.yaml:1:7: error: `/abuot/` leads nowhere\n"
        "    1 | menu: [{title: A, url: /abuot/}]\n"
        "      |       ^\n"
        "hint: did you mean `/About/`?"
    ]


def test_the_sites_own_address_in_full_is_a_link_inside_the_site(site):
    config = "-- site/config.yaml --\nurl: https://example.org/blog\n"

    assert site(with_link("[a](https://example.org/blog/About/) [b](https://example.org/blog)") + config).warnings == []


def test_the_page_for_lost_readers_is_checked_below_the_path_of_the_site(site):
    config = "-- site/config.yaml --\nurl: https://example.org/blog\n"
    template = '-- site/templates/404.html --\n<a href="/no/">no</a> <a href="/archive/">yes</a>\n'

    assert site.errors(with_link("nothing") + config + template) == ["error: `/no/` leads nowhere, in `404.html`"]


def test_a_social_image_that_is_not_there_is_an_error(site):
    errors = site.errors(
        "-- posts/2026-01-02-x.md --\n---\nsocial_image: card.png\n---\nText.\n"
        "-- site/config.yaml --\nsocial_image: /cards/site.png\n"
    )

    assert errors == [
        "posts/2026-01-02-x.md:2:15: error: `card.png` leads nowhere\n"
        "    2 | social_image: card.png\n"
        "      |               ^\n"
        "hint: there is no `/2026/01/02/x/card.png`",
        "site/config.yaml:1:15: error: `/cards/site.png` leads nowhere\n"
        "    1 | social_image: /cards/site.png\n"
        "      |               ^",
    ]


def test_a_link_to_a_page_with_a_mistake_is_no_second_mistake(site):
    errors = site.errors(
        "-- posts/2026-01-02-x.md --\n"
        "[a](2026-01-03-y.md#z) [b](/2026/01/03/y/) [c](/2026/01/03/y/a.png) [d](/tags/t/) [e](/no/)\n"
        "-- posts/2026-01-03-y.md --\n---\ntags: t\n---\n[a](javascript:x)\n"
    )

    assert [message.split("\n")[0] for message in errors] == [
        "posts/2026-01-02-x.md:1:87: error: `/no/` leads nowhere",
        "posts/2026-01-03-y.md:4:5: error: the address `javascript:x` is not allowed here",
    ]


def test_a_link_to_a_page_without_a_layout_is_no_second_mistake(site):
    errors = site.errors(
        "-- posts/2026-01-02-x.md --\n[a](2026-01-03-y.md) [b](/2026/01/03/y/#part)\n"
        "-- posts/2026-01-03-y.md --\n---\nlayout: pots\n---\nText.\n"
    )

    assert [message.split("\n")[0] for message in errors] == [
        "posts/2026-01-03-y.md:2:9: error: there is no layout `pots`"
    ]


def test_a_mistake_in_the_home_page_hides_no_dead_link(site):
    errors = site.errors(with_link("[a](/no/)") + "-- site/pages/index.md --\n[a](javascript:x)\n")

    assert [message.split("\n")[0] for message in errors] == [
        "posts/2026-01-02-x.md:6:9: error: `/no/` leads nowhere",
        "site/pages/index.md:1:5: error: the address `javascript:x` is not allowed here",
    ]


def test_while_a_file_cannot_be_read_only_what_is_surely_dead_is_reported(site):
    errors = site.errors(
        "-- posts/2026-01-02-x.md --\n[a](/no/) [b](2026-01-03-y.md) [c](2026-01-04-z.md) [d](a.png) [e](#f)\n"
        "-- posts/2026-01-03-y.md --\n---\ntags: [\n---\n"
    )

    assert [message.split("\n")[0] for message in errors[:3]] == [
        "posts/2026-01-02-x.md:1:36: error: `2026-01-04-z.md` leads nowhere",
        "posts/2026-01-02-x.md:1:57: error: `a.png` leads nowhere",
        "posts/2026-01-02-x.md:1:68: error: `#f` leads nowhere: this page has no `#f`",
    ]
    assert all(message.startswith("posts/2026-01-03-y.md") for message in errors[3:])


def test_a_thousand_pages_of_twenty_links_are_all_checked(site):
    made = site(with_link("nothing")).built
    body = "".join(f'<p>Some words. <a href="../{number}/#s{number}">x</a></p>' for number in range(20))
    head = '<link rel="stylesheet" href="../theme/site.css"><script src="../theme/site.js"></script><a href="../">x</a>'
    ids = "".join(f'<h2 id="s{number}">x</h2>' for number in range(20))
    pages = [Output(f"{number}/index.html", f"{head}{body}{ids}".encode(), "") for number in range(1_000)]

    assert check(replace(made.site, posts=(), pages=()), [*made.outputs, *pages]) == []


def test_each_of_a_thousand_dead_links_is_told(site):
    links = "\n".join(f"[a](/nowhere-{number}/) [b](#at-{number})" for number in range(1_000))
    headings = "".join(f"\n\n## Heading {number}\n" for number in range(300))
    errors = site.errors(f"-- posts/2026-01-02-x.md --\n{links}{headings}")

    assert len(errors) == 2_000
