"""Containers, alerts, HTML over empty lines, task lists."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Html = Callable[..., str]
Complaints = Callable[..., list[str]]

NOTE = '<aside class="admonition note">\n<p class="admonition-title">{title}</p>\n{body}</aside>\n'


@pytest.mark.parametrize(
    ("opener", "title"),
    [
        ("::: note", "Note"),
        (":::note", "Note"),
        ("::: NOTE", "Note"),
        ("::: note Mind *this*", "Mind <em>this</em>"),
        ("::: note [Mind this]", "Mind this"),
        (":::note[Mind this]", "Mind this"),
        ("::: note Mind this :::", "Mind this"),
        ("::::: note", "Note"),
        ("::: {.note}", "Note"),
        ('::: {.callout-note title="Mind this"}', "Mind this"),
    ],
)
def test_a_container_with_a_known_name_is_an_admonition(html: Html, opener: str, title: str) -> None:
    assert html(f"{opener}\nText\n:::") == NOTE.format(title=title, body="<p>Text</p>\n")


def test_attributes_of_a_container(html: Html) -> None:
    body = html("::: tip Try it {#t .wide}\nx\n:::")

    assert body.startswith('<aside class="admonition tip wide" id="t">\n<p class="admonition-title">Try it</p>')


def test_details_fold(html: Html) -> None:
    assert html("::: details More\nx\n:::") == (
        '<details class="details">\n<summary>More</summary>\n<p>x</p>\n</details>\n'
    )


def test_any_other_name_is_a_division(html: Html) -> None:
    assert html("::: columns\nx\n:::") == '<div class="columns">\n<p>x</p>\n</div>\n'


def test_containers_hold_any_block_and_each_other(html: Html) -> None:
    inner = NOTE.format(title="Note", body="<p>b</p>\n").replace("note", "tip").replace("Note", "Tip")
    code = '<div class="hl"><pre tabindex="0"><code>:::\n</code></pre></div>\n'

    assert html("::: note\na\n\n::: tip\nb\n:::\n\n```\n:::\n```\n\n- c\n:::\nafter") == (
        NOTE.format(title="Note", body=f"<p>a</p>\n{inner}{code}<ul>\n<li>c</li>\n</ul>\n") + "<p>after</p>\n"
    )


def test_a_container_interrupts_a_paragraph_and_stands_in_a_list(html: Html) -> None:
    box = NOTE.format(title="Note", body="<p>b</p>\n")

    assert html("a\n::: note\nb\n:::") == f"<p>a</p>\n{box}"
    assert html("- a\n  ::: note\n  b\n  :::\n- c") == f"<ul>\n<li>a\n{box}</li>\n<li>c</li>\n</ul>\n"


def test_a_container_that_is_never_closed_is_reported(complaints: Complaints) -> None:
    assert complaints("text\n\n::: note\nx") == [
        "posts/x.md:3: error: `::: note` is never closed\n    3 | ::: note\nhint: end the box with a line `:::`"
    ]


def test_a_closing_line_alone_is_reported(complaints: Complaints) -> None:
    assert complaints("::: note\nx\n:::\n\n:::") == [
        "posts/x.md:5: warning: `:::` closes nothing\n    5 | :::\nhint: a box opens with a name: `::: note`"
    ]


def test_a_misspelt_box_is_reported(complaints: Complaints) -> None:
    assert complaints("::: waring\nx\n:::") == [
        "posts/x.md:1: warning: no box is called `waring`, so this is a plain `<div>`\n"
        "    1 | ::: waring\n"
        "hint: did you mean `warning`?"
    ]


@pytest.mark.parametrize(
    ("body", "title", "inside"),
    [
        ("> [!NOTE]\n> Text", "Note", "<p>Text</p>\n"),
        ("> [!note] Mind *this*\n> Text", "Mind <em>this</em>", "<p>Text</p>\n"),
        ("> [!NOTE]\n>\n> Text", "Note", "<p>Text</p>\n"),
        ("> [!NOTE]\n> - a", "Note", "<ul>\n<li>a</li>\n</ul>\n"),
        ("> [!NOTE]", "Note", ""),
    ],
)
def test_an_alert_is_an_admonition(html: Html, body: str, title: str, inside: str) -> None:
    assert html(body) == NOTE.format(title=title, body=inside)


@pytest.mark.parametrize(("sign", "opened"), [("-", ""), ("+", ' open=""')])
def test_an_alert_may_fold(html: Html, sign: str, opened: str) -> None:
    assert html(f"> [!TIP]{sign} Try\n> x") == (
        f'<details class="admonition tip"{opened}>\n<summary>Try</summary>\n<p>x</p>\n</details>\n'
    )


def test_a_quote_around_an_alert_stays_a_quote(html: Html) -> None:
    assert html("> a\n>\n> > [!NOTE]\n> > b\n\n> c") == (
        f"<blockquote>\n<p>a</p>\n{NOTE.format(title='Note', body='<p>b</p>' + chr(10))}</blockquote>\n"
        "<blockquote>\n<p>c</p>\n</blockquote>\n"
    )


def test_an_unknown_alert_is_reported(complaints: Complaints) -> None:
    assert complaints("> [!WARNIG]\n> x") == [
        "posts/x.md:1: warning: no box is called `WARNIG`, so this is a plain quote\n"
        "    1 | > [!WARNIG]\n"
        "hint: did you mean `warning`?"
    ]
    assert complaints("> [!X]\n> x") == [
        "posts/x.md:1: warning: no box is called `X`, so this is a plain quote\n"
        "    1 | > [!X]\n"
        "hint: such as `[!NOTE]`, `[!TIP]` or `[!WARNING]`"
    ]


def test_a_table_of_tags_may_hold_empty_lines(html: Html) -> None:
    table = "<table>\n  <tr>\n\n      <td>1</td>\n\n      <td>2</td>\n  </tr>\n\n</table>\n"

    assert html(table) == table
    assert html(f"{table}\n*after*") == f"{table}<p><em>after</em></p>\n"
    assert html(f"- a\n\n{table}").endswith(f"</ul>\n{table}")


def test_markdown_between_the_tags_is_markdown(html: Html) -> None:
    assert html("<details>\n<summary>s</summary>\n\n**b**\n\n</details>") == (
        "<details>\n<summary>s</summary>\n<p><strong>b</strong></p>\n</details>"
    )
    assert html("<table><tr><td>\n\n**b**\n\n</td></tr></table>") == (
        "<table><tr><td>\n<p><strong>b</strong></p>\n</td></tr></table>"
    )


def test_an_element_in_itself_ends_at_its_own_end_tag(html: Html) -> None:
    body = "<div>\n\n<div>\n\n<br>\n\n</div>\n\n</div>\n"

    assert html(f"{body}\n*x*") == f"{body}<p><em>x</em></p>\n"


def test_a_task_list(html: Html) -> None:
    assert html("- [x] done\n- [ ] to *do*\n- plain") == (
        '<ul class="tasks">\n'
        '<li class="task"><input type="checkbox" disabled aria-label="done" checked> done</li>\n'
        '<li class="task"><input type="checkbox" disabled aria-label="to do"> to <em>do</em></li>\n'
        "<li>plain</li>\n</ul>\n"
    )


def test_a_definition_list(html: Html) -> None:
    assert html("Term\n: One\n: Two\n\nOther\n: x") == (
        "<dl>\n<dt>Term</dt>\n<dd>One</dd>\n<dd>Two</dd>\n<dt>Other</dt>\n<dd>x</dd>\n</dl>\n"
    )


def test_a_table_scrolls_in_a_box_of_its_own(html: Html) -> None:
    assert html("| a | b |\n|---|--:|\n| `x` | 1 |") == (
        '<div class="table" role="region" aria-label="Table" tabindex="0"><table>\n'
        '<thead>\n<tr>\n<th>a</th>\n<th style="text-align:right">b</th>\n</tr>\n</thead>\n'
        '<tbody>\n<tr>\n<td><code>x</code></td>\n<td style="text-align:right">1</td>\n</tr>\n</tbody>\n'
        "</table></div>\n"
    )
