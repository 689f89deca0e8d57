"""Runs that go on are seen in the pages that read their data, and so is their end, however they end."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from generator.preview.session import Change, Session
from tests.conftest import SiteFactory
from tests.generator.preview.like_a_build import assert_like_a_build

EXPERIMENT = '''\
"""A curve that grows."""

from dataclasses import dataclass
from pathlib import Path

WRITES = {"curve": "series", "best": "scalar"}


@dataclass(frozen=True)
class Config:
    steps: int = 3
    seed: int = 0


def run(c: Config, log):
    curve = [{"step": step, "loss": 1 / (step + 1)} for step in range(c.steps)]
    for point in curve:
        log(point["step"], c.steps, loss=point["loss"])
    return {"curve": curve, "best": {"loss": curve[-1]["loss"]}}
'''
SITE = """
    -- posts/2026-01-01-a.md --
    ---
    title: A
    ---
    Best: {{ data.toy.fit.best.loss | num(2) }}.

    {% claim data.toy.fit.best.loss < 0.4 %}It is small.{% endclaim %}

    {{ table(data.toy.fit.curve) }}
    -- posts/2026-01-02-b.md --
    ---
    title: B
    ---
    Nothing of runs.
"""
PAGE = "2026/01/01/a/index.html"
URL = "/2026/01/01/a/"


@pytest.fixture
def root(site, tmp_path: Path) -> Path:
    site.write(SITE)
    for file, text in {"__init__.py": "", "toy/__init__.py": "", "toy/fit.py": EXPERIMENT}.items():
        (tmp_path / "experiments" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "experiments" / file).write_text(text)
    return tmp_path


@pytest.fixture
def session(site, root: Path) -> Session:
    session = Session(site.options())
    session.refresh(None)
    return session


@pytest.fixture
def beginning(root: Path) -> Iterator[Callable[[list[dict[str, float]]], IO[bytes]]]:
    """Return a function that makes a run look alive, with the points it has logged so far."""
    folder, locks = root / ".runs" / "toy.fit", list[IO[bytes]]()

    def begin(points: list[dict[str, float]]) -> IO[bytes]:
        (folder / "partial").mkdir(parents=True, exist_ok=True)
        newest = {"step": points[-1]["step"], "total": 5, "seconds_left": 4.2} if points else {"step": None}
        (folder / "partial" / "metrics.json").write_text(json.dumps({"seed": 0, "points": points}))
        (folder / "running.json").write_text(json.dumps({"pid": 1, "name": "toy.fit", "seed": 0, **newest}))
        if not locks:
            locks.append((folder / "lock").open("a+b"))
            fcntl.flock(locks[0], fcntl.LOCK_EX)
        return locks[0]

    yield begin
    for lock in locks:
        lock.close()


def run(root: Path, *words: str) -> None:
    command = [sys.executable, "-m", "experiments", "run", "toy.fit", *words, "--root", str(root)]
    subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[3])


def text(session: Session, path: str = PAGE) -> str:
    output = session.get(path)
    assert output is not None
    assert isinstance(output.content, bytes)
    return output.content.decode()


def cells(session: Session) -> list[float]:
    return [float(cell) for cell in re.findall(r"<td[^>]*>([^<]*)</td>", text(session))]


def test_what_nobody_has_computed_is_marked_and_the_page_is_shown(session: Session):
    change = session.finish()
    mark = '<mark class="labpress-pending" data-experiment="toy.fit" title="data.toy has no value yet">pending</mark>'

    assert f"<p>Best: {mark}.</p>" in text(session)
    assert change.errors == ()
    assert [str(warning) for warning in change.warnings] == [
        "posts/2026-01-01-a.md: warning: held back: `toy.fit` is pending: run `python -m experiments run toy.fit`"
    ]
    assert PAGE not in {output.path for output in session.outputs()}


def test_a_first_run_is_seen_point_by_point(session: Session, beginning):
    text(session)
    beginning([])
    begun = session.refresh(())
    beginning([{"step": 0, "loss": 1.0}])
    first = session.refresh(())
    shown_first = cells(session)
    beginning([{"step": 0, "loss": 1.0}, {"step": 1, "loss": 0.5}])
    second = session.refresh(())

    assert [change.live for change in (begun, first, second)] == [(URL, "/runs/toy/fit/")] * 3
    assert [run["progress"] for run in (*begun.runs, *second.runs)] == [
        {"seed": 0, "step": None, "total": None, "seconds_left": None},
        {"seed": 0, "step": 1, "total": 5, "seconds_left": 4.2},
    ]
    assert (shown_first, cells(session)) == ([0, 1], [0, 1, 1, 0.5])
    assert '<div class="strip running">' in text(session)


def test_runs_that_stand_still_are_no_news(session: Session, beginning):
    beginning([{"step": 0, "loss": 1.0}])
    moved = session.refresh(())
    again = session.refresh(())

    assert (again.live, again.runs, again.revision) == ((), (), moved.revision)


def test_a_running_experiment_shows_its_points_over_what_it_published_before(session: Session, root: Path, beginning):
    run(root)
    session.refresh(["_data/toy/fit/record.json"])
    before = cells(session)
    beginning([{"step": 0, "loss": 9.0}])
    session.refresh(())

    assert before == [0, 1, 1, 0.5, 2, 0.3333]
    assert cells(session) == [0, 9]
    assert '<data class="num" value="0.333333"' in text(session)


def test_points_that_lack_a_column_leave_the_old_series_in_place(session: Session, root: Path, beginning):
    run(root)
    session.refresh(["_data/toy/fit/record.json"])
    beginning([{"step": 0, "error": 9.0}])
    session.refresh(())

    assert cells(session) == [0, 1, 1, 0.5, 2, 0.3333]
    assert '<div class="strip running">' in text(session)


def test_a_figure_of_which_there_is_too_little_yet_says_so_and_the_rest_goes_on(session: Session, root, beginning):
    run(root)
    chart = '{{ chart(data.toy.fit.curve, x="step", y="loss", log="x", caption="The loss", label="loss") }}'
    post = (root / "posts/2026-01-01-a.md").read_text()
    (root / "posts/2026-01-01-a.md").write_text(f"{post}\n{chart}\n\nSee @fig:loss.\n")
    session.refresh(None)
    whole = text(session)
    beginning([{"step": 0, "loss": 9.0}])
    session.refresh(())
    early, rows = text(session), cells(session)
    beginning([{"step": 0, "loss": 9.0}, {"step": 1, "loss": 8.0}])
    session.refresh(())

    assert '<figure class="chart" id="fig:loss">' in whole
    assert rows == [0, 9]
    assert (
        '<figure id="fig:loss"><p class="labpress-not-yet">not shown yet: this chart cannot be drawn: '
        "no row has a number above 0 in `loss` and `step`</p>"
        '<figcaption><strong>Figure 1.</strong> The loss</figcaption><div class="strip running">'
    ) in early
    assert '<figure class="chart" id="fig:loss">' in text(session)
    assert session.finish().errors == ()


def test_a_killed_run_does_not_look_alive_for_ever(session: Session, beginning):
    lock = beginning([{"step": 0, "loss": 1.0}])
    session.refresh(())
    lock.close()
    ended = session.refresh(())

    assert [(told["experiment"], told["state"], told["progress"]) for told in ended.runs] == [
        ("toy.fit", "pending", None)
    ]
    assert "labpress-pending" in text(session)


def test_a_finished_run_replaces_what_was_partial_and_its_claims_are_judged(session: Session, root: Path):
    text(session)
    run(root, "steps=2")
    change = session.refresh(["_data/toy/fit/record.json", "_data/toy/fit/curve.json", "_data/toy/fit/best.yaml"])
    told = [str(warning) for warning in session.finish().warnings]

    assert change.urls == ("*",)
    assert cells(session) == [0, 1, 1, 0.5]
    assert '<span class="claim labpress-broken" tabindex="0" title="the claim `data.toy.fit.best.loss' in text(session)
    assert [line.partition("; ")[0] for line in told] == [
        "posts/2026-01-01-a.md:6:1: warning: the claim `data.toy.fit.best.loss < 0.4` does not hold: 0.5 is not < 0.4"
    ]


def test_a_real_run_is_seen_from_its_first_step_to_its_last(session: Session, root: Path):
    (root / "experiments" / "toy" / "fit.py").write_text(
        EXPERIMENT.replace("    for point", "    import time\n\n    for point").replace(
            "        log(", "        time.sleep(0.05)\n        log("
        )
    )
    session.refresh(["experiments/toy/fit.py"])
    command = [sys.executable, "-m", "experiments", "run", "toy.fit", "steps=30", "--root", str(root)]
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[3], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as going:
        seen: list[Change] = []
        while going.poll() is None:
            change = session.refresh(())
            seen += [change] if change.runs else []
            time.sleep(0.05)
    last = session.refresh(())

    assert going.returncode == 0
    assert {told["state"] for change in seen[:-1] for told in change.runs} == {"running"}
    assert len(seen) >= 3
    assert len(cells(session)) == 60
    assert session.facts(URL)["runs"] == [
        {
            "experiment": "toy.fit",
            "state": "fresh",
            "reasons": [],
            "command": "python -m experiments run toy.fit steps=30",
            "progress": None,
            "keys": ["toy.fit.best.loss", "toy.fit.curve"],
        }
    ]
    assert last.errors == ()


def test_a_page_knows_of_the_state_and_the_cure_of_what_it_shows(session: Session, root: Path):
    run(root)
    (root / "_data/toy/fit/best.yaml").write_text("loss: 0.1\n")
    session.refresh(["_data/toy/fit/record.json", "_data/toy/fit/best.yaml"])
    facts = session.facts(URL)

    assert facts == {
        "runs": [
            {
                "experiment": "toy.fit",
                "state": "edited",
                "reasons": ["best.yaml was edited by hand"],
                "command": "python -m experiments run toy.fit",
                "progress": None,
                "keys": ["toy.fit.best.loss", "toy.fit.curve"],
            }
        ],
        "warnings": [
            {
                "text": "posts/2026-01-01-a.md: warning: `toy.fit` is edited: best.yaml was edited by hand\n"
                "hint: run `python -m experiments run toy.fit`, or"
                " `python -m experiments accept toy.fit --reason …`"
            }
        ],
    }
    assert session.facts("/2026/01/02/b/") == {"runs": [], "warnings": []}
    assert session.facts("/nowhere/") == {"runs": [], "warnings": []}


def test_a_list_knows_the_runs_of_what_it_shows_of_posts_and_of_nothing_else(session: Session, root: Path):
    run(root)
    (root / "posts/2026-01-03-c.md").write_text(
        "---\ntitle: C\n---\nIt talks of toy.fit, demo.slow and\n\n{{ data.toy.fit.best.loss }}.\n"
    )
    (root / "experiments/toy/fit.py").write_text(EXPERIMENT.replace("1 /", "2 /"))
    session.refresh(None)
    for path in ("index.html", "archive/index.html", PAGE):
        text(session, path)
    told = {
        url: [(run["experiment"], run["state"]) for run in session.facts(url)["runs"]]
        for url in ("/", "/index.html", "/archive/", "/404.html", "/nowhere/%ff", URL)
    }

    assert told == {
        "/": [("toy.fit", "stale")],
        "/index.html": [("toy.fit", "stale")],
        "/archive/": [],
        "/404.html": [],
        "/nowhere/%ff": [],
        URL: [("toy.fit", "stale")],
    }


RUNS = [
    ("_data/toy/fit/best.yaml", "loss: 0.1\n"),
    ("_data/toy/fit/best.yaml", "loss: [\n"),
    ("_data/toy/fit/best.yaml", None),
    ("_data/toy/fit/record.json", None),
    ("_data/toy/fit/record.json", "{"),
    ("_data/toy", None),
    ("experiments/toy/fit.py", EXPERIMENT.replace("1 /", "2 /")),
    ("experiments/toy/fit.py", EXPERIMENT.replace("grows", "shrinks")),
    ("experiments/toy/fit.py", "def broken(:\n"),
    ("experiments/toy/fit.py", None),
    (".runs/toy.fit/failed.json", '{"error": "it broke"}'),
    (".runs/toy.fit/failed.json", None),
    ("posts/2026-01-02-b.md", "---\ntitle: B\n---\nSteps: {{ data.toy.fit.best.loss }} {{ data.toy | length }}.\n"),
    ("", None),
]


@settings(max_examples=8, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.sampled_from(RUNS), min_size=2, max_size=7))
def test_whatever_happens_to_runs_the_session_holds_what_a_clean_build_makes(published, tmp_path_factory, edits):
    factory = SiteFactory(tmp_path_factory.mktemp("site"))
    shutil.copytree(published, factory.root, dirs_exist_ok=True)
    session = Session(factory.options())
    session.refresh(None)
    for path, content in edits:
        file = factory.root / path
        if not path:
            shutil.copytree(published, factory.root, dirs_exist_ok=True)
        elif content is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        elif file.is_dir():
            shutil.rmtree(file)
        else:
            file.unlink(missing_ok=True)
        session.refresh([path] if path else None)
        assert_like_a_build(session, factory)


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """Return a site whose experiment has run."""
    root = tmp_path_factory.mktemp("published")
    SiteFactory(root).write(SITE)
    for file, content in {"__init__.py": "", "toy/__init__.py": "", "toy/fit.py": EXPERIMENT}.items():
        (root / "experiments" / file).parent.mkdir(parents=True, exist_ok=True)
        (root / "experiments" / file).write_text(content)
    run(root)
    return root
