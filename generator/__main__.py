"""The command line: parses arguments, prints errors, sets exit codes.

Exit codes: 0 built, or the preview was ended; 1 the site is wrong; 2 the command is wrong; 70 our bug; 73 the
output cannot be written; 75 another build is running; 130 interrupted.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from generator.errors import SiteError, did_you_mean, flatten

if TYPE_CHECKING:
    from generator.build import Built, Options

SITE_IS_WRONG, COMMAND_IS_WRONG, OUR_BUG, INTERRUPTED = 1, 2, 70, 130
COMMANDS = ("build", "check", "new", "serve", "import")
SYSTEMS = ("jekyll", "gatsby", "hugo", "pelican", "quarto", "wordpress")  # what `import` reads


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        options = parser().parse_args(arguments)
        return int(options.run(options))
    except KeyboardInterrupt:
        print("interrupted; the site is as it was", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # `| head` has seen enough
        sys.stdout = None  # nothing to flush into at the end
        return 0
    except (SiteError, ExceptionGroup) as error:
        mistakes = list(flatten(error))
        if not mistakes:
            raise
        return report(mistakes)


def parser() -> argparse.ArgumentParser:
    """Describe every command and flag."""
    top = _Parser(prog="python -m generator", description="Turn posts, pages and data into a finished site.")
    commands = top.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    build = commands.add_parser("build", help="build the site", description="Build the site into _site/.")
    _site_flags(build)
    build.add_argument("--output", type=Path, help="where the site goes (default: SOURCE/_site)")
    build.set_defaults(run=_build)
    check = commands.add_parser("check", help="build in memory and report", description="Check all, write nothing.")
    _site_flags(check)
    check.add_argument("--fix", action="store_true", help="rewrite guarded literals that no longer hold")
    check.add_argument("--numbers", action="store_true", help="list each number of each post, and what it rests on")
    check.set_defaults(run=_check, output=None)
    _add_serve(commands)
    new = commands.add_parser("new", help="start a post", description="Write a new draft: new post 'A title'.")
    new.add_argument("kind", choices=["post"])
    new.add_argument("title")
    new.add_argument("--source", type=Path, default=Path(), metavar="DIR")
    new.set_defaults(run=_new)
    words = "Move in from another builder; the old site is only read."
    moving = commands.add_parser("import", help="move in from another builder", description=words)
    moving.add_argument("system", choices=SYSTEMS)
    moving.add_argument("old", type=Path, metavar="SOURCE", help="the old site's folder; of WordPress, its export")
    moving.add_argument("target", type=Path, metavar="DEST", help="the new site's root")
    moving.set_defaults(run=_import)
    return top


def _add_serve(commands: argparse._SubParsersAction[_Parser]) -> None:
    told = "Serve the site to a browser on this machine; with --watch, show each change as it is saved."
    serve = commands.add_parser("serve", help="preview the site in a browser", description=told)
    _site_flags(serve, strict=False)
    serve.add_argument("--watch", action="store_true", help="rebuild what a change touches, and update open pages")
    serve.add_argument("--port", type=_port, default=4000, help="default: 4000; the next free one if it is taken")
    serve.add_argument("--host", default="127.0.0.1", help="listen on another address of this machine")
    serve.add_argument("--open", action="store_true", help="open the home page in a browser")
    serve.add_argument("--allow-run", action="store_true", help="let pages on this machine start experiments")
    serve.set_defaults(run=_serve, output=None, strict=False)


def report(errors: Sequence[SiteError]) -> int:
    """Print every mistake, with a blank line between them, and the count."""
    for error in errors:
        print(f"{error}\n", file=sys.stderr)
    files = len({error.place.path for error in errors if error.place})
    print(f"{_count(len(errors), 'error')} in {_count(files, 'file')}; nothing was written", file=sys.stderr)
    return SITE_IS_WRONG


class _Parser(argparse.ArgumentParser):
    """argparse that offers the nearest command for a mistyped one."""

    def error(self, message: str) -> None:  # type: ignore[override]
        word = next((part for part in message.split("'") if "invalid choice: " + repr(part) in message), "")
        hint = did_you_mean(word, (*COMMANDS, *SYSTEMS)) if word else ""
        self.print_usage(sys.stderr)
        self.exit(COMMAND_IS_WRONG, f"error: {message}\n" + (f"hint: {hint}\n" if hint else ""))


def _site_flags(command: argparse.ArgumentParser, *, strict: bool = True) -> None:
    command.add_argument("--source", type=Path, default=Path(), metavar="DIR", help="the site's root (default: here)")
    command.add_argument("--drafts", action="store_true", help="publish drafts too")
    command.add_argument("--future", action="store_true", help="publish posts dated in the future too")
    if strict:
        command.add_argument("--strict", action="store_true", help="treat warnings as errors")
    command.add_argument("--jobs", type=int, default=0, metavar="N", help="processes (default: one a core)")
    command.add_argument("--debug", action="store_true", help="show the traceback of a bug of ours")


def _build(arguments: argparse.Namespace) -> int:
    """Build and write, then say what changed."""
    from generator.build import build
    from generator.publish.output import CannotWrite

    started = time.perf_counter()
    options = _options(arguments)
    if not options.source.is_dir():
        print(f"error: there is no folder `{options.source}`", file=sys.stderr)
        return COMMAND_IS_WRONG
    gc.freeze()
    gc.disable()  # a build ends before a collection would pay: 10 to 20 % of the time
    try:
        built, written = build(options)
    except CannotWrite as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except (SiteError, ExceptionGroup, KeyboardInterrupt):
        raise
    except Exception:
        return _bug(arguments)
    _say_warnings(built)
    seconds = time.perf_counter() - started
    print(f"{options.output}: {_count(len(built.outputs), 'file')}, {written}, {seconds:.2f} s")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    """Do all of a build but the writing."""
    from generator.build import assemble

    options = _options(arguments)
    if arguments.fix:
        _fix(options)
    built = assemble(options)
    _say_warnings(built)
    if arguments.numbers:
        return _numbers(built, arguments.strict)
    print(f"{_count(len(built.outputs), 'file')} would be written, {_count(len(built.warnings), 'warning')}")
    return 0


def _fix(options: Options) -> None:
    """Mend the guarded literals that no longer hold, and show the difference."""
    from generator.build import assemble
    from generator.publish.repair import repair

    mistakes: list[SiteError] = []
    try:
        mistakes += assemble(options).warnings
    except* SiteError as group:
        mistakes += flatten(group)
    mended = repair(options.source, mistakes)
    print(mended.diff, end="")
    print(f"{_count(mended.count, 'literal')} rewritten")


def _numbers(built: Built, strict: bool) -> int:
    """List what each number of each post rests on; with `strict`, hold posts to what they promise."""
    from generator.publish.numbers import broken_promise, coverage
    from generator.render.render import make_tools

    site = built.site
    tools = make_tools(site.tree.root, site.config, site.tree, site.ledger, [item.page for item in site.everything])
    broken = []
    for post in site.posts:
        covered = coverage(post.page, tools)
        print(covered, end="\n\n")
        if promise := broken_promise(post.page, covered):
            broken.append(promise)
    return report(broken) if broken and strict else 0


def _serve(arguments: argparse.Namespace) -> int:
    """Serve a preview until Ctrl-C."""
    from generator.preview.command import Wishes, serve
    from generator.preview.ports import CannotListen

    options = _options(arguments)
    if not options.source.is_dir():
        print(f"error: there is no folder `{options.source}`", file=sys.stderr)
        return COMMAND_IS_WRONG
    wishes = Wishes(
        host=arguments.host,
        port=arguments.port,
        watch=arguments.watch,
        opens=arguments.open,
        allow_run=arguments.allow_run,
        debug=arguments.debug,
    )
    try:
        return serve(options, wishes)
    except CannotListen as error:
        print(f"error: {error}", file=sys.stderr)
        return COMMAND_IS_WRONG
    except Exception:
        return _bug(arguments)


def _port(text: str) -> int:
    """Read a port number; 0 means any free one."""
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"`{text}` is not a port: a number from 0 to 65535")
    return int(text)


def _new(arguments: argparse.Namespace) -> int:
    """Write a draft with today's date in its name; never over a file that exists."""
    from generator.build import clock
    from generator.read.scaffold import new_post

    print(new_post(arguments.source, arguments.title, clock().date()))
    return 0


def _import(arguments: argparse.Namespace) -> int:
    """Import an old site, then say what came over; mistakes of single files do not stop the others."""
    from generator.importers.move_in import move_in

    try:
        moved = move_in(arguments.system, arguments.old, arguments.target)
    except KeyboardInterrupt:
        print("interrupted; run the command again to bring over what is missing", file=sys.stderr)
        return INTERRUPTED
    for error in moved.errors:
        print(f"{error}\n", file=sys.stderr)
    print(moved.summary)
    return SITE_IS_WRONG if moved.errors else 0


def _options(arguments: argparse.Namespace):  # type: ignore[no-untyped-def]
    from generator.build import Options

    source = arguments.source
    return Options(
        source=source.resolve(),
        output=(arguments.output or source / "_site").absolute(),
        drafts=arguments.drafts,
        future=arguments.future,
        strict=arguments.strict,
        jobs=arguments.jobs,
    )


def _say_warnings(built: Built) -> None:
    for warning in built.warnings:
        print(f"{warning}\n", file=sys.stderr)
    for path, reason in built.hidden:
        print(f"{path}: not published: {reason}", file=sys.stderr)


def _bug(arguments: argparse.Namespace) -> int:
    """Say that the fault is ours; the traceback only helps with --debug."""
    last = traceback.format_exc().strip().splitlines()
    print("\n".join(last if arguments.debug else last[-1:]), file=sys.stderr)
    print("this is a bug in labpress; run again with --debug and report it; nothing was written", file=sys.stderr)
    return OUR_BUG


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


if __name__ == "__main__":
    sys.exit(main())
