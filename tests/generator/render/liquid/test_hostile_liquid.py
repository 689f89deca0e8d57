"""49 hostile templates: each is stopped within 5 seconds of work and 512 MB, and says in which file and line."""

# ruff: noqa: E501 - templates and messages stand whole
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.generator.render.liquid.attacks import ATTACKS

TOLD = {
    "range in range": "posts/a.md:7:28: error: this template loops too long (1,000,000 iterations)",
    "five loops": "posts/a.md:7:93: error: this template loops too long (1,000,000 iterations)",
    "range without end": "posts/a.md:7:1: error: this range has more than 1,000,000 numbers",
    "range in a tablerow": "posts/a.md:7:1: error: this range has more than 1,000,000 numbers",
    "reversed range": "posts/a.md:7:1: error: this range has more than 1,000,000 numbers",
    "range joined": "posts/a.md:7:1: error: this range has more than 1,000,000 numbers",
    "range sorted": "posts/a.md:7:1: error: this range has more than 1,000,000 numbers",
    "range summed in loops": "posts/a.md:7:43: error: `sum`: this list has more than 200,000 items",
    "loop over a cycle": "posts/a.md:7:1: error: this range has more than 1,000,000 numbers",
    "continue for ever": "posts/a.md:7:53: error: this template loops too long (1,000,000 iterations)",
    "loops of a condition": "posts/a.md:7:484: error: this template runs too long (3 s)",
    "doubled text": "posts/a.md:7:61: error: `append`: this text would be longer than 5,000,000 characters",
    "replaced text": "posts/a.md:7:575: error: `replace`: `replace` would make more than 5,000,000 characters",
    "replaced by nothing": "posts/a.md:7:575: error: `replace`: `replace` would make more than 5,000,000 characters",
    "doubled list": "posts/a.md:7:76: error: `concat`: this list would be longer than 200,000 items",
    "kept texts": "posts/a.md:7:593: error: this template makes too many texts or lists",
    "captured twice": "posts/a.md:7:589: error: this block prints too much (5,000,000 characters)",
    "printed often": "posts/a.md:7:592: error: this template prints too much (5,000,000 characters)",
    "text printed often": "posts/a.md:7:1: error: this template prints too much (5,000,000 characters)",
    "joined by a text": "posts/a.md:7:1042: error: `join`: this text would be longer than 5,000,000 characters",
    "large power": "posts/a.md:7:59: error: `times`: this makes too large a number",
    "long number": "posts/a.md:7:508: error: `plus`: `99999999999999999999…` has too many digits",
    "round to a thousand places": "posts/a.md:7:10: error: `round`: `999999999` is not a number of places",
    "wide date": "posts/a.md:7:16: error: `date`: a width of 999999999 is more than 1,000",
    "split to letters": "posts/a.md:7:586: error: `split`: this text is too long to be split into characters",
    "tags in strip_html": "posts/a.md:7:658: error: `strip_html`: a text of more than 500,000 characters is too long for this",
    "sorted lists": "posts/a.md:7:490: error: this template loops too long (1,000,000 iterations)",
    "nested blocks": "posts/a.md:7:391: error: blocks stand more than 30 deep inside each other",
    "nested names": "posts/a.md:7:4: error: this tag has more than 10,000 characters",
    "long condition": "posts/a.md:7:7: error: this tag has more than 10,000 characters",
    "nested lists": "posts/a.md:7:138: error: lists stand more than 60 deep inside each other",
    "nested json": "posts/a.md:7:145: error: `jsonify`: this JSON has more than 200,000 values, or is more than 100 deep",
    "open brackets": "posts/a.md:7:4: error: brackets stand more than 30 deep in this tag",
    "long tag": "posts/a.md:7:4: error: this tag has more than 10,000 characters",
    "spaces in a tag": "posts/a.md:7:7: error: this tag has more than 10,000 characters",
    "spaces in a line of liquid": "posts/a.md:8:6: error: this tag has more than 10,000 characters",
    "comments that only open": "posts/a.md:7:1: error: `comment` is never closed",
    "raw text in a comment": "posts/a.md:7:1: error: `comment` is never closed",
    "blocks that close others": "posts/a.md:37:1: error: blocks stand more than 30 deep inside each other",
    "include upwards": "posts/a.md:7:1: error: `../../etc/passwd` leads out of `site/includes`",
    "absolute include": "posts/a.md:7:1: error: `/etc/passwd` leads out of `site/includes`",
    "include by a value": "posts/a.md:7:34: error: `../config.yaml` leads out of `site/includes`",
    "include through a link": "posts/a.md:7:1: error: `site/includes/link.html`: `site/includes/link.html` is a link to `/etc/passwd`, outside the site",
    "include_relative upwards": "posts/a.md:7:1: error: `../site/config.yaml` leads away from the page",
    "include itself": "site/includes/self.html:2:1: error: includes stand more than 15 deep inside each other: does one include itself? (included at site/includes/self.html:2, site/includes/self.html:2, …, posts/a.md:7)",
    "includes that branch": "site/includes/twice14.html:1:495: error: this template prints too much (5,000,000 characters) (included at site/includes/twice13.html:1, site/includes/twice12.html:1, …, posts/a.md:7)",
}
INSIDE = {  # Python's inside is out of reach: what is asked for does not exist
    "class": [
        "posts/a.md:7:4: warning: `page.__class__` does not exist",
        "posts/a.md:7:34: error: expected the end of the tag, found `.`",
        "posts/a.md:7:50: warning: `site.__init__` does not exist",
    ],
    "private fields": [
        "posts/a.md:7:4: warning: `page._values` does not exist",
        "posts/a.md:7:22: warning: `site.data._view` does not exist",
        "posts/a.md:7:43: warning: `forloop` does not exist",
    ],
    "attributes by filters": [],
}


@pytest.fixture(scope="module")
def results() -> dict[str, dict[str, object]]:
    command = [sys.executable, "-m", "tests.generator.render.liquid.attacks"]
    ran = subprocess.run(command, cwd=Path(__file__).parents[4], capture_output=True, text=True, check=True)
    found: dict[str, dict[str, object]] = json.loads(ran.stdout)
    return found


def test_there_are_49_of_them():
    assert len(ATTACKS) == 49
    assert set(ATTACKS) == {*TOLD, *INSIDE}


@pytest.mark.parametrize("name", list(TOLD))
def test_an_attack_is_stopped_and_names_its_line(results, name: str):
    """A child that died of memory or time would have told nothing. On a busy machine the clock may come before the count."""
    by_clock = TOLD[name].replace("loops too long (1,000,000 iterations)", "runs too long (3 s)")

    assert results[name]["messages"][:1] in ([TOLD[name]], [by_clock])


@pytest.mark.parametrize("name", list(INSIDE))
def test_no_template_reaches_pythons_inside(results, name: str):
    assert results[name]["messages"][:3] == INSIDE[name]
    assert results[name]["text"] == ("one\n00" if name == "attributes by filters" else "one\n")
