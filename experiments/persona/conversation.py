"""`python -m experiments chat persona`: talk to the persona in the terminal, and keep a conversation for a post.

`/save NAME` writes `_data/persona/chats/NAME.json`, through the same gate as `persona.chat`; `/reset` begins again;
`/quit`, an end of input or Ctrl-C leaves.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from experiments.persona import hub
from experiments.persona.chat import RULE, private_store
from experiments.persona.gate import check_consent, make_gate, read_consent
from experiments.persona.generate import Decoding
from experiments.persona.models import trained_folder
from experiments.persona.talk import Talk
from generator.data.artifacts import atomic_write
from generator.errors import SiteError, flatten

HELP = "/save NAME keeps this conversation for a post, /reset begins again, /quit leaves"
NAME = re.compile(r"[a-z][a-z0-9_]*")
FOLDER = "_data/persona/chats"


def interact(root: Path, seed: int, consent: str, lines: TextIO = sys.stdin, out: TextIO = sys.stdout) -> int:
    """Talk until the input ends.

    Raises:
        SiteError: when there is no model yet, or a consent map that is absent or names a stranger.
    """
    model, tokens = hub.load(trained_folder())
    decoding = Decoding()
    allowed = read_consent(consent)
    check_consent(private_store(), allowed)
    print(", ".join(f"{name} {value}" for name, value in {**asdict(decoding), "seed": seed}.items()), file=out)
    print(HELP, file=out, flush=True)
    talk = Talk(model, tokens, decoding, seed)
    while (text := _asked(lines, out)) is not None:
        if text == "/quit":
            break
        if text == "/reset":
            talk = Talk(model, tokens, decoding, seed)
            print("(a new conversation)", file=out, flush=True)
        elif text.startswith("/"):
            _command(root, talk, text, dict(allowed), out)
        elif text:
            talk.say(text, lambda piece: print(piece, end="", file=out, flush=True))
            print(file=out, flush=True)
    return 0


def _asked(lines: TextIO, out: TextIO) -> str | None:
    """Return the next line without its space, None at the end of the input."""
    print(">>> ", end="", file=out, flush=True)
    try:
        line = lines.readline()
    except KeyboardInterrupt:
        line = ""
    if not line:
        print(file=out, flush=True)
        return None
    return line.strip()


def _command(root: Path, talk: Talk, text: str, consent: dict[str, object], out: TextIO) -> None:
    word, _, name = text.partition(" ")
    if word != "/save":
        print(f"there is no `{word}`: {HELP}", file=out, flush=True)
        return
    try:
        print(f"saved {save(root, talk, name.strip(), consent)}", file=out, flush=True)
    except (SiteError, ExceptionGroup) as error:
        for mistake in flatten(error):
            print(f"{mistake}", file=out, flush=True)
        print("nothing was saved", file=out, flush=True)


def save(root: Path, talk: Talk, name: str, consent: dict[str, object]) -> str:
    """Write a conversation; return its path from the site's root.

    Raises:
        SiteError: for a name that cannot be a data key, or one that is taken.
        ExceptionGroup: of SiteError, when the gate holds it back.
    """
    path = f"{FOLDER}/{name}.json"
    if not NAME.fullmatch(name):
        raise SiteError(
            f"`{name}` cannot name a conversation" if name else "`/save` needs a name",
            None,
            "small letters, digits and underscores, as `trains`",
        )
    if (root / path).exists():
        raise SiteError(f"there is a conversation `{name}` already", None, "take another name, or delete the file")
    make_gate(private_store(), "", consent).check(talk.log[1::2], "the reply")
    parameters = {**asdict(talk.decoding), "turns": talk.turns, "seed": talk.seed, "rule": RULE}
    content = {"candidate_log": talk.log, "parameters": parameters}
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    atomic_write(root / path, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode())
    return path
