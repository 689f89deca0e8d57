"""The command line of the experiments: list, run, status, why, accept, clean, new, fetch, doctor, chat, sweep.

Exit codes: 0 done, 1 a run failed or something is stale, 2 the command is wrong, 75 busy, 130 stopped.
Nothing heavy is imported here or by the runner; an experiment brings its own libraries.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.runner import commands, crew
from experiments.runner.check import check_twice, spawn
from experiments.runner.log import say
from experiments.runner.plan import Request, check_names, chosen, request, upstream, with_inputs
from experiments.runner.publish import finish_all
from experiments.runner.run import DONE, STOPPED, USAGE, report, run_one
from experiments.runner.scaffold import new_experiment
from generator.data.artifacts import run_folder
from generator.data.declared import declared
from generator.errors import SiteError, flatten


def main(words: Sequence[str] | None = None) -> int:
    """Carry out one command; return its exit code."""
    asked = _parsed(words)
    root = Path(asked.root).resolve()
    try:
        for name in [] if crew.follows() else finish_all(root):
            say(f"{name}: finished a publication that was interrupted")
        return int(asked.carry_out(root, asked))
    except (SiteError, ExceptionGroup) as error:
        if not list(flatten(error)):
            raise
        report(error)
        return USAGE
    except KeyboardInterrupt:
        say("stopped before anything began")
        return STOPPED
    except BrokenPipeError:  # `| head` has seen enough
        sys.stdout = None  # nothing to flush into at the end
        return DONE


def _parsed(words: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; argparse alone would refuse names after an option."""
    parser = _parser()
    asked, rest = parser.parse_known_args(words)
    late = [word for word in rest if not word.startswith("-")]
    if len(late) < len(rest) or (late and "words" not in asked):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if late:
        asked.words += late
    return asked


def _run(root: Path, asked: argparse.Namespace) -> int:
    if crew.follows():
        return crew.follow(root)
    if (code := _lead(root, asked)) == DONE:
        crew.dismiss()
    return code


def _lead(root: Path, asked: argparse.Namespace) -> int:
    requests = _requests(root, asked)
    if crew.size() > 1 and (asked.check or len(requests if asked.alone else with_inputs(root, requests)) > 1):
        hint = "run first, without torchrun, what it reads; then name one experiment"
        raise SiteError("several processes run one experiment at a time", None, hint)
    if asked.check:
        return max([check_twice(root, one) for one in requests], default=DONE)
    if not asked.alone:
        requests = with_inputs(root, requests)
    if not requests:
        say("nothing to run: every experiment is fresh")
    if len(requests) == 1:
        return run_one(root, requests[0])
    return _run_each(root, requests)


def _requests(root: Path, asked: argparse.Namespace) -> list[Request]:
    """Turn the command's words into requests; every mistake in them is told at once."""
    chosen_names = [word for word in asked.words if "=" not in word]
    settings = [word for word in asked.words if "=" in word]
    if asked.seed is not None:
        settings.append(f"seed={asked.seed}")
    options = {"preset": asked.preset, "threads": asked.threads, "force": asked.force, "into": asked.into}
    if asked.all or asked.stale:
        if chosen_names or settings or asked.preset != "default":
            raise SiteError("`--all` and `--stale` run with the settings of the last run", None, "name an experiment")
        return chosen(root, only_stale=not asked.all, force=asked.force)
    if not chosen_names:
        raise SiteError("run what?", None, "name an experiment, or say `--all` or `--stale`")
    check_names(root, chosen_names)
    return [request(name, settings, **options) for name in dict.fromkeys(chosen_names)]


def _run_each(root: Path, requests: Sequence[Request]) -> int:
    """Run several experiments, each in its own process; what reads a failed one is left out."""
    worst = DONE
    failed: set[str] = set()
    for one in requests:
        read = declared(root, one.name)
        broken = sorted({upstream(root, read.path, key) for key in read.reads.values()} & failed)
        if broken:
            say(f"{one.name} is left out: its input {broken[0]} failed")
        code = 1 if broken else spawn(root, one)
        if code == STOPPED:
            return code
        if code:
            failed.add(one.name)
        worst = max(worst, code)
    return worst


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m experiments", description="Run experiments and judge their artifacts."
    )
    place = argparse.ArgumentParser(add_help=False)
    place.add_argument("--root", default=".", help="the site's folder, which holds experiments/ and _data/")
    parts = parser.add_subparsers(metavar="command", required=True)

    def command(name: str, line: str, carry_out: object) -> argparse.ArgumentParser:
        made = parts.add_parser(name, help=line, description=line, parents=[place])
        made.set_defaults(carry_out=carry_out)
        return made

    command("list", "every experiment, its state and its claim", lambda root, _: commands.list_all(root))
    run = command("run", "run experiments and publish what they return", _run)
    run.add_argument("words", nargs="*", metavar="NAME|key=value", help="experiments, and values for their Config")
    run.add_argument("--seed", help="`3`, `0..4` or `0,2,5`; several are joined to mean and deviation")
    run.add_argument("--preset", default="default", help="a set of values from the experiment's PRESETS")
    run.add_argument("--threads", type=int, default=1, help="for numpy and torch; another number gives other bits")
    run.add_argument("--check", action="store_true", help="run twice and compare, publish nothing")
    run.add_argument(
        "--all", action="store_true", help="every experiment that is not fresh; with `--force` the fresh ones too"
    )
    run.add_argument("--stale", action="store_true", help="the same, but leave alone what was edited by hand")
    run.add_argument("--force", action="store_true", help="also what is fresh, and from the beginning")
    run.add_argument("--into", default="", metavar="DIR", help="write the artifacts there and not into _data")
    run.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)  # inputs are seen to by the caller

    def names(name: str, line: str, carry_out: object, count: str) -> None:
        command(name, line, carry_out).add_argument("names", nargs=count, metavar="NAME")

    names("status", "what is fresh, stale or running, and why", _named(commands.show), "*")
    names("why", "what changed since the artifacts were made", _named(commands.why), "+")
    names("clean", "remove checkpoints and metrics; published artifacts stay", _clean, "*")
    accept = command("accept", "vouch for artifacts although something changed", _accept)
    accept.add_argument("name", metavar="NAME")
    accept.add_argument("--reason", required=True, help="why the numbers still hold; kept in the record")
    new = command("new", "write a small experiment that runs", lambda root, asked: new_experiment(root, asked.name))
    new.add_argument("what", choices=["experiment"])
    new.add_argument("name", metavar="NAME")
    fetched = command("fetch", "download a text that an experiment can read, with a checked hash", _fetch)
    fetched.add_argument("name", metavar="NAME")
    fetched.add_argument("--from", default="", dest="instead", metavar="FILE", help="a copy that is there already")
    doctor = command("doctor", "ask a model that does not learn what is wrong with it", _doctor)
    doctor.add_argument("family", metavar="FAMILY")
    doctor.add_argument("file", nargs="?", default="", metavar="FILE", help="a model file; none: the family's own")
    talk = command("chat", "talk to a family's model, such as `persona`", _chat)
    talk.add_argument("family", metavar="FAMILY")
    talk.add_argument("--seed", type=int, default=0, help="of the answers")
    talk.add_argument("--consent", default="", metavar="FILE", help="who may be named in what is saved")
    sweep = command("sweep", "work on a family's sweep, beside other workers on the same store", _sweep)
    sweep.add_argument("family", metavar="FAMILY")
    sweep.add_argument("words", nargs="*", metavar="key=value", help="the settings of the sweep, the same for all")
    sweep.add_argument("--threads", type=int, default=1)
    return parser


def _chat(root: Path, asked: argparse.Namespace) -> int:
    from experiments.runner.family import talk

    return talk(root, asked.family, asked.seed, asked.consent)


def _sweep(root: Path, asked: argparse.Namespace) -> int:
    from experiments.runner.family import sweep

    return sweep(root, asked.family, asked.words, asked.threads)


def _named(show: object) -> object:
    def carry_out(root: Path, asked: argparse.Namespace) -> int:
        check_names(root, asked.names)
        return show(root, asked.names)  # type: ignore[operator,no-any-return]

    return carry_out


def _clean(root: Path, asked: argparse.Namespace) -> int:
    check_names(root, [name for name in asked.names if not (root / run_folder(name)).is_dir()])
    return commands.clean(root, asked.names)


def _fetch(root: Path, asked: argparse.Namespace) -> int:
    from experiments.runner.fetch import fetch  # the network's libraries, which no other command needs

    fetch(root, asked.name, asked.instead)
    return DONE


def _doctor(root: Path, asked: argparse.Namespace) -> int:
    from experiments.runner.doctor import consult  # brings torch

    return consult(root, asked.family, asked.file)


def _accept(root: Path, asked: argparse.Namespace) -> int:
    check_names(root, [asked.name])
    return commands.accept(root, asked.name, asked.reason)


if __name__ == "__main__":
    sys.exit(main())
