"""Small formulas over the columns of a row: `lm_loss / H_lm`, `100 * (a - b) / b`, `exp(loss)`.

Parsed by Python's grammar and walked by us: names are columns, and nothing but arithmetic and a few functions
of numbers is known. Nothing is ever run by `eval`.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping

from generator.errors import did_you_mean
from generator.render.tags.quantity import is_number

OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: lambda base, power: math.pow(base, power),
}
FUNCTIONS: dict[str, Callable[..., float]] = {
    "abs": abs,
    "exp": math.exp,
    "ln": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "max": lambda *numbers: max(numbers),
    "min": lambda *numbers: min(numbers),
    "sqrt": math.sqrt,
}
OF_SEVERAL = {"max", "min"}
TAKES = {True: "one number or more", False: "one number"}
LONGEST = 200  # characters of a formula


def compile_formula(text: str, columns: Mapping[str, object]) -> Callable[[Mapping[str, object]], float | None]:
    """Return a function from a row to the formula's value; None where a column is missing or not a number.

    Raises:
        ValueError: in words for the author, when the formula does not parse or names no column.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body if len(text) <= LONGEST else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    if tree is None:
        raise ValueError(f"`{text[:60]}` is not a formula")
    _check(tree, text, columns)

    def value(row: Mapping[str, object]) -> float | None:
        try:
            found = _value(tree, row)
        except (ArithmeticError, ValueError):
            return None
        return found if math.isfinite(found) else None

    return value


def _check(node: ast.AST, text: str, columns: Mapping[str, object]) -> None:
    """Refuse all but numbers, columns, arithmetic and the functions above."""
    if isinstance(node, ast.Name):
        if node.id not in columns:
            near = did_you_mean(node.id, columns)
            raise ValueError(f"`{node.id}` in `{text}` is no column" + (f": {near}" if near else ""))
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        _check(node.left, text, columns)
        _check(node.right, text, columns)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        _check(node.operand, text, columns)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        if node.func.id not in FUNCTIONS:
            raise ValueError(f"`{node.func.id}` in `{text}` is none of {', '.join(FUNCTIONS)}")
        if len(node.args) != 1 and (node.func.id not in OF_SEVERAL or not node.args):
            raise ValueError(f"`{node.func.id}` in `{text}` takes {TAKES[node.func.id in OF_SEVERAL]}")
        for argument in node.args:
            _check(argument, text, columns)
    elif not (isinstance(node, ast.Constant) and is_number(node.value)):
        raise ValueError(f"`{text}` holds more than arithmetic: {ast.unparse(node)[:40]}")


def _value(node: ast.AST, row: Mapping[str, object]) -> float:
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](_value(node.left, row), _value(node.right, row))
    if isinstance(node, ast.UnaryOp):
        operand = _value(node.operand, row)
        return -operand if isinstance(node.op, ast.USub) else operand
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name), "_check has seen to it"
        return FUNCTIONS[node.func.id](*(_value(argument, row) for argument in node.args))
    found = row.get(node.id) if isinstance(node, ast.Name) else node.value if isinstance(node, ast.Constant) else None
    if not is_number(found):
        raise ValueError("missing, or not a number")
    return float(found)
