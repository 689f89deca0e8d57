"""`chat(data.x)`: a conversation as turns, the baseline's answers beside it, and how it was decoded.

The data is `{"candidate_log": [...], "baseline_log": [...], "parameters": {...}}`: flat lists of strings, the
person first. An odd log ends with an unanswered turn, an empty one says so; every string is text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from generator.data.ledger import Provenance
from generator.errors import SiteError
from generator.render.tags.strip import Artifact, strip

DECODING = ("top_p", "top_k", "temperature", "min_p", "num_beams", "no_repeat_ngram_size", "max_length", "seed")
SHAPE = 'a chat is `{"candidate_log": ["question", "answer", …], "parameters": {…}}`'


def chat(data: object, origin: Provenance | None, names: Sequence[str], caption: str, label: str) -> Artifact:
    """Return the conversation as HTML.

    Raises:
        SiteError: when the value is no chat.
    """
    log, baseline, parameters = _read(data)
    person, model, other = (*names, "you", "model", "baseline")[:3] if len(names) < 3 else names[:3]
    turns = "".join(_turn(i, text, person, model) for i, text in enumerate(log))
    body = f'<ol class="turns">{turns}</ol>' if log else '<p class="empty">This conversation is empty.</p>'
    if baseline:
        beside = "".join(_turn(i, text, person, other) for i, text in enumerate(baseline))
        body += f'<details class="baseline"><summary>{escape(other)}</summary><ol class="turns">{beside}</ol></details>'
    told = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    line = decoding_line(parameters)
    remark = f'<p class="decoding">{escape(line)}</p>' if line else ""
    ident = f' id="{escape(label)}"' if label else ""
    text = "\n".join(f"{model if i % 2 else person}: {said}" for i, said in enumerate(log))
    html = f'<figure class="chat"{ident}>{body}{remark}{told}{strip(origin, ())}</figure>'
    return Artifact(html, text, label=label, caption=caption)


def decoding_line(parameters: Mapping[str, object]) -> str:
    """Tell which sample this is, how it was chosen, and how it was drawn."""
    told = []
    if "samples" in parameters:
        told.append(f"sample {parameters.get('sample', 1)} of {parameters['samples']}")
    if parameters.get("rule"):
        told.append(f"chosen by: {parameters['rule']}")
    decoding = [f"{key.replace('_', '-')} {parameters[key]}" for key in DECODING if parameters.get(key) is not None]
    return "; ".join([", ".join(told), ", ".join(decoding)] if told and decoding else [", ".join(told + decoding)])


def _turn(number: int, text: str, person: str, model: str) -> str:
    who, side = (model, "model") if number % 2 else (person, "person")
    lines = "<br>".join(escape(line) for line in text.split("\n"))
    return f'<li class="{side}"><b>{escape(who)}</b> <p dir="auto">{lines}</p></li>'


def _read(data: object) -> tuple[list[str], list[str], Mapping[str, object]]:
    """Check the shape and return log, baseline log, parameters."""
    if not isinstance(data, Mapping) or "candidate_log" not in data:
        raise SiteError("this value is not a chat", hint=SHAPE)
    logs = [data["candidate_log"], data.get("baseline_log") or []]
    for name, log in zip(("candidate_log", "baseline_log"), logs, strict=True):
        if not isinstance(log, list) or not all(isinstance(text, str) for text in log):
            raise SiteError(f"`{name}` of this chat is not a list of texts", hint=SHAPE)
    parameters = data.get("parameters") or {}
    if not isinstance(parameters, Mapping):
        raise SiteError("`parameters` of this chat is not a mapping", hint=SHAPE)
    return logs[0], logs[1], parameters
