"""Run the tags of a Liquid body, one function for each kind of tag there is.

A tag that fails is told where it stands and prints nothing; the others go on, so that one run tells all mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from liquid.ast import IllegalNode, Node
from liquid.builtin.content import ContentNode
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.capture_tag import CaptureNode
from liquid.builtin.tags.case_tag import CaseNode, MultiExpressionBlockNode
from liquid.builtin.tags.cycle_tag import CycleNode
from liquid.builtin.tags.decrement_tag import DecrementNode
from liquid.builtin.tags.echo_tag import EchoNode
from liquid.builtin.tags.for_tag import BreakNode, ContinueNode, ForNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.ifchanged_tag import IfChangedNode
from liquid.builtin.tags.increment_tag import IncrementNode
from liquid.builtin.tags.render_tag import RenderNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.expression import Expression

from generator.errors import SiteError
from generator.render.body.bounds import Refused, Told, is_list
from generator.render.body.texts import MARK, DataMarkdown
from generator.render.liquid import loops, tags
from generator.render.liquid.comparing import equal
from generator.render.liquid.evaluate import evaluate, holds
from generator.render.liquid.parsing import Markup, Tablerow
from generator.render.liquid.ruby import inspect
from generator.render.liquid.run import Run
from generator.render.liquid.texts import Markdownified

Out = list[str]
LONGEST_TAG = 1_000  # characters of an HTML tag that Markdown stands behind
BLOCK_TAG = re.compile(
    r"</?(?:article|aside|blockquote|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|header|li"
    r"|main|nav|ol|p|section|summary|table|tbody|td|th|thead|tr|ul)\b[^<>]*>\s*\Z",
    re.IGNORECASE,
)


def perform_all(run: Run, nodes: Iterable[Node], out: Out, is_blank: bool = False) -> None:
    """Run tags one after the other until one breaks a loop; a blank block prints none of its white space."""
    for node in nodes:
        if isinstance(node, ContentNode):
            if not is_blank:
                run.budget.print(len(node.text))
                out.append(run.file.marked(node.text, node.token.start_index))
            continue
        perform(run, node, out)
        if run.interrupts:
            return


def perform(run: Run, node: Node, out: Out) -> None:
    """Run one tag; what is wrong with it is noted."""
    at = node.token.start_index
    run.at = at
    try:
        PERFORMERS[type(node)](run, node, out)
    except Told:
        pass
    except Refused as error:
        run.note(run.error(str(error), at, error.hint))
    except SiteError as error:
        found = error if error.place else run.error(error.what, at, error.hint, error.level)
        run.note(found)


def _block(run: Run, node: Node, block: Any, out: Out) -> None:
    """Run one of the blocks of a tag; they are blank together."""
    perform_all(run, block.nodes, out, node.blank)


def _print(run: Run, node: OutputNode, out: Out) -> None:
    value = evaluate(run, node.expression)
    shown = run.show(value)
    if shown:
        if isinstance(value, DataMarkdown | Markdownified):
            shown = _set_apart(out, shown)
        out.append(run.file.mark(node.token.start_index) + shown)


def _set_apart(out: Out, shown: str) -> str:
    """Put blank lines around Markdown right behind a block of HTML, where it would stay raw."""
    before = MARK.sub("", "".join(out[-3:]))
    return f"\n\n{shown}\n\n" if BLOCK_TAG.search(before[-LONGEST_TAG:]) else shown


def _if(run: Run, node: IfNode, out: Out) -> None:
    _branch(run, node, holds(run, node.condition), out)


def _unless(run: Run, node: UnlessNode, out: Out) -> None:
    _branch(run, node, not holds(run, node.condition), out)


def _branch(run: Run, node: IfNode | UnlessNode, is_taken: bool, out: Out) -> None:
    if is_taken:
        _block(run, node, node.consequence, out)
        return
    for other in node.alternatives:
        if holds(run, other.expression):
            _block(run, node, other.block, out)
            return
    if node.default:
        _block(run, node, node.default, out)


def _case(run: Run, node: CaseNode, out: Out) -> None:
    is_else = True
    for branch in node.blocks:
        if isinstance(branch, MultiExpressionBlockNode):
            left = evaluate(run, branch.expression.left)
            for expression in branch.expression.expressions:
                if equal(run.budget, left, evaluate(run, expression)):
                    is_else = False
                    _block(run, node, branch.block, out)
        elif is_else:
            _block(run, node, branch, out)


def _for(run: Run, node: ForNode, out: Out) -> None:
    items = loops.segment(run, node.expression)
    if not items:
        if node.default:
            _block(run, node, node.default, out)
        return
    name = str(node.expression.identifier)
    loop = loops.ForLoop(f"{name}-{node.expression.iterable}", len(items), run.loops[-1] if run.loops else None)
    run.loops.append(loop)
    try:
        with run.scope({"forloop": loop}) as names:
            for item in items:
                run.budget.step()
                names[name] = item
                _block(run, node, node.block, out)
                loop.step()
                if run.interrupts and run.interrupts.pop() == "break":
                    break
    finally:
        run.loops.pop()


def _tablerow(run: Run, node: Tablerow, out: Out) -> None:
    items = loops.row_segment(run, node.expression)
    if items is None:
        return
    columns = node.expression.cols
    row = loops.TableRow(len(items), loops.count(run, columns) if columns else None)
    out.append(run.file.mark(node.token.start_index) + '<tr class="row1">\n')
    run.rows += 1
    with run.scope({"tablerowloop": row}) as names:
        for item in items:
            run.budget.step()
            names[str(node.expression.identifier)] = item
            out.append(f'<td class="col{row["col"]}">')
            perform_all(run, node.block.nodes, out)
            out.append("</td>")
            if row["col_last"] and not row["last"]:
                out.append(f'</tr>\n<tr class="row{row.row + 1}">')
            row.step()
    run.rows -= 1
    if not run.loops and not run.rows:
        run.interrupts.clear()  # Ruby would end the page here without a word
    out.append("</tr>\n")


def _assign(run: Run, node: AssignNode, _: Out) -> None:
    run.assign(str(node.name), evaluate(run, node.expression))


def _capture(run: Run, node: CaptureNode, _: Out) -> None:
    parts: Out = []
    perform_all(run, node.block.nodes, parts)
    run.assign(str(node.name), run.captured(parts))


def _cycle(run: Run, node: CycleNode, out: Out) -> None:
    values = " ".join(str(value) for value in node.args)
    key = f"group {inspect(evaluate(run, node.group))}" if node.group else f"values {values}"
    run.budget.make(key)
    index = run.cycles.get(key, 0)
    if index < len(node.args):
        out.append(run.file.mark(node.token.start_index) + run.show(evaluate(run, node.args[index])))
    run.cycles[key] = index + 1 if index + 1 < len(node.args) else 0


def _increment(run: Run, node: IncrementNode, out: Out) -> None:
    value = run.counters.get(str(node.name), 0)
    run.counters[str(node.name)] = value + 1
    out.append(run.file.mark(node.token.start_index) + run.show(value))


def _decrement(run: Run, node: DecrementNode, out: Out) -> None:
    value = run.counters.get(str(node.name), 0) - 1
    run.counters[str(node.name)] = value
    out.append(run.file.mark(node.token.start_index) + run.show(value))


def _ifchanged(run: Run, node: IfChangedNode, out: Out) -> None:
    parts: Out = []
    perform_all(run, node.block.nodes, parts)
    text = str.__str__(run.captured(parts))
    if text != run.changed:
        run.changed = text
        out.extend(parts)


def _interrupt(word: str) -> Callable[[Run, Node, Out], None]:
    def interrupt(run: Run, _: Node, __: Out) -> None:
        if not run.loops and not run.rows:
            raise Refused(f"`{word}` stands in no loop", "it leaves the `for` around it")
        run.interrupts.append(word)

    return interrupt


def _markup(run: Run, node: Markup, out: Out) -> None:
    tags.perform_tag(run, node, out, perform_all)


def _render(run: Run, node: RenderNode, out: Out) -> None:
    def value(expression: Expression) -> object:
        return evaluate(run, expression)

    given = {argument.name: value(argument.value) for argument in node.args or ()}
    name = str(node.name.value) if hasattr(node.name, "value") else str(node.name)
    key = str(node.alias or name.split("/")[-1].partition(".")[0])
    bound = value(node.var) if node.var else None
    items, loop = [bound], None
    if node.loop and (is_list(bound) or isinstance(bound, Mapping)):
        items = loops.items_of(bound)
        loop = loops.ForLoop(name, len(items), None)
    for item in items:
        names = {**given, key: item} if node.var else {**given}
        with run.alone({**names, "forloop": loop} if loop else names):
            tags.include_file(run, name, node.token.start_index, out, perform_all)
        if loop:
            loop.step()


PERFORMERS: dict[type, Callable[[Run, Any, Out], None]] = {
    OutputNode: _print,
    EchoNode: _print,
    IfNode: _if,
    UnlessNode: _unless,
    CaseNode: _case,
    ForNode: _for,
    Tablerow: _tablerow,
    AssignNode: _assign,
    CaptureNode: _capture,
    CycleNode: _cycle,
    IncrementNode: _increment,
    DecrementNode: _decrement,
    IfChangedNode: _ifchanged,
    BreakNode: _interrupt("break"),
    ContinueNode: _interrupt("continue"),
    RenderNode: _render,
    Markup: _markup,
    IllegalNode: lambda *_: None,  # told when the file was parsed
}
