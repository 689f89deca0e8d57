"""What the preview shows beside the page, in a real browser: mistakes, badges, the bar, the drawer, the connection."""

from __future__ import annotations

import time

import pytest

from benchmarks.chromium import PATIENCE, Browser, Tab
from tests.generator.preview.conftest import CLIENT

pytestmark = pytest.mark.browser

MISTAKE = {
    "path": "posts/a.md",
    "line": 2,
    "column": 5,
    "level": "error",
    "text": "posts/a.md:2:5: error: `<b>x</b>` is unknown\n    2 | a {{ x }}\n      |     ^\nhint: did you mean `y`?",
}
WARNING = {**MISTAKE, "level": "warning", "text": "posts/a.md: warning: old"}
FIGURE = """<main><figure class="chart"><div class="plot"></div><div class="strip"><p class="source">
<a href="/runs/demo/slow/">demo.slow</a></p></div></figure>
<p>It is <data class="num" value="0.5" tabindex="0" title="0.5 · demo.slow, best · seed 0 · 2 s">0.5</data>, by hand
<data class="num" value="2" tabindex="0" title="2 · data.own.value, written by hand">2</data>.</p>
<div data-experiment="demo.never">nothing yet</div></main>"""
STALE = {
    "experiment": "demo.slow",
    "state": "stale",
    "reasons": ["experiments.demo.slow.run changed", "config: <i>lr</i> is new"],
    "command": "python -m experiments run demo.slow",
    "progress": None,
}
PENDING = {**STALE, "experiment": "demo.never", "state": "pending", "reasons": ["never run"], "command": "run it"}
RUNNING = {**STALE, "state": "running", "reasons": [], "progress": {"step": 1200, "total": 5000, "seconds_left": 178}}


def until(condition) -> None:
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit, "it never was"
        time.sleep(0.01)


def part(tab: Tab, name: str, script: str = "shadow.textContent") -> object:
    """Return what a script says of the shadow of one of the preview's own elements, null without it."""
    found = f"document.querySelector('labpress-{name}')?.shadowRoot"
    return tab.evaluate(f"((shadow) => shadow ? ({script}) : null)({found})")


def wait_for(tab: Tab, name: str, script: str) -> None:
    found = f"document.querySelector('labpress-{name}')?.shadowRoot"
    tab.wait(f"((shadow) => shadow && ({script}))({found})")


def test_mistakes_are_told_in_the_terminals_words_over_the_page_that_stays(tab, stage):
    stage.show(tab, "<main>the last good page</main>")
    stage.send(type="errors", errors=[MISTAKE, WARNING])
    wait_for(tab, "errors", "shadow.querySelector('pre')")

    assert part(tab, "errors", "[...shadow.querySelectorAll('pre')].map((pre) => pre.textContent)") == [MISTAKE["text"]]
    assert part(tab, "errors", "shadow.querySelector('header strong').textContent") == "1 error"
    assert part(tab, "errors", "shadow.querySelectorAll('pre > b > b').length") == 0
    assert tab.evaluate("document.querySelector('main').textContent") == "the last good page"
    stage.send(type="errors", errors=[])
    tab.wait("!document.querySelector('labpress-errors')")


def test_minimised_mistakes_stay_so_until_they_are_mended(tab, stage):
    stage.errors = [MISTAKE]
    stage.show(tab, "<main></main>")
    wait_for(tab, "errors", "[...shadow.querySelectorAll('button')].at(-1)?.click() ?? true")
    wait_for(tab, "errors", "shadow.querySelector('.pill')?.textContent === '1 error'")
    stage.send(type="errors", errors=[MISTAKE, {**MISTAKE, "text": "posts/b.md: error: another"}])
    wait_for(tab, "errors", "shadow.querySelector('.pill')?.textContent === '2 errors'")
    stage.send(type="errors", errors=[])
    tab.wait("!document.querySelector('labpress-errors')")
    stage.send(type="errors", errors=[MISTAKE])
    wait_for(tab, "errors", "shadow.querySelector('pre')")


def test_what_rests_on_a_run_wears_a_ring_the_reason_and_the_command(tab, stage):
    stage.answers["facts"] = {"runs": [STALE, PENDING], "warnings": []}
    stage.show(tab, FIGURE)
    tab.wait("document.querySelector('labpress-mark')")

    told = "[...document.querySelectorAll('[data-labpress-state]')].map((e) => [e.localName, e.dataset.labpressState])"
    assert tab.evaluate(told) == [["figure", "stale"], ["data", "stale"], ["div", "pending"]]
    assert tab.evaluate("getComputedStyle(document.querySelector('figure')).outlineStyle") == "solid"
    text = "['strong', '.why', 'code'].map((part) => shadow.querySelector(part).textContent)"
    assert part(tab, "badge", text) == [
        "stale",
        "experiments.demo.slow.run changed; config: <i>lr</i> is new",
        "python -m experiments run demo.slow",
    ]
    assert part(tab, "mark", "shadow.querySelector('button').getAttribute('aria-label')") == "demo.slow is stale"
    part(tab, "mark", "shadow.querySelector('button').click()")
    assert part(tab, "mark", "shadow.querySelector('.card:popover-open .why').textContent") == "; ".join(
        STALE["reasons"]
    )


def test_a_run_that_goes_on_tells_its_step_and_the_time_left_until_it_is_fresh(tab, stage):
    stage.answers["facts"] = {"runs": [RUNNING], "warnings": []}
    stage.show(tab, FIGURE)
    wait_for(tab, "badge", "shadow.querySelector('.why').textContent === 'step 1,200 of 5,000, about 3 minutes left'")
    moved = {**RUNNING, "progress": {"step": 4900, "total": 5000, "seconds_left": 9}}
    stage.send(type="live", urls=["/p/"], runs=[moved])
    wait_for(tab, "badge", "shadow.querySelector('.why').textContent === 'step 4,900 of 5,000, about 10 seconds left'")
    wait_for(tab, "badge", "shadow.querySelector('.why').textContent === 'step 4,900 of 5,000, about 5 seconds left'")
    stage.send(type="live", urls=["/p/"], runs=[{**STALE, "state": "fresh", "reasons": []}])
    tab.wait("!document.querySelector('labpress-badge, labpress-mark, [data-labpress-state]')")


def test_badges_survive_a_change_of_the_page_and_never_reach_what_is_compared(tab, stage):
    stage.answers["facts"] = {"runs": [STALE], "warnings": []}
    stage.show(tab, FIGURE)
    tab.wait("document.querySelector('labpress-badge')")
    stage.change(tab, FIGURE.replace("It is", "It was").replace('class="plot"', 'class="plot wide"'))

    told = "['badge', 'mark'].map((name) => document.querySelectorAll(`labpress-${name}`).length)"
    assert tab.evaluate(told) == [1, 1]
    assert tab.evaluate("document.querySelector('main > p').textContent").startswith("It was 0.5")


def test_a_rerun_is_posted_and_its_words_come_into_the_drawer(tab, stage):
    stage.answers["facts"], stage.hello = {"runs": [STALE], "warnings": []}, {"rerun": True}
    stage.show(tab, FIGURE)
    wait_for(tab, "badge", "!shadow.querySelector('.rerun').hidden")
    part(tab, "badge", "shadow.querySelector('.rerun').click()")
    wait_for(tab, "drawer", "shadow.querySelector('.told').textContent === 'started'")
    for line in ("step 1", "<b>step 2</b>"):
        stage.send(type="rerun", experiment="demo.slow", line=line)
    stage.send(type="rerun", experiment="demo.slow", ended=3)
    wait_for(tab, "drawer", "shadow.querySelector('.told').textContent === 'failed, exit code 3'")

    assert part(tab, "drawer", "shadow.querySelector('pre').textContent") == "step 1\n<b>step 2</b>\n"
    assert stage.posted == [{"experiment": "demo.slow"}]


def test_no_run_can_be_started_where_the_server_does_not_allow_it(tab, stage):
    stage.answers["facts"] = {"runs": [STALE], "warnings": []}
    stage.show(tab, FIGURE)
    wait_for(tab, "badge", "shadow.querySelector('.why').textContent")

    assert part(tab, "badge", "shadow.querySelector('.rerun').hidden") is True


def test_the_bar_tells_what_differs_from_the_published_build(tab, stage):
    stage.answers["diff"] = {
        "ready": True,
        "pages": [{"url": "/p/", "title": "A & B", "kind": "changed"}, {"url": "/q/", "title": "", "kind": "gone"}],
        "numbers": [{"url": "/p/", "old": 0.912, "new": 0.934, "percent": 2.4123, "context": "accuracy"}],
        "claims": [{"place": "posts/a.md:3", "text": "<b>no</b>"}],
    }
    stage.answers["facts"] = {"runs": [STALE], "warnings": [{"text": "posts/a.md: warning: old"}]}
    stage.show(tab, "<main></main>")
    wait_for(tab, "bar", "shadow.querySelector('.label').textContent === 'differs: 2 pages, 1 number, 1 claim'")
    part(tab, "bar", "shadow.querySelector('.main').click()")

    assert part(tab, "bar", "shadow.querySelector('h2').textContent") == (
        "Differs from the last published build: 2 pages, 1 number, 1 claim."
    )
    assert part(tab, "bar", "[...shadow.querySelectorAll('li')].map((item) => item.textContent)") == [
        "0.912 → 0.934 +2.41 %accuracy",
        "posts/a.md:3 <b>no</b>",
        "A & B changed",
        "/q/ gone",
        "posts/a.md: warning: old",
        "demo.slow stale",
    ]
    tab.open(f"{stage.url}/p/?again")
    wait_for(tab, "bar", "shadow.querySelector('.panel li')")
    tab.evaluate("localStorage.clear()")


def test_seven_tabs_share_one_stream_and_another_takes_over(chromium: Browser, stage):
    stage.page("/p/", "<main>one</main>")
    tabs = [chromium.tab(f"{stage.url}/p/") for _ in range(7)]
    for tab in tabs:
        tab.wait("document.querySelector('labpress-bar')?.shadowRoot.querySelector('.light.on')")
    streams = stage.opened
    tabs[0].close()
    until(lambda: stage.opened == 2)
    stage.page("/p/", "<main>two</main>")
    stage.update("/p/")
    for tab in tabs[1:]:
        tab.wait("document.querySelector('main').textContent === 'two'")
        tab.close()

    assert streams == 1


def test_what_changed_while_the_server_was_away_is_shown_when_it_is_back(tab, stage):
    stage.show(tab, "<main>one</main>", after="window.kept = true")
    stage.hang_up()
    stage.page("/p/", "<main>two</main>")
    stage.revision = 9
    tab.wait("document.querySelector('main').textContent === 'two'")

    assert tab.evaluate("[window.kept, document.documentElement.dataset.labpressRevision]") == [True, "9"]


def test_a_stream_that_has_fallen_silent_is_opened_anew(tab, stage):
    """After a sleep of the machine a stream may look open for ever, with nobody at its other end."""
    text = (CLIENT / "connection.js").read_text()
    stage.client["connection.js"] = text.replace("SILENT = 30000", "SILENT = 1500")
    assert stage.client["connection.js"] != text
    stage.show(tab, "<main>old</main>", after="window.kept = true")
    for _ in range(10):
        stage.send(type="beat")
        time.sleep(0.25)
    opened = stage.opened
    stage.page("/p/", "<main>new</main>")
    stage.revision += 1
    tab.wait("document.querySelector('main').textContent === 'new'")

    assert (opened, stage.opened > 1) == (1, True)
    assert tab.evaluate("window.kept") is True


def test_a_server_that_was_started_anew_is_met_by_a_reload(tab, stage):
    stage.show(tab, "<main>one</main>", after="window.kept = true")
    stage.token = stage.session = "t2"
    stage.page("/p/", "<main>two</main>")
    stage.hang_up()
    tab.wait("document.querySelector('main').textContent === 'two' && !window.kept")
    tab.wait("document.querySelector('script[data-revision]').src.includes('t2')")


def test_without_locks_each_tab_listens_while_it_is_seen(tab, stage):
    stage.page("/p/", "<main>one</main>")
    tab.open(f"http://another-machine.test:{stage.port}/p/")
    tab.wait("document.querySelector('labpress-bar')?.shadowRoot.querySelector('.light.on')")
    stage.page("/p/", "<main>two</main>")
    stage.update("/p/")
    tab.wait("document.querySelector('main').textContent === 'two'")

    assert tab.evaluate("[isSecureContext, Boolean(navigator.locks)]") == [False, False]


def test_a_tab_nobody_sees_is_brought_up_to_date_when_it_is_seen(chromium: Browser, tab, stage):
    stage.show(tab, "<main>one</main>")
    tab.send("Emulation.setFocusEmulationEnabled", enabled=False)
    front = chromium.tab(f"{stage.url}/p/")
    tab.wait("document.hidden")
    stage.page("/p/", "<main>two</main>")
    stage.update("/p/")
    front.wait("document.querySelector('main').textContent === 'two'")
    unseen = tab.evaluate("document.querySelector('main').textContent")
    tab.send("Page.bringToFront")
    tab.wait("document.querySelector('main').textContent === 'two'")
    front.close()

    assert unseen == "one"


def test_a_drawer_that_was_closed_stays_closed_and_other_tabs_have_none(chromium: Browser, tab, stage):
    stage.answers["facts"], stage.hello = {"runs": [STALE], "warnings": []}, {"rerun": True}
    stage.show(tab, FIGURE)
    other = chromium.tab(f"{stage.url}/p/")
    wait_for(tab, "badge", "!shadow.querySelector('.rerun').hidden")
    part(tab, "badge", "shadow.querySelector('.rerun').click()")
    stage.send(type="rerun", experiment="demo.slow", line="one")
    wait_for(tab, "drawer", "shadow.querySelector('pre').textContent === 'one\\n'")
    part(tab, "drawer", "[...shadow.querySelectorAll('button')].at(-1).click()")
    stage.send(type="rerun", experiment="demo.slow", line="two")
    stage.send(type="errors", errors=[MISTAKE])
    for page in (tab, other):
        wait_for(page, "errors", "shadow.querySelector('pre')")

        assert part(page, "drawer") is None
    other.close()
