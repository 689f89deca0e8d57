"""Pages about runs, from a small site with experiments whose artifacts and records are real files."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

from generator.data.artifacts import Artifact, Record, data_folder, encode, sha256
from generator.data.closure import closure

EXPERIMENT = '''"""A path that reaches zero & stays <there>."""
WRITES = {"best": "scalar"}


def run(config, log):
    return {}
'''
POST = "-- posts/2026-01-02-zero.md --\n---\ntitle: Zero *exactly*\n---\nThe loss is {{ data.lasso.path.best.loss }}.\n"


def publish(root: Path, name: str = "lasso.path", **more: object) -> None:
    """Write an experiment with a finished run."""
    source = root / "experiments" / f"{name.replace('.', '/')}.py"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(EXPERIMENT)
    folder = root / data_folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    content = encode("scalar", {"loss": 0.25})
    (folder / "best.yaml").write_bytes(content)
    code = closure(root, name)
    record = Record(
        name=name,
        command=f"python -m experiments run {name}",
        artifacts={"best": Artifact("scalar", "best.yaml", sha256(content))},
        code=code.symbols,
        sources=code.sources,
        **more,  # type: ignore[arg-type]
    )
    (folder / "record.json").write_bytes(record.to_bytes())


def rows(page: str) -> list[tuple[str, ...]]:
    """Return the lines of a page's tables as plain text."""
    lines = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [
        tuple(html.unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd].*?</t[hd]>", line))
        for line in lines
    ]


def runs(built) -> list[str]:
    return [path for path in built.paths if path.startswith("runs/")]


def test_a_run_has_a_page_with_its_artifacts_beside_it(site, tmp_path: Path):
    publish(tmp_path)
    built = site(POST)

    assert runs(built) == [
        "runs/index.html",
        "runs/lasso/path/best.yaml",
        "runs/lasso/path/index.html",
        "runs/lasso/path/record.json",
    ]
    assert built["runs/lasso/path/best.yaml"] == "loss: 0.25\n"
    assert json.loads(built["runs/lasso/path/record.json"])["name"] == "lasso.path"


def test_the_page_tells_all_that_was_recorded(site, tmp_path: Path):
    publish(
        tmp_path,
        preset="full",
        config={"lr": 0.1, "name": "<b>", "sizes": [1, 2], "none": None},
        seeds=(0, 1),
        git={"commit": "0123456789abcdef", "dirty": True},
        packages={"torch": "2.9", "numpy": "2.3"},
        python="3.11.7",
        hardware={"cpu": "Some CPU", "cores": 2, "gpu": ""},
        threads=2,
        date="2026-01-01",
        seconds=7384.0,
        peak_memory_mb=1239,
        warnings=("it ran out of disk once",),
        files={"data/in.txt": "00"},
        accepted=({"date": "2026-02-03", "reason": "a comment & no more", "changes": ["x"]},),
    )
    page = site(POST)["runs/lasso/path/index.html"]
    digest = sha256(encode("scalar", {"loss": 0.25}))[:12]
    code = closure(tmp_path, "lasso.path").symbols

    assert rows(page) == [
        ("preset", "full"),
        ("seeds", "0, 1"),
        ("date", "2026-01-01"),
        ("took", "2\u202fh 3\u202fmin"),
        ("peak memory", "1,239 MB"),
        ("commit", "0123456789ab with uncommitted changes"),
        ("python", "3.11.7"),
        ("packages", "numpy 2.3, torch 2.9"),
        ("hardware", "cpu Some CPU, cores 2"),
        ("threads", "2"),
        ("reads", "data/in.txt"),
        ("accepted 2026-02-03", "a comment & no more"),
        ("remark", "it ran out of disk once"),
        ("lr", "0.1"),
        ("name", "<b>"),
        ("sizes", "[1, 2]"),
        ("none", "null"),
        ("name", "kind", "file", "SHA-256"),
        ("best", "scalar", "best.yaml", digest),
        ("record", "how they were made", "record.json", ""),
        *((symbol.partition("::")[2], digest[:12]) for symbol, digest in sorted(code.items())),
    ]
    assert '<p class="claim">A path that reaches zero &amp; stays &lt;there&gt;.</p>' in page
    assert '<pre class="command"><code>python -m experiments run lasso.path</code></pre>' in page


def test_the_posts_that_read_a_run_are_linked_from_its_page(site, tmp_path: Path):
    publish(tmp_path)
    page = site(POST + "-- posts/2026-01-03-other.md --\nNothing is read.\n")["runs/lasso/path/index.html"]

    readers = page[page.index('<ul class="readers">') : page.index("</ul>", page.index('<ul class="readers">'))]
    assert re.findall(r'<a href="([^"]*)">(.*?)</a>', readers) == [
        ("../../../2026/01/02/zero/", "Zero <em>exactly</em>")
    ]


def test_a_run_whose_input_is_another_links_to_it(site, tmp_path: Path):
    publish(tmp_path)
    publish(tmp_path, "lasso.after", inputs={"lasso.path": "00", "gone.run": "00"})
    page = site("")["runs/lasso/after/index.html"]

    assert '<td><a href="../../../runs/lasso/path/">lasso.path</a></td>' in page
    assert "<td>gone.run</td>" in page


def test_the_index_tells_every_run_also_one_that_never_ran(site, tmp_path: Path):
    publish(tmp_path, date="2026-01-01", seconds=4.61)
    publish(tmp_path, "lasso.waits")
    (tmp_path / "_data/lasso/waits/record.json").unlink()
    (tmp_path / "_data/lasso/waits/best.yaml").unlink()
    built = site(POST)
    index = " ".join(html.unescape(re.sub("<[^>]+>", "", built["runs/index.html"].partition("<h1>")[2])).split())

    assert "runs/lasso/waits/index.html" not in built.paths
    assert index.startswith(
        "Runs lasso.path fresh A path that reaches zero & stays <there>. 2026-01-01 4.6 s Read by Zero exactly"
        " lasso.waits pending never run python -m experiments run lasso.waits A path that reaches zero"
    )


def test_a_run_that_is_not_fresh_says_why_and_what_to_do(site, tmp_path: Path):
    publish(tmp_path)
    source = tmp_path / "experiments/lasso/path.py"
    source.write_text(source.read_text().replace("return {}", "return {1: 2}"))
    page = " ".join(site(POST)["runs/lasso/path/index.html"].split())

    assert (
        '<p class="state stale"><strong>stale</strong> <span>experiments/lasso/path.py::run changed</span>'
        " <code>python -m experiments run lasso.path</code></p>" in page
    )


def test_artifacts_whose_experiment_is_gone_keep_their_page(site, tmp_path: Path):
    publish(tmp_path)
    (tmp_path / "experiments/lasso/path.py").unlink()
    built = site(POST)

    assert "runs/lasso/path/index.html" in built.paths
    assert '<p class="claim">' not in built["runs/lasso/path/index.html"]


def test_a_missing_or_foreign_file_is_not_offered(site, tmp_path: Path):
    publish(tmp_path)
    record = json.loads((tmp_path / "_data/lasso/path/record.json").read_text())
    record["artifacts"]["secret"] = {"kind": "table", "file": "../../../secret.yaml", "sha256": "00"}
    record["artifacts"]["lost"] = {"kind": "table", "file": "lost.yaml", "sha256": "11"}
    (tmp_path / "_data/lasso/path/record.json").write_text(json.dumps(record))
    (tmp_path / "secret.yaml").write_text("1")
    built = site("")

    assert runs(built) == [
        "runs/index.html",
        "runs/lasso/path/best.yaml",
        "runs/lasso/path/index.html",
        "runs/lasso/path/record.json",
    ]
    made = rows(built["runs/lasso/path/index.html"])
    assert ("secret", "table", "missing", "00") in made
    assert ("lost", "table", "missing", "11") in made


def test_a_page_of_the_authors_own_wins(site, tmp_path: Path):
    publish(tmp_path)
    built = site("-- site/pages/runs.md --\nMine.\n-- site/static/runs/lasso/path/index.html --\nAlso mine.\n")

    assert runs(built) == ["runs/index.html", "runs/lasso/path/index.html"]
    assert "<p>Mine.</p>" in built["runs/index.html"]
    assert built["runs/lasso/path/index.html"] == "Also mine.\n"


def test_a_site_without_experiments_has_no_runs_and_no_link_to_them(site):
    built = site("-- posts/2026-01-02-x.md --\nText.\n")

    assert runs(built) == []
    assert "runs/" not in built["index.html"]


def test_the_footer_of_every_page_links_to_the_runs(site, tmp_path: Path):
    publish(tmp_path)

    assert '<a href="../../../../runs/">Runs</a>' in site(POST)["2026/01/02/zero/index.html"]


def test_what_a_run_recorded_is_text_whatever_it_holds(site, tmp_path: Path):
    hostile = '<script>alert("x")</script> | ` \ufdd01\ufdd1 \u202e ' + "x" * 10_000
    publish(
        tmp_path,
        config={"name": hostile, "nan": float("nan"), "deep": {"a": ["<b>", None]}},
        hardware={"cpu": hostile},
        warnings=(hostile,),
        accepted=({"reason": "<i>"},),
    )
    page = site(POST)["runs/lasso/path/index.html"]
    shown = hostile.replace("\ufdd0", "\ufffd").replace("\ufdd1", "\ufffd")

    assert "<script>alert" not in page
    assert [row for row in rows(page) if row[0] in {"accepted", "name", "nan", "deep", "remark"}][:5] == [
        ("accepted", "<i>"),
        ("remark", shown),
        ("name", shown),
        ("nan", "NaN"),
        ("deep", '{"a": ["<b>", null]}'),
    ]
