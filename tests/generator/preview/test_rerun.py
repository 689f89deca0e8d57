from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator.preview import rerun as module
from generator.preview.hub import Message
from generator.preview.request import Refused
from generator.preview.rerun import Reruns, clean

TINY = '''"""One is one."""
from dataclasses import dataclass

WRITES = {"x": "scalar"}


@dataclass(frozen=True)
class Config:
    seed: int = 0


def run(c, log):
    print("\\x1b[31mred\\x1b[0m \\x1b]0;title\\x07and\\x08 plain", flush=True)
    BODY
    return {"x": 1}
'''
SLEEPS = """import os, subprocess, time
    child = subprocess.Popen(["sleep", "60"])
    open(os.environ["NUMBERS"], "w").write(f"{os.getpid()} {child.pid} ")
    time.sleep(60)"""


class Page:
    """What a page hears of its reruns."""

    def __init__(self, root: Path) -> None:
        self.root, self.heard = root, list[Message]()
        self.reruns = Reruns(root, self.heard.append)

    def experiment(self, body: str = "pass", name: str = "tiny") -> None:
        file = self.root / f"experiments/{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(TINY.replace("BODY", body))

    def lines(self) -> list[object]:
        return [message["line"] for message in self.heard if "line" in message]

    def ended(self) -> list[object]:
        return [message["ended"] for message in self.heard if "ended" in message]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    made = Page(tmp_path)
    yield made
    made.reruns.close()


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.01)


def living(numbers: list[str]) -> list[str]:
    """Return those processes that run; one that only waits to be counted is dead."""
    states = [
        subprocess.run(["ps", "-o", "stat=", "-p", one], capture_output=True, text=True, check=False) for one in numbers
    ]
    return [number for number, state in zip(numbers, states, strict=True) if state.stdout.strip() not in {"", "Z"}]


def test_an_experiment_runs_and_its_lines_are_told(page: Page):
    page.experiment()
    page.reruns.start("tiny")
    until(page.ended)

    assert page.ended() == [0]
    assert page.lines()[0] == "red and plain"
    assert (page.root / "_data/tiny/x.yaml").read_text().endswith("1\n")
    assert all(message["type"] == "rerun" and message["experiment"] == "tiny" for message in page.heard)


def test_a_run_gets_the_settings_of_the_published_one(page: Page):
    page.experiment()
    page.reruns.start("tiny")
    until(page.ended)
    command = [sys.executable, "-m", "experiments", "run", "tiny", "seed=3,5", "--root", str(page.root)]
    subprocess.run(command, cwd=module.HOME, check=True, capture_output=True)
    page.experiment("c.seed")
    page.reruns.start("tiny")
    until(lambda: len(page.ended()) == 2)

    assert page.ended() == [0, 0]
    assert json.loads((page.root / "_data/tiny/record.json").read_text())["seeds"] == [3, 5]


def test_private_settings_are_left_to_a_terminal(page: Page):
    page.experiment()
    page.reruns.start("tiny")
    until(page.ended)
    record = page.root / "_data/tiny/record.json"
    plain = json.loads(record.read_text())
    record.write_text(json.dumps({**plain, "command": "python -m experiments run tiny 'owner=(private)'"}))

    with pytest.raises(Refused) as caught:
        page.reruns.start("tiny")

    assert (caught.value.status, caught.value.why) == (
        409,
        "the settings of `tiny` are private: run it in a terminal, where you can give them",
    )


def test_a_failure_is_told_with_its_code(page: Page):
    page.experiment("raise ValueError('no')")
    page.reruns.start("tiny")
    until(page.ended)

    assert page.ended() == [1]
    assert any("ValueError: no" in str(line) for line in page.lines())


@pytest.mark.parametrize("name", ["tini", "../tiny", "tiny; true", "--all", "tiny.py", "", "tiny\x00"])
def test_only_experiments_of_the_site_are_started(page: Page, name: str):
    page.experiment()

    with pytest.raises(Refused) as caught:
        page.reruns.start(name)

    assert caught.value.status == 404
    assert caught.value.why.startswith("there is no experiment of that name")


def test_the_nearest_name_is_offered(page: Page):
    page.experiment()

    with pytest.raises(Refused) as caught:
        page.reruns.start("tini")

    assert caught.value.why == "there is no experiment of that name; did you mean `tiny`?"


def test_closing_stops_a_run_and_what_it_started(page: Page, monkeypatch: pytest.MonkeyPatch):
    told = page.root / "numbers.txt"
    monkeypatch.setenv("NUMBERS", str(told))
    page.experiment(SLEEPS)
    page.reruns.start("tiny")
    until(lambda: told.exists() and told.read_text().endswith(" "))
    numbers = told.read_text().split()
    assert living(numbers) == numbers
    with pytest.raises(Refused) as caught:
        page.reruns.start("tiny")
    page.reruns.close()

    assert (caught.value.status, caught.value.why) == (409, "`tiny` is running already")
    until(lambda: living(numbers) == [])
    with pytest.raises(Refused):
        page.reruns.start("tiny")


def test_lines_lose_what_only_a_terminal_understands():
    assert clean(b"\x1b[1;31mred\x1b[0m\t\x07\x1b]8;;http://x\x1b\\link\xff\x9b") == "red\tlink��"
    assert len(clean(b"x" * 5_000)) == module.LONGEST_LINE


def test_lines_that_come_too_fast_are_counted():
    lines = list(module._paced(str(number) for number in range(200)))

    assert lines == [*(str(number) for number in range(50)), "… 150 lines not shown"]


def test_a_line_drawn_over_itself_is_a_line_each_time():
    reading, writing = os.pipe()
    os.write(writing, b"10 %\r20 %\r\n\nlast")
    os.close(writing)
    with os.fdopen(reading, "rb") as output:
        assert list(module._lines(output)) == ["10 %", "20 %", "last"]
