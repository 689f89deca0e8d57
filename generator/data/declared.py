"""What an experiment's file declares, read as text: claim, WRITES, READS, presets, the defaults of Config.

An experiment is a file `experiments/<family>/<name>.py` with a `WRITES`. It is parsed, never imported,
so that the generator and `experiments list` need none of its libraries. Only literals can be read this way.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.data.artifacts import KINDS, RECORD
from generator.errors import Place, SiteError, did_you_mean

FOLDER = "experiments"
RUNNER = "runner"  # the one folder in there that is no family
_NAME = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)


@dataclass(frozen=True)
class Declared:
    """The literals at the top of an experiment's file."""

    name: str  # "group_lasso.digits"
    path: str  # "experiments/group_lasso/digits.py"
    claim: str  # the docstring's first line
    writes: Mapping[str, str]  # artifact to kind
    reads: Mapping[str, str] = field(default_factory=dict)  # argument to experiment, or experiment.artifact
    files: tuple[str, ...] = ()  # FILES: paths from the site's root that the experiment opens
    presets: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    seeds: tuple[int, ...] = ()  # SEEDS: those that run when none are asked for
    private: tuple[str, ...] = ()  # PRIVATE: fields of Config whose values no record may hold
    fields: tuple[str, ...] = ()  # the names of Config's fields
    defaults: Mapping[str, object] = field(default_factory=dict)  # of those whose default is a literal


@dataclass(frozen=True)
class Text:
    """One Python file under `experiments/`, parsed."""

    path: str
    digest: str  # SHA-256 of its bytes
    tree: ast.Module = field(compare=False)


def names(root: Path) -> tuple[str, ...]:
    """Return the name of every experiment, sorted."""
    return tuple(sorted(_names(root)))


def _names(root: Path) -> Iterator[str]:
    top = root / FOLDER
    for path in top.rglob("*.py"):
        parts = path.relative_to(top).with_suffix("").parts
        is_ours = parts[0] != RUNNER and not any(part.startswith((".", "__")) for part in parts)
        if is_ours and re.search(rb"^WRITES\b", path.read_bytes(), re.MULTILINE):
            yield ".".join(parts)


def source_path(name: str) -> str:
    """Return where an experiment's file stands, relative to the site's root."""
    return f"{FOLDER}/{name.replace('.', '/')}.py"


def read_text(root: Path, path: str) -> Text | None:
    """Parse one Python file, None where there is none.

    Raises:
        SiteError: if it is not Python.
    """
    try:
        content = (root / path).read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    return _parsed(path, content)


_newest: dict[str, Text] = {}  # by path; older ones go: a tree is half a megabyte, and a preview sees many saves


def _parsed(path: str, content: bytes) -> Text:
    """Parse a file's content, once for as long as it stays the same."""
    digest = hashlib.sha256(content).hexdigest()
    text = _newest.get(path)
    if text is None or text.digest != digest:
        text = _newest[path] = Text(path, digest, _tree(path, content))
    return text


def _tree(path: str, content: bytes) -> ast.Module:
    if b"\0" in content:
        raise SiteError("not Python: it holds a NUL byte", Place(path))
    try:
        return ast.parse(content, path)
    except SyntaxError as error:
        place = Place(path, error.lineno or 0, error.offset or 0, (error.text or "").rstrip("\n"))
        raise SiteError(f"not Python: {error.msg}", place) from None


def declared(root: Path, name: str) -> Declared:
    """Read what an experiment declares.

    Raises:
        SiteError: if its file is missing, is not Python, or a declaration is no literal of the right form.
    """
    text = read_text(root, source_path(name))
    if text is None:
        raise SiteError(f"there is no experiment `{name}`", None, did_you_mean(name, names(root)))
    literals = _literals(text)
    _check_writes(text, literals.get("WRITES", {}))
    config = next((node for node in text.tree.body if isinstance(node, ast.ClassDef) and node.name == "Config"), None)
    defaults = dict(config_fields(config))
    return Declared(
        name=name,
        path=text.path,
        claim=(ast.get_docstring(text.tree) or "").split("\n", 1)[0],
        writes=literals.get("WRITES", {}),
        reads=literals.get("READS", {}),
        files=tuple(literals.get("FILES", ())),
        presets=literals.get("PRESETS", {}),
        seeds=tuple(literals.get("SEEDS", ())),
        private=tuple(literals.get("PRIVATE", ())),
        fields=tuple(defaults),
        defaults={key: value.value for key, value in defaults.items() if isinstance(value, Literal)},
    )


@dataclass(frozen=True)
class Literal:
    """A value that stands in the text itself."""

    value: object


def config_fields(config: ast.ClassDef | None) -> Iterator[tuple[str, Literal | ast.expr | None]]:
    """Yield each field of a dataclass with its default: a literal, another expression, or none."""
    for node in config.body if config else ():
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, _default(node.value)


def _default(node: ast.expr | None) -> Literal | ast.expr | None:
    """Read a default; `Path("a")` and `field(default=1)` count as literals too."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "Path" and len(node.args) == 1 and not node.keywords:
            return _default(node.args[0])
        if node.func.id == "field" and [key.arg for key in node.keywords] == ["default"]:
            return _default(node.keywords[0].value)
    if node is None:
        return None
    try:
        return Literal(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError):
        return node


def _literals(text: Text) -> dict[str, Any]:
    """Evaluate the declarations of a file, each checked for its form."""
    found: dict[str, Any] = {}
    for node in text.tree.body:
        target, value = _assignment(node)
        if target not in _FORMS:
            continue
        form, is_right = _FORMS[target]
        place = Place(text.path, node.lineno)
        try:
            found[target] = ast.literal_eval(value) if value else None
        except (ValueError, TypeError):
            hint = "it is read without running the file: write the values out"
            raise SiteError(f"`{target}` is not a literal", place, hint) from None
        if not is_right(found[target]):
            raise SiteError(f"`{target}` is not {form}", place)
    return found


def _assignment(node: ast.stmt) -> tuple[str, ast.expr | None]:
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id, node.value
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id, node.value
    return "", None


def _is_map(value: object, kind: type) -> bool:
    return isinstance(value, dict) and all(isinstance(k, str) and isinstance(v, kind) for k, v in value.items())


def _is_row(value: object, kind: type) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(item, kind) for item in value)


_FORMS: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "WRITES": ("a mapping of artifact names to kinds", lambda value: _is_map(value, str)),
    "READS": ("a mapping of names to experiments", lambda value: _is_map(value, str)),
    "FILES": ("a list of paths", lambda value: _is_row(value, str)),
    "PRESETS": ("a mapping of names to mappings", lambda value: _is_map(value, dict)),
    "PRIVATE": ("a list of names", lambda value: _is_row(value, str)),
    "SEEDS": ("a list of whole numbers", lambda value: _is_row(value, int)),
}


def _check_writes(text: Text, writes: Mapping[str, str]) -> None:
    for artifact, kind in writes.items():
        if not _NAME.fullmatch(artifact) or artifact == Path(RECORD).stem:
            what = f"`{artifact}` cannot name an artifact"
            raise SiteError(what, Place(text.path), "use letters, digits and underscores, and not `record`")
        if kind not in KINDS:
            known = did_you_mean(kind, KINDS) or f"the kinds are {', '.join(f'`{one}`' for one in KINDS)}"
            raise SiteError(f"`{artifact}` has the unknown kind `{kind}`", Place(text.path), known)
