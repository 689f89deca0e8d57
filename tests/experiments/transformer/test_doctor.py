"""The doctor names each planted bug, finds nothing in what is sound, and is clear about files it cannot examine."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from experiments.__main__ import main
from experiments.transformer.doctor import FLOOR, QUESTIONS, Finding, examine
from experiments.transformer.patient import VOCABULARY, make_rows
from generator.errors import SiteError, flatten

SOUND = (Path(__file__).parent / "patients/sound.py").read_text()
Change = tuple[str, str]


@pytest.fixture
def patient(tmp_path: Path) -> Callable[..., str]:
    """Write the sound file with some of its text changed; return its path."""

    def write(*changes: Change) -> str:
        text = SOUND
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "model.py").write_text(text)
        return str(tmp_path / "model.py")

    return write


def findings_of(file: str) -> list[Finding]:
    return [said for said in examine(file) if isinstance(said, Finding)]


def bad(file: str) -> dict[str, Finding]:
    return {finding.question: finding for finding in findings_of(file) if not finding.is_good}


@pytest.mark.parametrize("file", ["", "sound"])
def test_what_is_sound_gets_ten_good_answers(file: str, patient: Callable[..., str]):
    findings = findings_of(patient() if file else "")

    assert [(finding.question, finding.is_good) for finding in findings] == [
        ("knows nothing at the start", True),
        ("cannot see the future", True),
        ("evaluates without dropout", True),
        ("the same seed gives the same run", True),
        ("one batch stays one batch", True),
        ("learns one batch by heart", True),
        ("learning rate is not too large", True),
        ("softmax comes once", True),
        ("predicts the next id", True),
        ("gradients reach every parameter", True),
    ]


def test_the_guide_tells_of_each_question():
    guide = (Path(__file__).parents[3] / "site/pages/guide/models.md").read_text()
    rows = [line.split(" | ")[0].removeprefix("| ") for line in guide.splitlines() if line.startswith("| ")]

    assert sorted(rows[1:]) == sorted(QUESTIONS)


# the six bugs of the journal ------------------------------------------------
DROPOUT = ("nn.Dropout(0.0)", "nn.Dropout(0.2)")
LEARNS = "learns one batch by heart"
BUGS: dict[str, tuple[list[Change], set[str]]] = {
    "softmax before the cross-entropy": (
        [("logits = model(ids)", "logits = model(ids).softmax(-1)")],
        {LEARNS, "softmax comes once"},
    ),
    "reshuffled loader": (
        [("picked = rows[:8]", "picked = rows[torch.randperm(len(rows))[:8]]")],
        {LEARNS, "one batch stays one batch"},
    ),
    "learning rate 0.1": ([("lr=0.005", "lr=0.1")], {"learning rate is not too large"}),
    "unmasked future": ([("x, mask=mask, is_causal=True", "x")], {"cannot see the future"}),
    "labels not shifted": ([("picked[:, 1:]", "picked[:, :-1]")], {"predicts the next id"}),
    "dropout left on in evaluation": ([DROPOUT, ("    model.eval()\n", "")], {"evaluates without dropout"}),
}


@pytest.mark.parametrize("name", BUGS)
def test_each_planted_bug_is_named(name: str, patient: Callable[..., str]):
    changes, questions = BUGS[name]

    assert set(bad(patient(*changes))) == questions


def test_dropout_by_itself_is_no_bug(patient: Callable[..., str]):
    assert bad(patient(DROPOUT)) == {}


# others ---------------------------------------------------------------------
FORWARD = "return self.head(self.body(x, mask=mask, is_causal=True))"


@pytest.mark.parametrize(
    ("changes", "question", "text"),
    [
        (
            [(FORWARD, FORWARD + ".softmax(-1)")],
            "softmax comes once",
            "the outputs are probabilities, each row adds up to 1",
        ),
        (
            [("self.dropout(self", "nn.functional.dropout(self"), ("weight[:length])", "weight[:length], 0.2)")],
            "evaluates without dropout",
            "dropout that knows of `model.eval()`",
        ),
        (
            [("logits = model(ids)", "logits, targets = model(ids)[:, :-1], targets[:, 1:]")],
            "predicts the next id",
            "are the id after the next",
        ),
        (
            [("self.tokens(ids) +", "self.tokens(ids).detach() +")],
            "gradients reach every parameter",
            "1 without: `tokens.weight`",
        ),
        (
            [("return Tiny(vocab_size, block_size)", "torch.seed(); return Tiny(vocab_size, block_size)")],
            "the same seed gives the same run",
            "no clock, no `random`, no set's order",
        ),
        (
            [
                (
                    "return Tiny(vocab_size, block_size)",
                    "m = Tiny(vocab_size, block_size); m.head.weight.data *= 20; return m",
                )
            ],
            "knows nothing at the start",
            "smaller first weights",
        ),
    ],
)
def test_other_mistakes_are_named_too(changes: list[Change], question: str, text: str, patient: Callable[..., str]):
    assert text in str(bad(patient(*changes))[question])


def test_the_floor_of_a_second_softmax_is_the_best_that_probabilities_can_do():
    """1 for the right one of 50, 0 for the others: softmax makes e / (e + 49) of it."""
    assert pytest.approx(-math.log(math.e / (math.e + 49))) == FLOOR


def test_a_bad_answer_says_what_was_measured_what_is_expected_and_what_to_try(
    patient: Callable[..., str], capsys: pytest.CaptureFixture[str]
):
    code = main(["doctor", "transformer", patient(("picked[:, 1:]", "picked[:, :-1]"))])

    *_, last = lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert last == "10 questions, 1 bad answer"
    assert lines[8:11] == [
        "✗ predicts the next id                 100% are the id that was just read",
        "    expected: the next id",
        "    try first: let `targets[:, t]` be `ids[:, t + 1]`: `ids, targets = rows[:, :-1], rows[:, 1:]`",
    ]
    assert lines[1] == "✓ cannot see the future                largest change 0"


# files that cannot be examined ----------------------------------------------
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            [("def loss(model", "def loss(model"), ("logits = model(ids)", "logits = model(ids, 3)")],
            "FILE:31: error: `loss` raised `TypeError: Tiny.forward() takes 2 positional arguments but 3 were given`\n"
            "   31 |     logits = model(ids, 3)",
        ),
        (
            [("length = ids.shape[1]", "length = ids.shape[2]")],
            "FILE:19: error: `forward` raised `IndexError: tuple index out of range`\n"
            "   19 |         length = ids.shape[2]",
        ),
        (
            [("def build(vocab_size, block_size, generator)", "def build(vocab_size)")],
            "FILE: error: `build` raised `TypeError: build() takes 1 positional argument but 3 were given`",
        ),
        (
            [("import torch\n", "import torch\nraise SystemExit(0)\n")],
            "FILE:4: error: loading this file ended the program\n    4 | raise SystemExit(0)\n"
            'hint: no `exit` on the way; keep its training behind `if __name__ == "__main__":`',
        ),
        (
            [("return Tiny(vocab_size, block_size)", "exit(3)")],
            "FILE:27: error: `build` ended the program\n   27 |     exit(3)\n"
            'hint: no `exit` on the way; keep its training behind `if __name__ == "__main__":`',
        ),
        (
            [("def build(", "build = 3\n\n\ndef make(")],
            "FILE: error: `build` is of type `int` and cannot be called\n"
            "hint: the file needs `build(vocab_size, block_size, generator)`, "
            "which returns a module from ids to logits",
        ),
        (
            [("return Tiny(vocab_size, block_size)", 'raise AssertionError("Torch not compiled with CUDA enabled")')],
            "FILE:27: error: `build` raised `AssertionError: Torch not compiled with CUDA enabled`\n"
            '   27 |     raise AssertionError("Torch not compiled with CUDA enabled")\n'
            "hint: everything runs on the CPU: leave the device out",
        ),
        (
            [("return Tiny(vocab_size, block_size)", "return nn.Identity()")],
            "FILE: error: the model has no parameters\n"
            "hint: let layers be attributes of the module; a list of them should be an `nn.ModuleList`",
        ),
        (
            [
                ("return picked[:, :-1], picked[:, 1:]", "return rows"),
                ("return torch.optim.Adam(model.parameters(), lr=0.005)", "return None"),
                ("    model.eval()\n", "    return None\n"),
            ],
            "FILE: error: `batch` returned no pair of tensors of one shape\n"
            "hint: return `(ids, targets)`, two tensors of one shape (B, T)\n"
            "FILE: error: `evaluate` returned a `NoneType`\nhint: return one number\n"
            "FILE: error: `optimizer` returned a `NoneType`\nhint: return a `torch.optim.Optimizer`",
        ),
        (
            [("picked = rows[:8]", "picked = rows[:0]")],
            "FILE: error: `batch` returned ids of shape `(0, 24)`\nhint: at least one row of two ids is needed",
        ),
        (
            [("def build(", "def built(")],
            "FILE: error: there is no `build` in this file\nhint: is it `built`?",
        ),
        (
            [("import torch\n", "import torch\nimport torchh\n")],
            "FILE:4: error: loading this file raised `ModuleNotFoundError: No module named 'torchh'`\n"
            "    4 | import torchh",
        ),
        (
            [("class Tiny(nn.Module):", "class Tiny(nn.Module)")],
            "FILE:8:22: error: loading this file raised `SyntaxError: expected ':'`\n"
            "    8 | class Tiny(nn.Module)\n      |                      ^",
        ),
        (
            [("return Tiny(vocab_size, block_size)", "return 3")],
            "FILE: error: `build` returned a `int`\nhint: return an `nn.Module`",
        ),
        (
            [("logits = model(ids)", "return model(ids)")],
            "FILE: error: `loss` returned a `tensor of shape (64, 24, 50)`\nhint: return one number as a tensor",
        ),
        (
            [("nn.Linear(32, vocab_size)", "nn.Linear(32, 7)"), ("def loss(", "def judge(")],
            "FILE: error: the model returned `(64, 24, 7)` for ids of shape `(64, 24)`\n"
            "hint: return logits of shape `(64, 24, 50)`",
        ),
        (
            [("return picked[:, :-1], picked[:, 1:]", "return picked")],
            "FILE: error: `batch` returned no pair of tensors of one shape\n"
            "hint: return `(ids, targets)`, two tensors of one shape (B, T)",
        ),
        (
            [("return torch.optim.Adam(model.parameters(), lr=0.005)", "return None")],
            "FILE: error: `optimizer` returned a `NoneType`\nhint: return a `torch.optim.Optimizer`",
        ),
    ],
)
def test_what_a_file_gets_wrong_is_told_with_its_line_and_no_traceback(
    changes: list[Change], message: str, patient: Callable[..., str], capsys: pytest.CaptureFixture[str]
):
    file = patient(*changes)

    assert main(["doctor", "transformer", file]) == 2
    assert capsys.readouterr().err == message.replace("FILE", file) + "\n"


@pytest.mark.parametrize("name", ["model.py", "./model.py", "folder/../model.py"])
def test_the_line_is_found_however_the_file_is_named(
    name: str, patient: Callable[..., str], monkeypatch: pytest.MonkeyPatch
):
    home = Path(patient(("length = ids.shape[1]", "length = self.nothing"))).parent
    (home / "folder").mkdir()
    monkeypatch.chdir(home)

    with pytest.raises(ExceptionGroup) as told:
        list(examine(name))

    assert [str(mistake) for mistake in flatten(told.value)] == [
        f"{name}:19: error: `forward` raised `AttributeError: 'Tiny' object has no attribute 'nothing'`\n"
        "   19 |         length = self.nothing"
    ]


def test_a_mistake_in_what_the_file_imports_is_told_at_the_import(patient: Callable[..., str]):
    file = patient(("import torch\n", "import torch\nimport beside_the_patient\n"))
    (Path(file).parent / "beside_the_patient.py").write_text("x = 1\ny = (\n")

    with pytest.raises(SiteError) as told:
        list(examine(file))

    assert str(told.value) == (
        f"{file}:4: error: loading this file raised `SyntaxError: '(' was never closed`\n"
        "    4 | import beside_the_patient"
    )


def test_a_file_may_hold_a_dataclass_whose_annotations_are_text(patient: Callable[..., str]):
    extra = "from dataclasses import dataclass\n\n\n@dataclass\nclass Config:\n    width: 'int' = 32\n"

    assert next(examine(patient(("import torch\n", f"import torch\n{extra}")))).is_good


# what nobody asks for -------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "warning"),
    [
        (
            ("def optimizer(model)", "def optimiser(model)"),
            "FILE:40: warning: nobody asks for `optimiser`; a default stands in\n"
            "   40 | def optimiser(model):\nhint: did you mean `optimizer`?",
        ),
        (
            ("def batch(rows, step)", "def get_batch(rows, step)"),
            "FILE:35: warning: nobody asks for `get_batch`; a default stands in\n"
            "   35 | def get_batch(rows, step):\nhint: did you mean `batch`?",
        ),
        (
            ("def batch(rows, step)", "batch = 8\n\n\ndef choose(rows, step)"),
            "FILE: warning: `batch` is of type `int` and cannot be called; a default stands in\n"
            "hint: what is asked is `batch(rows, step)`",
        ),
    ],
)
def test_what_looks_like_a_function_of_the_contract_is_warned_of(
    change: Change, warning: str, patient: Callable[..., str]
):
    file = patient(change)

    assert str(next(examine(file))) == warning.replace("FILE", file)


def test_a_warning_is_no_answer(patient: Callable[..., str], capsys: pytest.CaptureFixture[str]):
    file = patient(("def evaluate(", "def eval_loss("), ("def optimizer(model)", "def optimizers(model)"))

    assert main(["doctor", "transformer", file]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "10 questions, 0 bad answers"
    assert err == (
        f"{file}:40: warning: nobody asks for `optimizers`; a default stands in\n"
        "   40 | def optimizers(model):\nhint: did you mean `optimizer`?\n"
    )


@pytest.mark.parametrize("name", ["get_batch", "batches", "my_loss"])
def test_a_helper_beside_the_function_it_is_named_after_is_not_warned_of(name: str, patient: Callable[..., str]):
    file = patient(("def build(", f"def {name}(rows):\n    return rows\n\n\ndef build("))

    assert isinstance(next(examine(file)), Finding)


# numbers that are none ------------------------------------------------------
HEAD = "return self.head(self.body(x, mask=mask, is_causal=True))"
START = "✗ knows nothing at the start           "


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            (HEAD, f"{HEAD} * math.nan"),
            f"{START}the loss is nan, the logits hold nan; no other question is asked\n    expected: numbers\n"
            "    try first: look in `forward` for a row of scores that is all `-inf`, a division by zero, "
            "a root below zero",
        ),
        (
            ("return cross_entropy(", "return math.inf * cross_entropy("),
            f"{START}the loss is inf, the logits are numbers; no other question is asked\n    expected: numbers\n"
            "    try first: look in `loss` for the logarithm of zero or the mean of nothing",
        ),
        (
            (
                "self.head = nn.Linear(32, vocab_size)",
                "self.head = nn.Linear(32, vocab_size); self.head.bias.data /= 0",
            ),
            f"{START}the loss is nan, the logits hold inf; no other question is asked\n    expected: numbers\n"
            "    try first: first weights that are numbers: `head.bias` is not finite as `build` returns it",
        ),
    ],
)
def test_a_loss_that_is_no_number_is_told_once(
    change: Change, told: str, patient: Callable[..., str], capsys: pytest.CaptureFixture[str]
):
    file = patient(("import torch\n", "import math\n\nimport torch\n"), change)

    assert main(["doctor", "transformer", file]) == 1
    assert capsys.readouterr().out == f"{told}\n1 question, 1 bad answer\n"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            [
                (HEAD, HEAD.replace("return", "x =") + "; x[:, :, 0] = -math.inf; return x"),
                (", targets.f", ", targets.clamp(1).f"),
            ],
            "✓ cannot see the future                largest change 0",
        ),
        (
            [(HEAD, f"{HEAD} * (math.nan if len(ids) == 4 and ids[0, 9] == {{}} else 1)")],
            "✗ cannot see the future                largest change inf, from 1 of 23 positions",
        ),
    ],
    ids=["an id that is ruled out", "a change that ends in nan"],
)
def test_what_stays_infinite_is_no_change_and_what_becomes_nan_is_one(
    changes: list[Change], told: str, patient: Callable[..., str]
):
    changed = (int(make_rows()[0, 9]) + 1) % VOCABULARY
    file = patient(("import torch\n", "import math\n\nimport torch\n"), *((a, b.format(changed)) for a, b in changes))

    assert str(list(islice(examine(file), 2))[1]).splitlines()[0] == told


def test_an_evaluation_that_is_no_number_is_told(patient: Callable[..., str]):
    found = bad(patient(("return loss(model, ids, targets).item()", "return float('nan')")))

    assert [str(finding) for finding in found.values()] == [
        "✗ evaluates without dropout            nan, then nan nats\n"
        "    expected: numbers\n"
        "    try first: look in `evaluate`: dropout off, `loss` itself is 4.1814"
    ]


def test_a_gradient_that_is_no_number_is_told_and_not_blamed_on_the_rate(patient: Callable[..., str]):
    """The root of zero is zero, and its derivative is infinite."""
    root = "x = x + (self.places.weight[:length] * 0).pow(2).sum(-1, keepdim=True).sqrt()"
    found = bad(patient(("        mask = ", f"        {root}\n        mask = ")))

    assert [str(finding) for finding in found.values()] == [
        "✗ learns one batch by heart            4.18 nats after 2 steps, then is not finite\n"
        "    expected: under 0.01 in 400 steps\n"
        "    try first: a loss that stays finite: see `learning rate is not too large`",
        "✗ learning rate is not too large       "
        "with 0.005 the loss jumps from 4.18 to inf, and comes to 4.18, then is not finite\n"
        "    expected: no jump by more than 1 nat, and no smaller rate that does better\n"
        "    try first: it is not the rate: see `gradients reach every parameter`",
        "✗ gradients reach every parameter      not finite at the first step: `places.weight`\n"
        "    expected: numbers\n"
        "    try first: look for the root, logarithm or norm of zero, or a `where` over one: "
        "its gradient is nan or infinite",
    ]


def test_a_rate_that_makes_the_loss_no_number_is_too_large(patient: Callable[..., str]):
    found = bad(patient(("lr=0.005", "lr=1e30")))

    assert list(found) == ["learns one batch by heart", "learning rate is not too large"]
    assert "nan" not in "".join(str(finding) for finding in found.values())


def test_a_training_whose_first_loss_is_no_number_is_told(patient: Callable[..., str]):
    change = ("return cross_entropy(", "return (float('nan') if model.training else 1) * cross_entropy(")

    assert str(bad(patient(change))["the same seed gives the same run"]) == (
        "✗ the same seed gives the same run     the first loss of a training is not finite\n"
        "    expected: a number\n"
        "    try first: look at what `model.train()` turns on: with it off the loss is finite"
    )


# stopped --------------------------------------------------------------------
CTRL_C = "raise KeyboardInterrupt"  # what a loop that never ends is stopped with


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("import torch\n", f"import torch\n{CTRL_C}\n"),
            f"FILE:4: stopped: it was being loaded\n    4 | {CTRL_C}\n",
        ),
        (
            ("length = ids.shape[1]", CTRL_C),
            f"FILE:19: stopped: each of its functions was being called once\n   19 |         {CTRL_C}\n",
        ),
        (
            ("picked = rows[:8]", f"picked = rows[:8]\n    if step == 1:\n        {CTRL_C}"),
            f"FILE:38: stopped: the question was `one batch stays one batch`\n   38 |         {CTRL_C}\n",
        ),
    ],
    ids=["loading", "forward", "a question"],
)
def test_a_file_that_is_stopped_is_named_with_the_question(
    change: Change, told: str, patient: Callable[..., str], capsys: pytest.CaptureFixture[str]
):
    file = patient(change)

    assert main(["doctor", "transformer", file]) == 130
    answers = [line for line in capsys.readouterr().out.splitlines(keepends=True) if line[0] != "✓"]
    assert "".join(answers) == told.replace("FILE", file)


def test_a_file_that_is_not_there_is_told():
    with pytest.raises(SiteError) as told:
        list(examine("nowhere.py"))

    assert str(told.value) == (
        "error: there is no file `nowhere.py`\n"
        "hint: the file needs `build(vocab_size, block_size, generator)`, which returns a module from ids to logits"
    )


def test_a_family_without_a_doctor_is_told(capsys: pytest.CaptureFixture[str]):
    assert main(["doctor", "group_lasso"]) == 2
    assert capsys.readouterr().err == (
        "error: there is no doctor for `group_lasso`\nhint: these have one: `transformer`\n"
    )
