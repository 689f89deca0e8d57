"""`chat(data.x)`: a conversation as turns, the baseline's answers beside it, and how it was decoded.

The data is `{"candidate_log": [...], "baseline_log": [...], "parameters": {...}}`: flat lists of strings, the
person first. An odd log ends with an unanswered turn, an empty one says so; every string, the caption too, is text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from generator.errors import SiteError
from generator.render.tags.strip import Artifact, Source, strip
from generator.render.values import NUMBER

NAMES = ("you", "model", "baseline")
DECODING = ("top_p", "top_k", "temperature", "min_p", "num_beams", "no_repeat_ngram_size", "max_length", "seed")
SHAPE = 'a chat is `{"candidate_log": ["question", "answer", …], "parameters": {…}}`'


def chat(data: object, source: Source, names: Sequence[str], caption: str, label: str) -> Artifact:
    """Return the conversation as HTML; `names` are those of the person, the model and the baseline.

    Raises:
        SiteError: when the value is no chat.
    """
    log, baseline, parameters = _read(data)
    person, model, other = (*names, *NAMES[len(names) :])[:3]
    body = _turns(log, person, model) if log else '<p class="empty">This conversation is empty.</p>'
    if baseline:
        turns = _turns(baseline, person, other)
        body += f'<details class="baseline"><summary>The same with {escape(other)}</summary>{turns}</details>'
    line = decoding_line(parameters)
    body += f'<p class="decoding">{escape(line)}</p>' if line else ""
    if caption or label:
        body += f"<figcaption>{NUMBER if label else ''}{escape(caption)}</figcaption>"
    ident = f' id="{escape(label)}"' if label else ""
    text = "\n".join(f"{model if number % 2 else person}: {said}" for number, said in enumerate(log))
    return Artifact(f'<figure class="chat"{ident}>{body}{strip(source)}</figure>', text, label=label)


def decoding_line(parameters: Mapping[str, object]) -> str:
    """Tell which sample this is, how it was chosen, and how it was drawn."""
    told = []
    if "samples" in parameters:
        told.append(f"sample {parameters.get('sample', 1)} of {parameters['samples']}")
    if parameters.get("rule"):
        told.append(f"chosen by: {parameters['rule']}")
    decoding = [f"{key.replace('_', '-')} {parameters[key]}" for key in DECODING if parameters.get(key) is not None]
    return "; ".join(", ".join(part) for part in (told, decoding) if part)


def _turns(log: Sequence[str], person: str, model: str) -> str:
    turns = (_turn(text, *((model, "model") if number % 2 else (person, "person"))) for number, text in enumerate(log))
    return f'<ol class="turns">{"".join(turns)}</ol>'


def _turn(text: str, who: str, side: str) -> str:
    said = escape(text).replace("\r\n", "\n").replace("\n", "<br>")
    return f'<li class="{side}"><b dir="auto">{escape(who)}</b> <p dir="auto">{said}</p></li>'


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
