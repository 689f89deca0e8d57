"""Jekyll's own tags: `raw`, includes, `link`, `post_url`, `highlight`, and the tags of plugins."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from markupsafe import Markup as Markdown

from generator.data.text import Text as SourceText
from generator.errors import SiteError, did_you_mean
from generator.read.source import read_source
from generator.render.body.bounds import Refused, require
from generator.render.body.texts import Own, clean
from generator.render.liquid import highlight_tag
from generator.render.liquid.comparing import Word
from generator.render.liquid.evaluate import evaluate
from generator.render.liquid.parsing import Markup, parse_value
from generator.render.liquid.plugin import Call
from generator.render.liquid.ruby import to_text
from generator.render.liquid.run import Run
from generator.render.tags.include import find_include

Out = list[str]
Perform = Callable[..., None]
PARAMETER = re.compile(
    r"""([\w-]+)\s*=\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|'([^'\\]*(?:\\.[^'\\]*)*)'|([\w.-]+(?:\[[^\[\]]*\][\w.-]*)*))(?=\s|\Z)\s*""",
    re.DOTALL,
)
BRACES = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
FILE_NAME = re.compile(r"((?:[^\s{]|\{(?!\{)|\{\{.*?\}\})+)\s*", re.DOTALL)
INCLUDE_HINT = 'write `{% include name.html key="text" other=page.title %}`'
OLD_FOLDER = "_includes"  # where Jekyll has them; `site/includes` comes first
POST_NAME = re.compile(r"(?:.*/)?(\d{4})-(\d{1,2})-(\d{1,2})-([^/]+?)(?:\.\w+)?")
FOLDERS = (("_posts/", "posts/"), ("_drafts/", "_drafts/"), ("_pages/", "site/pages/"), ("", "site/pages/"), ("", ""))


def perform_tag(run: Run, node: Markup, out: Out, perform: Perform) -> None:
    """Run a tag whose words we read ourselves.

    Raises:
        Refused: or SiteError, when the writer has made a mistake.
    """
    at = node.token.start_index
    if node.name == "raw":
        if node.inside:
            run.budget.print(len(node.inside))
            out.append(run.file.marked(node.inside, node.inside_start))
    elif node.name == "highlight":
        _highlight(run, node, out, perform)
    elif node.name in {"link", "post_url"}:
        resolve = _link if node.name == "link" else _post_url
        out.append(run.file.mark(at) + run.show(Own(resolve(run, expand(run, node.inside, at)))))
    elif node.name in run.language.plugins:
        _plugin(run, node, out, perform)
    else:
        _include(run, node, out, perform)


def expand(run: Run, text: str, at: int) -> str:
    """Put the values of `{{ }}` into the words of a tag, as plain text."""

    def value(found: re.Match[str]) -> str:
        with run.pinned(at):
            return to_text(evaluate(run, parse_value(run.language.parser, found[1].strip())))

    return BRACES.sub(value, text)


def _include(run: Run, node: Markup, out: Out, perform: Perform) -> None:
    at = node.token.start_index
    found = FILE_NAME.match(node.inside)
    require(found is not None, f"`{node.name}` names no file", INCLUDE_HINT)
    assert found is not None, "checked above"
    name = expand(run, found[1], at)
    if name[:1] in {"'", '"'} and name[-1:] == name[:1]:
        name = name[1:-1]
    given = _parameters(run, node.inside[found.end() :], at)
    names: dict[str, object] = {"include": given}
    with run.scope(names):
        if node.name == "include_relative":
            source = _beside(run, name)
            _run_file(run, source, at, out, perform)
        else:
            include_file(run, name, at, out, perform)


def _parameters(run: Run, text: str, at: int) -> dict[str, object]:
    """Read what an include is given."""
    given: dict[str, object] = {}
    position = 0
    while position < len(text):
        found = PARAMETER.match(text, position)
        if found is None:
            raise Refused(f"`{text[position:][:40]}` gives an include nothing", INCLUDE_HINT)
        key, double, single, name = found.groups()
        if name is not None:
            with run.pinned(at):
                value = evaluate(run, parse_value(run.language.parser, name))
            given[key] = None if isinstance(value, Word) else value
        else:
            written = double if double is not None else single
            given[key] = Markdown(clean(written.replace('\\"', '"').replace("\\'", "'")))
        position = found.end()
    return given


def include_file(run: Run, name: str, at: int, out: Out, perform: Perform) -> None:
    """Run a file of `site/includes`, or of `_includes` where an old site has it."""
    if name not in run.includes:
        found = find_include(run.language.root, name, may_be_missing=True)
        if found is None and (run.language.root / OLD_FOLDER / name).is_file():
            run.note_file(f"{OLD_FOLDER}/{name}")
            found = read_source(run.language.root, f"{OLD_FOLDER}/{name}")
        found = found or find_include(run.language.root, name)
        assert found is not None, "it may not be missing now"
        run.includes[name] = SourceText(found.path, found.text)
    _run_file(run, run.includes[name], at, out, perform)


def _run_file(run: Run, source: SourceText, at: int, out: Out, perform: Perform) -> None:
    with run.inside(source, at) as file:
        perform(run, file.nodes, out)
    run.at = at


def _beside(run: Run, name: str) -> SourceText:
    """Read a file beside the page, and only there or below."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not name.isprintable():
        raise SiteError(f"`{name[:60]}` leads away from the page", None, "name a file beside the page")
    whole = str(PurePosixPath(run.page.source.path).parent / path)
    run.note_file(whole)
    if not (run.language.root / whole).exists():
        raise SiteError(f"there is no file `{whole}`", None, "the path counts from the page's own folder")
    found = read_source(run.language.root, whole)
    return SourceText(found.path, found.text)


def _link(run: Run, name: str) -> str:
    """Return the address of a page or a file, by its path in the old site or in this one."""
    run.note_listing()
    name = name.strip().strip("'\"").removeprefix("/")
    known = run.language.listing.by_path
    for old, new in FOLDERS:
        if name.startswith(old) and (page := known.get(new + name.removeprefix(old))):
            return page.url
    for folder in ("site/static/", ""):
        file = PurePosixPath(folder + name)
        if ".." not in file.parts and folder and (run.language.root / file).is_file():
            return f"/{name}"
    hint = did_you_mean(name, [path for page in known for path in (page, page.replace("posts/", "_posts/", 1))])
    raise SiteError(
        f"`link` finds no page or file `{name[:80]}`", None, hint or "write its path: `_posts/2020-01-31-name.md`"
    )


def _post_url(run: Run, name: str) -> str:
    """Return the address of a post by its date and name."""
    run.note_listing()
    name = name.strip().strip("'\"").removeprefix("/")
    posts = run.language.listing.posts
    wanted = PurePosixPath(name.removesuffix(".md").removesuffix(".markdown")).name
    for post in posts:
        path = PurePosixPath(post.source.path)
        if wanted == (path.parent.name if path.stem == "index" else path.stem):
            return post.url
    parts = POST_NAME.fullmatch(name)
    for post in posts:
        moment = post.meta.date
        day = (moment.year, moment.month, moment.day) if moment else ()
        if parts and day == tuple(map(int, parts.groups()[:3])) and post.slug == parts[4]:
            return post.url
    known = [PurePosixPath(post.source.path).stem for post in posts]
    hint = did_you_mean(wanted, known) or "write its name: `2020-01-31-name`"
    raise SiteError(f"`post_url` finds no post `{name[:80]}`", None, hint)


def _highlight(run: Run, node: Markup, out: Out, perform: Perform) -> None:
    at = node.token.start_index
    parts: Out = []
    assert node.block is not None, "it has an end"
    perform(run, node.block.nodes, parts)
    drawn = highlight_tag.draw(run, node.inside, str.__str__(run.captured(parts)), at)
    out.append(highlight_tag.place(out, run.file.mark(at) + run.show(drawn)))


def _plugin(run: Run, node: Markup, out: Out, perform: Perform) -> None:
    at = node.token.start_index
    parts: Out = []
    if node.block is not None:
        perform(run, node.block.nodes, parts)
    body = str.__str__(run.captured(parts))
    call = Call(
        node.name,
        expand(run, node.inside, at),
        body,
        run.config,
        run.language.root,
        run.page,
        lambda what, hint: run.warn_at(at, what, hint),
    )
    drawn = run.language.plugins[node.name].draw(call)
    out.append(run.file.mark(at) + run.show(drawn))
