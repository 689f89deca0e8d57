"""A request made ready: code hashed and imported, config typed, inputs read. Every mistake comes out before the run."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from experiments.runner.config import build, plain
from experiments.runner.plan import Request, upstream
from experiments.runner.provenance import versions
from experiments.runner.seeds import pin_threads, pin_torch
from generator.data.artifacts import Record, data_folder, decode, file_sha256, read_record
from generator.data.closure import Closure, closure
from generator.data.declared import Declared, declared
from generator.data.staleness import input_digest, status
from generator.errors import Place, SiteError, did_you_mean, several

OFFERED = ("checkpoint", "inputs")  # what `run` may take besides its config and its log
_PACKAGE = sys.modules["experiments"]  # the installed one; the site's own folder is put before it
_HOME = list(_PACKAGE.__path__)


@dataclass(frozen=True)
class Job:
    """All that a run needs, and all that its record will say about where it came from."""

    root: Path
    request: Request
    declared: Declared
    run: Callable[..., object]
    aggregate: Callable[..., object] | None  # the experiment's own way to join its seeds
    config: Any
    overrides: Mapping[str, Any]
    seeds: tuple[int, ...]  # empty: nothing random
    code: Closure
    packages: Mapping[str, str]
    files: Mapping[str, str]  # path to SHA-256
    digests: Mapping[str, str]  # of the inputs, by the names in READS
    inputs: Mapping[str, object]

    def config_of(self, seed: int | None) -> Any:
        """Return the Config of one seed."""
        return self.config if seed is None else dataclasses.replace(self.config, seed=seed)

    def binding(self, seed: int | None) -> dict[str, Any]:
        """Return what a checkpoint must share with the run that loads it."""
        return {
            "config": plain(dataclasses.asdict(self.config_of(seed))),
            "code": dict(self.code.symbols),
            "inputs": dict(self.digests),
            "files": dict(self.files),
            "libraries": {**self.packages, "python": sys.version.split()[0]},
            "threads": self.request.threads,
        }


def prepare(root: Path, request: Request) -> Job:
    """Make a request ready.

    Raises:
        SiteError, or an ExceptionGroup of them: for every mistake in the request or in what the experiment declares.
        Exception: whatever importing the experiment raises.
    """
    found = declared(root, request.name)
    code = closure(root, request.name)
    pin_threads(request.threads)
    module = _imported(root, request.name, code)
    pin_torch(request.threads)
    run, config_class = (_defined(found, module, name) for name in ("run", "Config"))
    config, overrides = build(request.name, config_class, _preset(found, request.preset), request.words)
    seeds = _seeds(found, request, config)
    digests, inputs = _inputs(root, found)
    _check_signature(found, run)
    return Job(
        root=root,
        request=request,
        declared=found,
        run=run,
        aggregate=getattr(module, "aggregate", None),
        config=config,
        overrides={**plain(overrides), **({"seed": list(seeds)} if request.seeds else {})},
        seeds=seeds,
        code=code,
        packages=versions(code.libraries),
        files=_files(root, found, config),
        digests=digests,
        inputs=inputs,
    )


def _imported(root: Path, name: str, code: Closure) -> ModuleType:
    """Import an experiment from the site's root, from its text as it is now."""
    _PACKAGE.__path__[:] = [str(root / "experiments"), *_HOME]
    for loaded in [one for one in sys.modules if one.startswith("experiments.")]:
        if loaded.split(".")[1] not in ("runner", "__main__"):
            del sys.modules[loaded]
    for path in code.sources:
        # Compiled files are compared by second and size: an edit within a second could run the old code.
        Path(importlib.util.cache_from_source(str(root / path))).unlink(missing_ok=True)
    importlib.invalidate_caches()
    module = importlib.import_module(f"experiments.{name}")
    for path, digest in code.sources.items():
        if digest and file_sha256(root / path) != digest:
            raise SiteError("this file changed while it was being loaded", Place(path), "run it again")
    return module


def _defined(found: Declared, module: ModuleType, name: str) -> Any:
    if not hasattr(module, name):
        hint = "an experiment has `WRITES`, a frozen dataclass `Config` and `run(config, log)`"
        raise SiteError(f"this experiment has no `{name}`", Place(found.path), hint)
    return getattr(module, name)


def _preset(found: Declared, preset: str) -> Mapping[str, object]:
    if preset in found.presets or preset == "default":
        return found.presets.get(preset, {})
    listed = ", ".join(f"`{one}`" for one in found.presets)
    hint = did_you_mean(preset, found.presets) or (f"it has {listed}" if listed else "it has none: add PRESETS")
    raise SiteError(f"`{found.name}` has no preset `{preset}`", None, hint)


def _seeds(found: Declared, request: Request, config: Any) -> tuple[int, ...]:
    if hasattr(config, "seed"):
        return request.seeds or found.seeds or (config.seed,)
    if request.seeds or found.seeds:
        hint = "add `seed: int = 0` and use it"
        raise SiteError(f"the Config of `{found.name}` has no `seed`", Place(found.path), hint)
    return ()


def _inputs(root: Path, found: Declared) -> tuple[dict[str, str], dict[str, object]]:
    """Read what other experiments published; return their hashes and the data by the names in READS."""
    digests: dict[str, str] = {}
    data: dict[str, object] = {}
    for local, key in found.reads.items():
        name, digest = input_digest(root, key)
        if not digest:
            name = upstream(root, found.path, key)
            hint = f"run it first: `python -m experiments run {name}`"
            raise SiteError(f"the input `{key}` of `{found.name}` was never run", None, hint)
        if (state := status(root, name)).state == "edited":
            hint = f"`python -m experiments accept {name}` vouches for it, `run {name}` makes it again"
            raise SiteError(
                f"the input `{key}` of `{found.name}` is not as it was made: {state.reasons[0]}", None, hint
            )
        record = read_record(root, name)
        assert record is not None, "an input with a digest has a record"
        digests[key] = digest
        data[local] = _read(root, record, key)
    return digests, data


def _read(root: Path, record: Record, key: str) -> object:
    folder = root / data_folder(record.name)
    if key != record.name:
        file = record.artifacts[key.rpartition(".")[2]].file
        return decode(file, (folder / file).read_bytes())
    return {name: decode(made.file, (folder / made.file).read_bytes()) for name, made in record.artifacts.items()}


def _files(root: Path, found: Declared, config: Any) -> dict[str, str]:
    """Hash the files that FILES lists and those that the Config names."""
    values = [getattr(config, field.name) for field in dataclasses.fields(config)]
    paths = [*map(Path, found.files), *(value for value in values if isinstance(value, Path) and value != Path())]
    missing = [path for path in paths if not (root / path.expanduser()).exists()]
    if missing:
        raise several([_missing(found, path) for path in missing])
    return {plain(path): file_sha256(root / path.expanduser()) for path in paths}


def _missing(found: Declared, path: Path) -> SiteError:
    from experiments.runner.fetch import CACHE

    hint = f"`python -m experiments fetch {path.stem}` downloads it" if path.is_relative_to(CACHE) else ""
    return SiteError(f"the file `{plain(path)}` of `{found.name}` does not exist", Place(found.path), hint)


def _check_signature(found: Declared, run: Callable[..., object]) -> None:
    unknown = [name for name in list(inspect.signature(run).parameters)[2:] if name not in OFFERED]
    if unknown:
        what = f"`run` takes `{unknown[0]}`, which the runner does not have"
        raise SiteError(what, Place(found.path), "after its config and its log it may take `checkpoint` and `inputs`")
