"""Jinja's code generator, with every operation led through one object that checks, counts and places it.

Jinja compiles a template to Python. Stock code touches values directly (`x.y`, `a + b`, `for x in y`); ours
calls `environment.get`, `.operate`, `.each`, which are methods of `jinja.Script`. Each call carries the number
of the token it came from (`at`), which is all that a message needs to name line and column. What the
author wrote between the tags is not in the code: it is `_d[n]`, so that bodies with the same tags share code.

The overridden methods belong to Jinja 3.1 (`Environment.code_generator_class` is its door for such a class).
"""

# ruff: noqa: N802 (the methods are named by Jinja)
from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.idtracking import VAR_LOAD_PARAMETER

from generator.errors import did_you_mean

# Filters that only `_checked` can name, and the method behind each.
CHECKS = {"(each)": "each", "(unpack)": "unpack", "(spread)": "spread", "(spread named)": "spread_named"}
_OPERATIONS = {"Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "FloorDiv": "//", "Mod": "%", "Pow": "**"}


class Generator(CodeGenerator):
    """One template to Python source; mistakes in names of filters and tests are collected."""

    trusts_literals = False  # texts written in the template are marked as the author's own, for `| safe`
    known: Mapping[str, Sequence[str]]  # names of filters and of tests
    removed: Mapping[str, str]  # names we took out, and what to write instead

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.complaints: list[tuple[int, str, str]] = []  # token, what, hint
        self._shown_at = 0  # the token of the statement whose value is being written, for `show`

    # Output ---------------------------------------------------------------------------------------------

    def _make_finalize(self) -> CodeGenerator._FinalizeInfo:
        """Keep literals from being printed at compile time: they too become placeholders."""
        return self._FinalizeInfo(None, None)

    def _output_const_repr(self, group: Any) -> str:
        return " + ".join(f"_d[{number}]" for number in group)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:  # noqa: ARG002
        self.write("environment.show(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:  # noqa: ARG002
        self.write(f", {first_token(node)})")

    def start_write(self, frame: Frame, node: nodes.Node | None = None) -> None:
        """Print what a loop, a call block or a filter block made, like any other value."""
        super().start_write(frame, node)
        self._shown_at = node.lineno if isinstance(node, nodes.For | nodes.CallBlock | nodes.FilterBlock) else 0
        if self._shown_at:
            self.write("environment.show(")

    def end_write(self, frame: Frame) -> None:
        """Close what `start_write` opened."""
        if self._shown_at:
            self.write(f", {self._shown_at})")
            self._shown_at = 0
        super().end_write(frame)

    # Statements -----------------------------------------------------------------------------------------

    def visit_For(self, node: nodes.For, frame: Frame) -> None:
        """Count every turn of a loop, and check what it loops over."""
        tick = nodes.EnvironmentAttribute(f"tick({node.lineno})", lineno=node.lineno)
        node.body.insert(0, nodes.ExprStmt(tick, lineno=node.lineno))
        if node.test is not None:  # items that fail the test cost time too
            node.test = nodes.And(tick, node.test, lineno=node.lineno)
        node.iter = _checked("(each)", node.iter, node.target)
        super().visit_For(node, frame)

    def visit_Assign(self, node: nodes.Assign, frame: Frame) -> None:
        """Set names; several at once only from a list of as many items."""
        self.push_assign_tracking()
        self.newline(node)
        self.visit(node.target, frame)
        self.write(" = ")
        self.visit(_unpacked(node.target, node.node), frame)
        self.pop_assign_tracking(frame)

    def visit_AssignBlock(self, node: nodes.AssignBlock, frame: Frame) -> None:
        """Set one name to the text of a block."""
        if isinstance(node.target, nodes.Tuple):
            self.complain(node.lineno, "a `set` block fills one name, not several")
            return
        super().visit_AssignBlock(node, frame)

    def visit_With(self, node: nodes.With, frame: Frame) -> None:
        """Set names for a block."""
        node.values = [_unpacked(target, value) for target, value in zip(node.targets, node.values, strict=True)]
        super().visit_With(node, frame)

    def visit_NSRef(self, node: nodes.NSRef, frame: Frame) -> None:
        """Set a field of a namespace, and of nothing else."""
        ref = frame.symbols.ref(node.name)
        self.write(f"environment.namespace({node.lineno}, {ref}, {node.name!r})[{node.attr!r}]")

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:
        """Print another file's body."""
        self.writeline(f"for event in environment.include({first_token(node.template)}, ", node)
        self.visit(node.template, frame)
        self.write(f", {node.ignore_missing!r}, {self._outer_names(node.with_context, frame)}):")
        self.indent()
        self.simple_write("event", frame)
        self.outdent()

    def _import_common(self, node: nodes.Import | nodes.FromImport, frame: Frame) -> None:
        self.write(f"environment.module({first_token(node.template)}, ")
        self.visit(node.template, frame)
        self.write(f", {self._outer_names(node.with_context, frame)})")

    def _outer_names(self, with_context: bool, frame: Frame) -> str:
        return f"context.get_all(), {self.dump_local_context(frame)}" if with_context else "None, {}"

    # Expressions ----------------------------------------------------------------------------------------

    def visit_Name(self, node: nodes.Name, frame: Frame) -> None:
        """Read a name; an unknown one remembers where it was used."""
        if node.ctx != "load":
            super().visit_Name(node, frame)
            return
        ref = frame.symbols.ref(node.name)
        load = frame.symbols.find_load(ref)
        if load is not None and load[0] == VAR_LOAD_PARAMETER and not self.parameter_is_undeclared(ref):
            self.write(ref)
        else:
            self.write(f"(undefined(name={node.name!r}, at={node.lineno}) if {ref} is missing else {ref})")

    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:
        """Write a literal."""
        if self.trusts_literals and isinstance(node.value, str):
            self.write(f"environment.own({node.value!r})")
        elif isinstance(node.value, float):
            self.write(f"float({str(node.value)!r})" if math.isinf(node.value) else repr(node.value))
        else:
            super().visit_Const(node, frame)

    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:
        """Build a tuple, or take one apart."""
        self._made(super().visit_Tuple, node, frame)

    def visit_List(self, node: nodes.List, frame: Frame) -> None:
        """Build a list."""
        self._made(super().visit_List, node, frame)

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:
        """Build a mapping; its keys are checked before they are hashed."""
        parts = [part for pair in node.items for part in (pair.key, pair.value)]
        self._call("mapping", node.lineno, *parts, frame=frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        """Join texts."""
        self._call("join", first_token(node.nodes[0]), *node.nodes, frame=frame)

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:
        """Compare values; a chain is evaluated whole."""
        parts = [part for operand in node.ops for part in (repr(operand.op), operand.expr)]
        self._call("compare", first_token(node.expr), node.expr, *parts, frame=frame)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        """Read a key or a field by its name."""
        self._call("get", first_token(node), node.node, repr(node.attr), frame=frame)

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        """Read an item by key or number, or a part of a list."""
        if isinstance(node.arg, nodes.Slice):
            ends = (node.arg.start, node.arg.stop, node.arg.step)
            self._call("cut", first_token(node), node.node, *ends, frame=frame)
        else:
            self._call("item", first_token(node), node.node, node.arg, frame=frame)

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:
        """Apply a filter by its name."""
        if node.name in CHECKS:
            self._call(CHECKS[node.name], node.lineno, node.node, repr(node.args[0].as_const()), frame=frame)
            return
        self._require_known("filters", node)
        self.write(f"environment.filter({node.name!r}, {node.lineno}, ")
        if node.node is None:  # the text of a filter block
            self.write(f"concat({frame.buffer})")
        else:
            self.visit(node.node, frame)
        self.signature(node, frame)
        self.write(")")

    def visit_Test(self, node: nodes.Test, frame: Frame) -> None:
        """Apply a test by its name."""
        self._require_known("tests", node)
        self.write(f"environment.test({node.name!r}, {node.lineno}, ")
        self.visit(node.node, frame)
        self.signature(node, frame)
        self.write(")")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """Call a macro, a tag or a method."""
        self.write(f"environment.call({first_token(node)}, ")
        self.visit(node.node, frame)
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        self.write(")")

    # Helpers --------------------------------------------------------------------------------------------

    def signature(
        self, node: nodes.Call | nodes.Filter | nodes.Test, frame: Frame, extra_kwargs: Mapping[str, Any] | None = None
    ) -> None:
        """Write the arguments of a call; what `*` and `**` spread is checked first."""
        names = [*(str(keyword.key) for keyword in node.kwargs), *(extra_kwargs or ())]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.complain(first_token(node), f"`{name}` is given twice")
            node.kwargs = [keyword for keyword in node.kwargs if keyword.key != name]  # type: ignore[assignment]
        if node.dyn_args is not None:
            node.dyn_args = _checked("(spread)", node.dyn_args, node.dyn_args)
        if node.dyn_kwargs is not None:
            given = tuple(keyword.key for keyword in node.kwargs)
            node.dyn_kwargs = _checked("(spread named)", node.dyn_kwargs, node.dyn_kwargs, given)
        super().signature(node, frame, extra_kwargs)

    def pull_dependencies(self, nodes: Any) -> None:
        """Do nothing: filters and tests are found by name when they run."""

    def complain(self, token: int, what: str, hint: str = "") -> None:
        """Note a mistake that can be seen without running the template."""
        self.complaints.append((token, what, hint))

    def _require_known(self, kind: str, node: nodes.Filter | nodes.Test) -> None:
        if node.name not in self.known[kind]:
            hint = self.removed.get(node.name) or did_you_mean(node.name, sorted(self.known[kind]))
            self.complain(node.lineno, f"there is no {kind[:-1]} named `{node.name}`", hint)

    def _made(self, write: Callable[[Any, Frame], None], node: nodes.Tuple | nodes.List, frame: Frame) -> None:
        is_value = getattr(node, "ctx", "load") == "load"
        if is_value:
            self.write(f"environment.made({first_token(node)}, ")
        write(node, frame)
        if is_value:
            self.write(")")

    def _call(self, method: str, *parts: int | str | nodes.Node | None, frame: Frame) -> None:
        """Write a call of the script's `method`; text among the parts is Python already."""
        self.write(f"environment.{method}(")
        for part in parts:
            if isinstance(part, nodes.Node):
                self.visit(part, frame)
            else:
                self.write(str(part))
            self.write(", ")
        self.write(")")


def first_token(node: nodes.Node) -> int:
    """Return the token an expression begins with: of `data.x.y`, the one of `data`."""
    while isinstance(node, nodes.Getattr | nodes.Getitem | nodes.Call | nodes.Filter | nodes.Test) and node.node:
        node = node.node
    if isinstance(node, nodes.Tuple) and node.items:
        return first_token(node.items[0])
    return node.lineno


def _checked(check: str, value: nodes.Node, target: nodes.Node, *given: object) -> nodes.Expr:
    """Let `check` see a value before `target` takes it apart."""
    pattern = nodes.Const(given[0] if given else _pattern(target))
    return nodes.Filter(value, check, [pattern], [], None, None, lineno=first_token(value))


def _unpacked(target: nodes.Node, value: nodes.Node) -> Any:
    return _checked("(unpack)", value, target) if isinstance(target, nodes.Tuple) else value


def _pattern(target: nodes.Node) -> tuple[object, ...] | None:
    """Return the form of an assignment's left side: None for a name, a tuple for several."""
    return tuple(_pattern(item) for item in target.items) if isinstance(target, nodes.Tuple) else None


def _make_operation(sign: str) -> Callable[[Generator, nodes.BinExpr, Frame], None]:
    def visit(self: Generator, node: nodes.BinExpr, frame: Frame) -> None:
        self._call("operate", node.lineno, repr(sign), node.left, node.right, frame=frame)

    return visit


def _make_sign(sign: str) -> Callable[[Generator, nodes.UnaryExpr, Frame], None]:
    def visit(self: Generator, node: nodes.UnaryExpr, frame: Frame) -> None:
        self._call("operate", node.lineno, repr(sign), 0, node.node, frame=frame)

    return visit


for _class, _sign in _OPERATIONS.items():
    setattr(Generator, f"visit_{_class}", _make_operation(_sign))
for _class, _sign in {"Neg": "-", "Pos": "+"}.items():
    setattr(Generator, f"visit_{_class}", _make_sign(_sign))
