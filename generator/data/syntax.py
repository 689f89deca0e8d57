"""Syntax trees: which outer names a statement uses, what it binds, and a hash that layout cannot change.

`ast.dump` differs between versions of Python, and records are compared across machines, so the hash is our own.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence

Chain = tuple[str, ...]  # ("prox", "shrink") for `prox.shrink`

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SILENT = frozenset({"ctx", "kind", "type_comment", "returns"})  # fields that change no result


def fingerprint(nodes: Iterable[ast.AST]) -> str:
    """Hash statements without comments, layout, docstrings and the annotations of functions."""
    parts: list[str] = []
    for node in nodes:
        _canonical(node, parts, in_function=False)
    return hashlib.sha256("".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _canonical(node: object, parts: list[str], *, in_function: bool) -> None:
    if isinstance(node, list):
        parts.append("[")
        for item in node:
            _canonical(item, parts, in_function=in_function)
        parts.append("]")
    elif isinstance(node, ast.Constant):
        parts.append(f"<{type(node.value).__name__} {node.value!r}>")
    elif isinstance(node, ast.AST):
        in_function = in_function or isinstance(node, _FUNCTIONS)
        parts.append(f"({type(node).__name__}")
        for name in node._fields:
            value = getattr(node, name, None)
            # Empty fields are left out, because later versions of Python add some.
            if value is None or value == [] or name in _SILENT or (name == "annotation" and in_function):
                continue
            parts.append(f" {name}=")
            is_body = name == "body" and isinstance(node, _DOCUMENTED)
            _canonical(_undocumented(value) if is_body else value, parts, in_function=in_function)
        parts.append(")")
    else:
        parts.append(repr(node))


def _undocumented(body: list[ast.stmt]) -> list[ast.stmt]:
    return body[1:] if body and is_text(body[0]) else body


def is_text(statement: ast.stmt) -> bool:
    """Say whether a statement is a string by itself, as a docstring is."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def free_names(nodes: Iterable[ast.AST]) -> frozenset[Chain]:
    """Return the names that statements take from around them, with the attributes that follow each."""
    found: set[Chain] = set()
    for node in nodes:
        _collect(node, frozenset(), found)
    return frozenset(found)


def _collect(node: ast.AST, local: frozenset[str], found: set[Chain]) -> None:
    if isinstance(node, ast.Name | ast.Attribute):
        base, chain = _unwound(node)
        if base is not None:
            _collect(base, local, found)
        elif chain[0] not in local and not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)):
            found.add(chain)
    elif isinstance(node, _FUNCTIONS):
        _collect_function(node, local, found)
    else:
        if isinstance(node, _COMPREHENSIONS):
            local = local.union(*(set(_stored([part.target])) for part in node.generators))
        for child in ast.iter_child_nodes(node):
            _collect(child, local, found)


def statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield statements and all those inside them; expressions are not looked into, which is most of the time."""
    for node in body:
        yield node
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from statements(getattr(node, part, ()))


def _unwound(node: ast.expr) -> tuple[ast.expr | None, Chain]:
    """Split `a.b.c` into names; what is not a chain of names is returned as its base."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        return None, (node.id, *reversed(attributes))
    return node, ()


def _collect_function(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, local: frozenset[str], found: set[Chain]
) -> None:
    """Decorators and defaults belong to the scope around, parameters and assigned names to the function."""
    outside: list[ast.AST | None] = [*node.args.defaults, *node.args.kw_defaults]
    body: Sequence[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else node.body
    shared: set[str] = set()
    if not isinstance(node, ast.Lambda):
        outside += node.decorator_list
        shared = {name for inner in statements(body) if isinstance(inner, ast.Global) for name in inner.names}
    for part in outside:
        if part is not None:
            _collect(part, local, found)
    arguments = {part.arg for part in ast.walk(node.args) if isinstance(part, ast.arg)}
    shared = {
        name for part in body for inner in ast.walk(part) if isinstance(inner, ast.Global) for name in inner.names
    }
    inside = (local | arguments | set(_stored(body))) - shared
    for part in body:
        _collect(part, inside, found)


def _stored(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names that code binds in its own scope, imports apart."""
    for node in nodes:
        if isinstance(node, ast.comprehension):
            yield from _stored([node.iter, *node.ifs])  # its target lives in the comprehension only
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            yield node.id
        elif isinstance(node, _DOCUMENTED):
            yield node.name
            continue
        elif isinstance(node, ast.Lambda):
            continue
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name
        yield from _stored(ast.iter_child_nodes(node))


def bound_names(statement: ast.stmt) -> set[str]:
    """Return the names that a statement binds, imports apart; `if __name__ == "__main__"` binds none."""
    return set() if is_main_guard(statement) else set(_stored([statement]))


def is_main_guard(statement: ast.stmt) -> bool:
    """Say whether a statement runs only when its file is started as a script, or only for type checkers."""
    if not isinstance(statement, ast.If):
        return False
    names = {node.id for node in ast.walk(statement.test) if isinstance(node, ast.Name)}
    return bool(names & {"__name__", "TYPE_CHECKING"})


def has_effect(statement: ast.stmt, registries: Collection[str]) -> bool:
    """Say whether a top-level statement does more than bind names.

    A function under a decorator from `registries` does: it may have entered itself into a table.
    """
    if isinstance(statement, _DOCUMENTED):
        used = free_names(statement.decorator_list)
        return any(chain[0] in registries for chain in used)
    if is_text(statement) or is_main_guard(statement) or isinstance(statement, ast.Import | ast.ImportFrom):
        return False
    if isinstance(statement, ast.For | ast.While | ast.With | ast.Expr | ast.Delete | ast.Assert | ast.Raise):
        return True
    return any(
        isinstance(node, ast.Expr) or (isinstance(node, ast.Attribute | ast.Subscript) and _is_target(node))
        for node in ast.walk(statement)
    )


def _is_target(node: ast.Attribute | ast.Subscript) -> bool:
    return isinstance(node.ctx, ast.Store | ast.Del)


def import_targets(statement: ast.Import | ast.ImportFrom, path: str) -> Iterator[tuple[str, Chain]]:
    """Yield each name an import binds with the dotted name it stands for; `*` stands for itself."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            chain = tuple(alias.name.split("."))
            yield (alias.asname, chain) if alias.asname else (chain[0], chain[:1])
        return
    base = tuple(statement.module.split(".")) if statement.module else ()
    if statement.level:
        base = (*path.split("/")[: -statement.level], *base)
    for alias in statement.names:
        yield alias.asname or alias.name, base if alias.name == "*" else (*base, alias.name)
