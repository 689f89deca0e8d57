"""The picture of the house, held true: arrows, sizes, docstrings, import costs, who touches the disk."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST_FILE, LONGEST_FUNCTION = 400, 60

# Upper rooms may import lower ones, never the other way.
ROOMS = [
    "generator.__main__",
    "generator.preview",
    "generator.importers",
    "generator.build",
    "generator.publish",
    "generator.render",
    "generator.read",
    "generator.data",
    "generator.config",
    "generator.address",
    "generator.errors",
]
BEFORE_ANY_PAGE = {"generator.config"}  # config reads its file with the loaders of `data`
# `render` holds rooms of its own: tags and markup know the values, and render.py knows them.
MAY_TOUCH_THE_DISK = {
    "generator/config.py",
    "generator/data",
    "generator/preview/diff.py",
    "generator/preview/live.py",
    "generator/preview/observe.py",
    "generator/preview/response.py",
    "generator/preview/serve.py",
    "generator/importers/landing.py",
    "generator/importers/old_site.py",
    "generator/publish/assets.py",
    "generator/publish/exchange.py",
    "generator/publish/output.py",
    "generator/publish/repair.py",
    "generator/read/source.py",
    "generator/read/scaffold.py",
    "generator/render/cache.py",
    "generator/render/drawings.py",
    "generator/render/liquid/tex.py",
}
TOUCHES_THE_DISK = re.compile(r"\b(open|read_text|read_bytes|write_text|write_bytes|unlink|rename|mkdir)\(")


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def every_module() -> list[Path]:
    return [*modules("generator"), *modules("experiments")]


def name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room(module: str) -> int | None:
    return next((i for i, prefix in enumerate(ROOMS) if module == prefix or module.startswith(prefix + ".")), None)


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("path", modules("generator"), ids=name)
def test_a_room_imports_only_lower_rooms(path: Path):
    own = room(name(path))
    upward = [
        target for target in imports(path) if (other := room(target)) is not None and own is not None and other < own
    ]
    if name(path) in BEFORE_ANY_PAGE:
        upward = [target for target in upward if not target.startswith("generator.data")]

    assert upward == []


@pytest.mark.parametrize("path", modules("generator"), ids=name)
def test_the_generator_knows_neither_torch_nor_the_experiments(path: Path):
    foreign = {target.split(".")[0] for target in imports(path)} & {"torch", "transformers", "sklearn", "experiments"}

    assert foreign == set()


@pytest.mark.parametrize("path", modules("experiments"), ids=name)
def test_an_experiment_sees_its_family_and_the_contract_only(path: Path):
    family = ".".join(name(path).split(".")[:2])
    ours = {target for target in imports(path) if target.split(".")[0] in {"generator", "experiments"}}
    allowed = ("generator.data.artifacts", "generator.data.staleness", "generator.data.closure", "generator.errors")
    is_runner = family in {"experiments.runner", "experiments.__main__"}
    if is_runner:
        ours = {target for target in ours if not target.startswith((*allowed, "experiments.runner", "generator.data"))}
    else:
        # A mistake in a Config is told as any other writer's; private files are written as whole as artifacts.
        seen = (family, "generator.errors", "generator.data.artifacts")
        ours = {target for target in ours if not target.startswith(seen) and target != "experiments"}

    assert ours == set()


@pytest.mark.parametrize("path", every_module(), ids=name)
def test_files_and_functions_stay_short_enough_to_read(path: Path):
    text = path.read_text()
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [f.name for f in functions if (f.end_lineno or 0) - f.lineno >= LONGEST_FUNCTION]

    assert len(text.splitlines()) <= LONGEST_FILE
    assert long == []


@pytest.mark.parametrize("path", modules("generator"), ids=name)
def test_the_disk_is_touched_in_few_places(path: Path):
    relative = path.relative_to(ROOT).as_posix()
    allowed = any(relative == place or relative.startswith(place + "/") for place in MAY_TOUCH_THE_DISK)
    found = [] if allowed else TOUCHES_THE_DISK.findall(path.read_text())

    assert found == []


def test_the_tree_in_the_design_notes_is_the_tree_on_disk():
    """Each module's line in DESIGN.md is the first line of its docstring."""
    design = (ROOT / "DESIGN.md").read_text()
    told = dict(re.findall(r"^(\S+\.py) {2,}(.+)$", design, re.MULTILINE))
    real = {
        path.relative_to(ROOT).as_posix(): (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n")[0]
        for path in every_module()
        if path.name != "__init__.py"
    }

    assert told == real


@pytest.mark.parametrize(
    ("command", "absent"),
    [
        (["-m", "generator", "--help"], {"matplotlib", "numpy", "torch", "jinja2", "markdown_it", "pygments", "yaml"}),
        (["-m", "experiments", "list"], {"torch", "numpy", "sklearn", "transformers", "jinja2", "matplotlib"}),
    ],
    ids=["generator --help", "experiments list"],
)
def test_a_light_command_imports_light(command: list[str], absent: set[str]):
    code = f"""
import atexit, runpy, sys
atexit.register(lambda: print("LOADED", *sorted({absent!r} & set(sys.modules))))
sys.argv = {command!r}[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.stdout.splitlines()[-1] == "LOADED"
