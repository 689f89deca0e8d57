"""A Jekyll blog with every construct of old posts builds here, its posts byte for byte as they were.

`tests/golden/jekyll_blog/` is a site Jekyll builds; its `expected/` holds the first post as Jekyll built it, and what
Ruby Liquid prints for its table and chat blocks: `ruby tests/golden/jekyll_blog/oracle.rb`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from generator.build import Options, build
from generator.config import load_config
from generator.data.ledger import Ledger
from generator.data.tree import Tree
from generator.read.page import Page, parse
from generator.read.source import Source
from generator.render.expand import expand
from generator.render.render import make_tools
from generator.render.values import reveal
from tests.conftest import NOW, BuiltSite
from tests.generator.render.markup.kramdown.test_oracle import tree

GOLDEN = Path(__file__).parents[1] / "golden" / "jekyll_blog"
PARROT, GROUPS = "posts/2021-07-14-parrot.md", "posts/2020-08-03-groups.md"
PLACES = {"_posts": "posts", "_data": "_data", "_assets": "_assets", "_includes": "site/includes"}
CONFIG = """\
title: Small parrots
url: https://parrots.example.org
author: Robin
permalink: pretty
templating: liquid
markup: kramdown
params:
  author: {name: Robin}
"""
BLOCKS = {
    "sweep.html": r'<table class="sweep">.*?</table>',
    "places.html": r"<table>.*?</table>",
    "settings.md": r"^Setting \| Value\n.*?(?=\{: \.settings\})",
    "chat.md": r"^```\n.*?^```$",
    "control.md": r"^## Control\n.*?(?=^Slug:)",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Jekyll site with its folders where ours are; not one file is changed."""
    root = tmp_path_factory.mktemp("jekyll")
    for theirs, ours in PLACES.items():
        shutil.copytree(GOLDEN / theirs, root / ours)
    (root / "site" / "pages").mkdir()
    shutil.copy(GOLDEN / "about.md", root / "site" / "pages")
    (root / "site" / "config.yaml").write_text(CONFIG)
    return root


@pytest.fixture(scope="module")
def built(root: Path) -> BuiltSite:
    return BuiltSite(root, build(Options(source=root, output=root / "_site", now=NOW, jobs=1))[0])


def prose(built: BuiltSite, url: str) -> str:
    return re.sub(r"\s+", " ", built.body(url))


def test_the_posts_build_where_jekyll_had_them(built: BuiltSite):
    assert built.post_urls == ["/notes/2021/07/14/parrot/", "/2020/08/03/groups/"]
    assert 'href="../notes/2021/07/14/parrot/">the parrot</a>' in built["about/index.html"]
    assert built.warnings == [
        f"{GROUPS}:25:1: warning: a drawing in TeX (`dot2tex`) is shown as its source\n"
        "   25 | {% latex class=center usepackages=tikz,dot2texi %}\n"
        "      | ^\n"
        "hint: TeX would have to start Graphviz for it: put a picture in its place, `dot -Tsvg` draws one"
    ]


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_is_what_ruby_liquid_prints_byte_for_byte(root: Path, name: str):
    config, tree, ledger = load_config(root), Tree(root), Ledger(root)
    page = parse(Source(PARROT, (root / PARROT).read_text(), ""), config)
    expanded = expand(page, tree.view(), make_tools(root, config, tree, ledger, [page, groups(root)]).language)

    found = re.search(BLOCKS[name], reveal(expanded.text, expanded.values), re.DOTALL | re.MULTILINE)

    assert found is not None
    assert found[0].encode() == (GOLDEN / "expected" / name).read_bytes()


def groups(root: Path) -> Page:
    return parse(Source(GROUPS, (root / GROUPS).read_text(), ""), load_config(root))


def test_the_whole_post_is_the_page_that_jekyll_builds(built: BuiltSite):
    """As trees, but for how code is coloured; `test_oracle` says what else is left out."""
    theirs = re.sub(
        r"\\[()]", "$", (GOLDEN / "expected" / "parrot.html").read_text(encoding="utf-8")
    )  # MathJax's marks

    assert uncoloured(tree(built.body("/notes/2021/07/14/parrot/"))) == uncoloured(tree(theirs))


def uncoloured(nodes: list[object]) -> list[object]:
    """Return a tree with its listings as text alone, without the boxes, classes and line numbers around them."""
    return [node if isinstance(node, str) else _uncoloured(*node) for node in nodes]  # type: ignore[misc]


def _uncoloured(tag: str, attributes: dict[str, str], inside: list[object]) -> list[object]:
    names = attributes.get("class", "")
    if tag == "pre" or "highlight" in names.split() or ("highlighter-rouge language-" in names and tag == "div"):
        return ["pre", re.sub(r"^(?:\d+\n)+", "", _words(inside).strip("\n"))]
    kept = {} if tag == "code" else attributes
    return [tag, kept, uncoloured(inside)]


def _words(nodes: list[object]) -> str:
    return "".join(node if isinstance(node, str) else _words(node[2]) for node in nodes)  # type: ignore[index]


def test_the_stored_output_is_what_ruby_makes_today():
    stored = {name: (GOLDEN / "expected" / name).read_text() for name in ("parrot.html", *BLOCKS)}
    ruby = shutil.which("ruby")
    command = [ruby or "", "-EUTF-8:UTF-8", str(GOLDEN / "oracle.rb"), "--print"]
    printed = json.loads(subprocess.run(command, capture_output=True, check=True).stdout) if ruby else stored

    assert printed == stored


def test_a_value_of_the_data_is_text_wherever_it_stands(built: BuiltSite):
    assert (
        '<pre tabindex="0"><code>&gt;&gt;&gt; What do you do on Sundays?\n'
        "Parrot: I climb &lt;small&gt; walls &amp; *nothing* else.\n\n\n"
        "&gt;&gt;&gt; Indoors?\n"
        "Parrot: Mostly ``` indoors | if it rains.\n\n\n"
        "</code></pre>"
    ) in built.body("/notes/2021/07/14/parrot/")


@pytest.mark.parametrize(
    "piece",
    [
        'A <em class="term">parrot</em> repeats. This one – trained on ten years of messages – also “remembers”…',
        '<a href="https://gist.github.com/robin/0badcafe#file-train-py">Gist robin/0badcafe: train.py</a>',
        '<ul id="markdown-toc"><li><a href="#sweep-4-runs-or-so">Sweep: 4 runs, or so</a></li>',
        '<td class="col1"> 6.18e-05 </td><td class="col2"> 0.0493938 </td><td class="col3"> 2 </td>',
        '<td class="col2">Sintra</td></tr> <tr class="row2"><td class="col1">Porto</td></tr>',
        "<tr> <td><code>num_beams</code></td> <td></td> </tr>",
        "<figcaption>The loss of the best run (2021)</figcaption>",
        '<img src="/assets/img/curve.png" alt="The same curve, by the asset tag" loading="lazy" decoding="async">',
        'alt="a curve" class="inline" width="48"',
        '<span class="k">def</span> <span class="nf">parrot</span>',
        '<span class="s2">"{{ not a tag }}"</span>',
        '<code class="language-python">indented',
        "<p>odd: SINTRA; even: LISBON. 0, 1. Four runs. Cities: Lisbon and Porto. city: 2, town: 1.",
        "Slug: a-parrot-s-life; words: 3; 14 Jul 2021;",
        "<code>{&quot;name&quot;:&quot;Lisbon&quot;,&quot;kind&quot;:&quot;city&quot;,&quot;visits&quot;:3}</code>",
        '<h2 id="habits">Habits of kramdown',
        'The <abbr title="Hyper Text Markup Language">HTML</abbr> of this page',
        "“quoted”, ‘single’, the ’90s, a range 1–2 — done.",
        "<dt>term</dt> <dd>A definition, with <math",
        '<ol> <li>first <ul> <li>nested with <code class="language-ruby">code</code></li>',
        "</li> </ol> <ol> <li>a new list, which starts at one</li> </ol>",
        '<table id="totals" class="totals">',
        '<tfoot> <tr> <td style="text-align:left">sum</td>',
        '<div class="note"> <p><em>Parsed</em> inside',
        '<blockquote class="pull">',
        "<strong>한국어(Korean)</strong>는 <em>굵게</em>.",
        "Four messages, to be exact.",
    ],
)
def test_every_habit_of_the_old_post_is_understood(built: BuiltSite, piece: str):
    assert piece in prose(built, "/notes/2021/07/14/parrot/")


def test_each_latex_block_is_a_formula_with_its_source_as_the_words_for_it(built: BuiltSite):
    html = built.body("/2020/08/03/groups/")
    formulas = [re.sub(r"\s+", " ", text) for text in re.findall(r'<math alttext="([^"]*)"', html)]

    assert formulas == [
        r"\beta_j",
        r"\begin{aligned} \hat\beta &amp;= \arg\min_{\beta} \frac{1}{n} \lVert y - X\beta \rVert^2"
        r" + \lambda \sum_{g} \sqrt{d_g} \lVert \beta_g \rVert \\ d_g &amp;= \text{the size of group } g \end{aligned}",
        r"\Omega(\beta)",
        r"\beta = 0?",
        r"\lvert \beta \rvert^2",
        r"\lvert \beta \rvert_1",
        r"\lambda \geq 0",
        r"\because \lVert\cdot\rVert",
        r"x \approx \mathcal{N}(0, \Sigma) \hspace{10px} \forall i",
        r"\lVert \beta_g \rVert",
        r"\lambda_{\max} = \max_g \frac{\lVert X_g^\top y \rVert}{n \sqrt{d_g}}",
    ]
    assert html.count('<div class="equation">') == 3


def test_a_drawing_in_tex_leaves_its_source(built: BuiltSite):
    assert (
        '<details class="tex-source"><summary>A drawing in TeX that is not drawn here</summary>'
        '<div class="hl"><pre tabindex="0"><code>\\begin{dot2tex}[dot]\n'
        "digraph G { x1 -&gt; h1 [color=red]; x2 -&gt; h1; h1 -&gt; y; }\n"
        "\\end{dot2tex}</code></pre></div></details>"
    ) in built.body("/2020/08/03/groups/")


def test_the_picture_of_link_previews_is_an_asset(built: BuiltSite):
    assert (
        '<meta property="og:image" content="https://parrots.example.org/assets/img/curve.png">'
        in built["notes/2021/07/14/parrot/index.html"]
    )


def test_no_page_asks_another_site_for_a_script(built: BuiltSite):
    assert re.findall(r'<script[^>]+src="(?:https?:)?//', built["notes/2021/07/14/parrot/index.html"]) == []
