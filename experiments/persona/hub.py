"""The layout of GPT-2 on disk: what `transformers` opens, and weights that it published as ours.

`save` writes a folder for `GPT2DoubleHeadsModel.from_pretrained` and, without the second head, for
`AutoModelForCausalLM`. `load` reads such a folder, or a model of the hub (`microsoft/DialoGPT-small`,
`openai-community/gpt2`) where a network or a local copy is there; safetensors only, so that no code comes with it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from experiments.persona.model import Persona, Shape
from experiments.persona.tokens import Tokens, load_tokens
from generator.data.artifacts import atomic_write
from generator.errors import Place, SiteError

NAMES = {  # of one block: ours, GPT-2's, and whether the matrix lies the other way round
    "norm_1": ("ln_1", False),
    "attention": ("attn.c_attn", True),
    "attention_out": ("attn.c_proj", True),
    "norm_2": ("ln_2", False),
    "wide": ("mlp.c_fc", True),
    "wide_out": ("mlp.c_proj", True),
}
WEIGHTS, CONFIG = "model.safetensors", "config.json"


def save(model: Persona, tokens: Tokens, folder: Path) -> None:
    """Write weights, config and tokenizer; each file is whole or not there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    atomic_write(folder / CONFIG, json.dumps(config(model.shape, tokens), indent=2).encode())
    atomic_write(folder / "tokenizer.json", tokens.bpe.to_str().encode())
    atomic_write(folder / "tokenizer_config.json", json.dumps(_TOKENIZER, indent=2).encode())
    atomic_write(folder / WEIGHTS, packed(model))


def packed(model: Persona) -> bytes:
    """Return the weights as their file holds them."""
    from safetensors.torch import save as pack

    weights = {name: value.contiguous() for name, value in to_gpt2(model).items()}
    return bytes(pack(weights, {"format": "pt"}))


def load(folder: Path) -> tuple[Persona, Tokens]:
    """Read a folder that `save` wrote, or one of GPT-2's layout with a `tokenizer.json`.

    Raises:
        SiteError: when something is missing, or the weights are of another layout.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            hint = "run `python -m experiments run persona.train`: weights are private, and not in the repository"
            raise SiteError(f"there is no `{name}`", Place(folder.name), hint)
    try:
        plain = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        if "auto_map" in plain:
            raise SiteError("this model brings code of its own", Place(f"{folder.name}/{CONFIG}"), "it is not run")
        keys = {"vocab_size": "vocab_size", "block_size": "n_positions", "layers": "n_layer", "heads": "n_head"}
        sizes = {name: int(plain[key]) for name, key in {**keys, "width": "n_embd"}.items()}
        shape = Shape(**sizes, dropout=float(plain.get("resid_pdrop", 0.1)))
        weights = load_file(folder / WEIGHTS)
    except (ValueError, KeyError, TypeError, SafetensorError) as error:
        raise SiteError(f"this is no model in GPT-2's layout: {error}", Place(folder.name), "") from None
    tokens = load_tokens(folder / "tokenizer.json")
    model = Persona(shape, torch.Generator().manual_seed(0))
    from_gpt2(model, weights)
    _widen(model, len(tokens))
    return model, tokens


def find(name: str) -> Path:
    """Return the folder of a model: a local one, or the hub's, downloaded where that is possible.

    Raises:
        SiteError: when it is neither here nor reachable.
    """
    if Path(name).expanduser().is_dir():
        return Path(name).expanduser()
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        from huggingface_hub import snapshot_download

        patterns = [CONFIG, WEIGHTS, "tokenizer.json", "tokenizer_config.json"]
        return Path(snapshot_download(name, allow_patterns=patterns, etag_timeout=5))
    except Exception as error:  # the library raises a dozen kinds, all of them "not to be had"
        what = f"the model `{name}` is neither a folder nor to be had from the hub"
        raise SiteError(what, None, f"give a folder, or leave `base` out ({type(error).__name__})") from None


def to_gpt2(model: Persona) -> dict[str, Tensor]:
    """Return our weights under GPT-2's names, its linear layers lying as it wants them."""
    ours = model.state_dict()
    theirs = {
        "transformer.wte.weight": ours["tokens.weight"],
        "transformer.wpe.weight": ours["positions.weight"],
        "multiple_choice_head.summary.weight": ours["choice.weight"],
        "multiple_choice_head.summary.bias": ours["choice.bias"],
    }
    for part in ("weight", "bias"):
        theirs[f"transformer.ln_f.{part}"] = ours[f"norm.{part}"]
        for layer in range(model.shape.layers):
            for name, (other, is_turned) in NAMES.items():
                value = ours[f"blocks.{layer}.{name}.{part}"]
                theirs[f"transformer.h.{layer}.{other}.{part}"] = value.T if is_turned and part == "weight" else value
    return theirs


@torch.no_grad()
def from_gpt2(model: Persona, weights: dict[str, Tensor]) -> None:
    """Copy GPT-2's weights into ours; without a second head in them, ours stays as it was drawn."""
    known = {name.removeprefix("transformer."): value for name, value in weights.items()}
    for name, target in to_gpt2(model).items():
        value = known.get(name.removeprefix("transformer."))
        if value is None and name.startswith("multiple_choice_head"):
            continue
        if value is None or value.shape != target.shape:
            raise SiteError(f"the weights have no `{name}` of shape {tuple(target.shape)}", None, "is it a GPT-2?")
        target.copy_(value)  # views of our own weights


def _widen(model: Persona, vocab_size: int) -> None:
    """Add rows for marks that the vocabulary did not have; they start where the mean of all tokens is."""
    old = model.tokens.weight
    if old.shape[0] >= vocab_size:
        return
    more = old.mean(0, keepdim=True).expand(vocab_size - old.shape[0], -1)
    model.tokens.weight = torch.nn.Parameter(torch.cat((old.detach(), more.detach())))
    model.tokens.num_embeddings = vocab_size


def config(shape: Shape, tokens: Tokens) -> dict[str, Any]:
    """Return the fields of GPT2Config that are not its defaults."""
    return {
        "architectures": ["GPT2DoubleHeadsModel"],
        "model_type": "gpt2",
        "vocab_size": shape.vocab_size,
        "n_positions": shape.block_size,
        "n_embd": shape.width,
        "n_layer": shape.layers,
        "n_head": shape.heads,
        "resid_pdrop": shape.dropout,
        "embd_pdrop": shape.dropout,
        "attn_pdrop": shape.dropout,
        "summary_first_dropout": 0.0,
        "bos_token_id": tokens.end,
        "eos_token_id": tokens.end,
        "num_labels": 1,
        "tie_word_embeddings": True,
    }


_TOKENIZER = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|endoftext|>", "bos_token": "<|endoftext|>"}
