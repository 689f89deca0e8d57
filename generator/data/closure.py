"""The code a result depends on: every symbol an experiment reaches, each with a hash of its syntax tree.

Starts at the experiment's `run` and `Config` and follows names through `experiments/` (not the runner), read as
text. Comments, layout, docstrings and annotations of functions do not count; constants, helpers, decorators and
default arguments do. A default in `Config` that is a literal does not: staleness compares values instead.
Out of reach: names made at run time, as by `importlib`, or by `getattr` on something other than a module.
"""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator.data.declared import FOLDER, RUNNER, Literal, Text, config_fields, read_text, source_path
from generator.data.syntax import Chain, bound_names, fingerprint, free_names, has_effect, import_targets, statements

ROOTS = ("run", "Config", "aggregate", "WRITES", "READS", "FILES")
EFFECTS = "<module>"  # stands for the statements of a module that do more than bind names
_EVERYTHING = frozenset({"globals", "vars", "eval", "exec"})  # who calls these may mean any name of the module


@dataclass(frozen=True)
class Closure:
    """What the outcome of a run depends on, as far as its code goes."""

    symbols: Mapping[str, str]  # "experiments/group_lasso/prox.py::shrink" to 16 hexadecimal digits
    sources: Mapping[str, str]  # path to SHA-256; empty for a package file that could exist and does not
    libraries: tuple[str, ...]  # top-level names of the foreign modules that are imported


@dataclass(frozen=True)
class Module:
    """A file's top level: what binds each name, where imported names come from, and the rest."""

    text: Text
    bindings: Mapping[str, tuple[ast.stmt, ...]]
    imports: Mapping[str, Chain]  # "shrink" to ("experiments", "group_lasso", "prox", "shrink")
    stars: tuple[Chain, ...]  # modules imported by `*`
    effects: tuple[ast.stmt, ...]
    # Hash of each symbol and the names it uses, filled when first asked for; the flag: an experiment's own Config.
    reached: dict[tuple[str, bool], tuple[str, frozenset[Chain]]] = field(default_factory=dict, compare=False)


def closure(root: Path, name: str) -> Closure:
    """Hash everything that an experiment's result depends on.

    Raises:
        SiteError: if one of the files is not Python.
    """
    walk = _Walk(root, source_path(name))
    walk.search()
    read = [module for module in walk.modules.values() if module]
    libraries = {chain[0] for module in read for chain in (*module.imports.values(), *module.stars)}
    return Closure(
        symbols=dict(sorted(walk.symbols.items())),
        sources={path: module.text.digest if module else "" for path, module in sorted(walk.modules.items())},
        libraries=tuple(sorted(libraries - {FOLDER, "generator", *sys.stdlib_module_names})),
    )


class _Walk:
    """One search through the files: what was seen, and what is still to be looked at."""

    def __init__(self, root: Path, start: str) -> None:
        self.root, self.start = root, start
        self.modules: dict[str, Module | None] = {}
        self.symbols: dict[str, str] = {}
        self.todo: list[tuple[str, str]] = []

    def search(self) -> None:
        module = self.module(self.start)
        if module is None:
            return
        self.todo += [(self.start, symbol) for symbol in ROOTS if {symbol} & {*module.bindings, *module.imports}]
        seen = set()
        while self.todo:
            if (spot := self.todo.pop()) not in seen:
                seen.add(spot)
                self.follow(*spot)

    def module(self, path: str) -> Module | None:
        """Read a file once; what runs because it is imported counts: packages around it, its own imports."""
        if path not in self.modules:
            text = read_text(self.root, path)
            module = self.modules[path] = _module(text) if text else None
            if module:
                self.todo.append((path, EFFECTS))
                self.packages(path)
                for chain in (*module.imports.values(), *module.stars):
                    self.locate(chain)
        return self.modules[path]

    def packages(self, path: str) -> None:
        """Read the `__init__.py` of each folder from the family down to the file."""
        parts = path.split("/")[1:-1]
        for depth in range(1, len(parts) + 1):
            self.module("/".join([FOLDER, *parts[:depth], "__init__.py"]))

    def follow(self, path: str, symbol: str) -> None:
        """Hash one symbol and queue the names that it uses."""
        module = self.module(path)
        if module is None:
            return
        statements = module.effects if symbol == EFFECTS else module.bindings.get(symbol, ())
        if statements:
            self.symbols[f"{path}::{symbol}"], chains = self.reach(module, symbol, statements)
            for chain in sorted(chains):
                self.resolve(path, module, chain)
        if symbol in module.imports:  # besides, for a name that is imported in a `try`
            self.enter(module.imports[symbol])
        elif not statements:
            for star in module.stars:
                self.enter((*star, symbol))

    def reach(self, module: Module, symbol: str, statements: tuple[ast.stmt, ...]) -> tuple[str, frozenset[Chain]]:
        key = symbol, symbol == "Config" and module.text.path == self.start
        if key not in module.reached:
            hashed = [_without_literals(node) for node in statements] if key[1] else statements
            module.reached[key] = fingerprint(hashed), free_names(hashed)
        return module.reached[key]

    def resolve(self, path: str, module: Module, chain: Chain) -> None:
        """Queue what a name in a module stands for."""
        if chain[0] in module.bindings:
            self.todo.append((path, chain[0]))
        elif chain[0] in module.imports:
            self.enter((*module.imports[chain[0]], *chain[1:]))
        elif chain[0] in _EVERYTHING:
            self.whole(path)
        else:
            for star in module.stars:
                self.enter((*star, *chain))

    def enter(self, chain: Chain) -> None:
        """Queue the symbol that a dotted name means, or the whole module where it ends at one."""
        if found := self.locate(chain):
            path, rest = found
            if rest:
                self.todo.append((path, rest[0]))
            else:
                self.whole(path)

    def locate(self, chain: Chain) -> tuple[str, Chain] | None:
        """Find the file of ours that a dotted name leads into, and the names that are left."""
        if chain[0] != FOLDER or chain[1:2] in ((), (RUNNER,)):
            return None
        for depth in range(2, len(chain) + 1):
            inside = "/".join(chain[: depth - 1]) + "/__init__.py"
            package = self.module(inside) if depth > 2 else None
            if package and chain[depth - 1] in {*package.bindings, *package.imports}:
                return inside, chain[depth - 1 :]
            file = "/".join(chain[:depth]) + ".py"
            if (self.root / file).is_file():
                return (file, chain[depth:]) if self.module(file) else None
        return None

    def whole(self, path: str) -> None:
        """Queue all of a module: it is handed around, so nobody knows what is used."""
        module = self.module(path)
        self.todo += [(path, symbol) for symbol in (*module.bindings, *module.imports)] if module else []


_newest: dict[str, Module] = {}  # by path; older ones go, with their trees


def _module(text: Text) -> Module:
    """Sort out a file's top level, once for as long as its content stays the same."""
    module = _newest.get(text.path)
    if module is None or module.text != text:
        module = _newest[text.path] = _sorted_out(text)
    return module


def _sorted_out(text: Text) -> Module:
    named = [pair for node in statements(text.tree.body) for pair in _imported(node, text.path)]
    imports = {name: chain for name, chain in named if name != "*"}
    registries = {name for name, chain in imports.items() if chain[0] == FOLDER}
    bindings: dict[str, tuple[ast.stmt, ...]] = {}
    effects: list[ast.stmt] = []
    for statement in text.tree.body:
        if has_effect(statement, registries):
            effects.append(statement)
        for symbol in sorted(bound_names(statement)):
            bindings[symbol] = (*bindings.get(symbol, ()), statement)
            registries.add(symbol)
    return Module(text, bindings, imports, tuple(chain for name, chain in named if name == "*"), tuple(effects))


def _imported(node: ast.AST, path: str) -> Iterator[tuple[str, Chain]]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from import_targets(node, path)


def _without_literals(statement: ast.stmt) -> ast.stmt:
    """Drop the defaults of a Config that are literals, of which the record holds the values."""
    if not isinstance(statement, ast.ClassDef):
        return statement
    plain = {name for name, default in config_fields(statement) if isinstance(default, Literal)}
    bare = copy.copy(statement)
    bare.body = [_undefaulted(node) if _target(node) in plain else node for node in statement.body]
    return bare


def _target(node: ast.stmt) -> str:
    return node.target.id if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else ""


def _undefaulted(node: ast.stmt) -> ast.stmt:
    bare = copy.copy(node)
    bare.value = None  # type: ignore[attr-defined]
    return bare
