"""Tags that plugins of old sites brought: formulas, drawings, assets and links to what was embedded."""

from __future__ import annotations

import base64
import os
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import BuiltSite, SiteFactory

HEAD = "---\ntitle: A\ndate: 2020-01-01\ntemplating: liquid\n"
TIKZ = "{% latex %}\n\\begin{tikzpicture}\n\\draw (0,0) -- (1,<1);\n\\end{tikzpicture}\n{% endlatex %}"
SOURCE = (
    '<details class="tex-source"><summary>A drawing in TeX that is not drawn here</summary>'
    '<div class="hl"><pre tabindex="0"><code>\\begin{tikzpicture}\n\\draw (0,0) -- (1,&lt;1);\n\\end{tikzpicture}'
    "</code></pre></div></details>\n"
)


@pytest.fixture
def post(site: Callable[..., BuiltSite], tmp_path: Path) -> Callable[..., BuiltSite]:
    """Build one Liquid post; other files are given by their path."""

    def build(body: str, config: str = "", markup: str = "kramdown", **files: str) -> BuiltSite:
        written = {"site/config.yaml": config, "posts/a.md": f"{HEAD}markup: {markup}\n---\n{body}\n", **files}
        for path, text in written.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return site("")

    return build


@pytest.fixture
def complaints(site: Callable[..., BuiltSite]) -> Callable[[str], str]:
    """The one mistake of a post, whole."""

    def complain(body: str) -> str:
        return "\n".join(site.errors(f"-- posts/a.md --\n{HEAD}---\n{body}\n"))  # type: ignore[attr-defined]

    return complain


EQUATION = '<div class="equation"><math alttext="y" display="block"><mi>y</mi></math></div>\n'


@pytest.mark.parametrize("markup", ["kramdown", "commonmark"])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "a {% latex %}x^2{% endlatex %} b",
            '<p>a <math alttext="x^2"><msup><mi>x</mi><mn>2</mn></msup></math> b</p>\n',
        ),
        ("a {%latex%} $y$ {%endlatex%}.", '<p>a <span class="nobr"><math alttext="y"><mi>y</mi></math>.</span></p>\n'),
        ("{% latex class=inline %}\\(y\\){% endlatex %}", '<p><math alttext="y"><mi>y</mi></math></p>\n'),
        (
            "{% latex class=center %}\n$$\ny\n\nz\n$$\n{% endlatex %}",
            '<div class="equation"><math alttext="y\nz" display="block"><mi>y</mi><mi>z</mi></math></div>\n',
        ),
        ("{% latex class='center' density=150 usepackages=amsmath %}\\[y % no\n\\]{% endlatex %}", EQUATION),
        ("{% latex class=center %}y{% endlatex %}", EQUATION),
        (
            "a {% latex class=center %}y{% endlatex %} b",
            '<p>a <math alttext="y" display="block"><mi>y</mi></math> b</p>\n',
        ),
        (
            "{% latex %}so $y$ and $z$ are{% endlatex %}",
            ('<p>so <math alttext="y"><mi>y</mi></math> and <math alttext="z"><mi>z</mi></math> are</p>\n'),
        ),
        (
            "* {% latex %}a_b{% endlatex %}",
            ('<ul>\n<li><math alttext="a_b"><msub><mi>a</mi><mi>b</mi></msub></math></li>\n</ul>\n'),
        ),
    ],
)
def test_a_latex_block_is_math(post: Callable[..., BuiltSite], body: str, expected: str, markup: str):
    assert post(body, markup=markup).body("/2020/01/01/a/") == expected


@pytest.mark.parametrize(
    ("tag", "what", "hint"),
    [
        (
            "{% latex center %}x{% endlatex %}",
            "`center` is no option of `latex`",
            "its options are written like `{% latex class=center %}`",
        ),
        (
            "{% latex class=a=b %}x{% endlatex %}",
            "`class=a=b` is no option of `latex`",
            "its options are written like `{% latex class=center %}`",
        ),
        ("{% latex clas=center %}x{% endlatex %}", "`latex` has no option `clas`", "did you mean `class`?"),
        (
            "{% latex size=9 %}x{% endlatex %}",
            "`latex` has no option `size`",
            "it takes `class`, `density`, `usepackages`",
        ),
        ("{% latex %} {% endlatex %}", "this `latex` block is empty", "write a formula between its tags"),
        (
            "{% asset 'a.pgn' %}",
            "there is no asset `a.pgn`",
            "it is looked for in `site/static/`, `site/static/assets/`, `site/assets/`, `assets/`, `_assets/`",
        ),
        ("{% asset %}", "`asset` names no file", "write `{% asset 'picture.png' %}`"),
        (
            "{% asset a.png b %}",
            "`b` means nothing in `asset`",
            "write `{% asset 'picture.png' alt='what it shows' %}`",
        ),
        ("{% gist %}", "`gist` names no gist", "write `{% gist user/id %}` or `{% gist user/id file.py %}`"),
        ("{% youtube %}", "`youtube` names nothing to show", "write `{% youtube id %}`"),
    ],
)
def test_a_tag_that_makes_no_sense_is_a_mistake(complaints: Callable[[str], str], tag: str, what: str, hint: str):
    assert complaints(f"a\n\n{tag}") == (f"posts/a.md:8:1: error: {what}\n    8 | {tag}\n      | ^\nhint: {hint}")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{% gist me/12 %}", '<p><a href="https://gist.github.com/me/12">Gist me/12</a></p>\n'),
        (
            "{% gist 12 'A b.py' %}",
            '<p><a href="https://gist.github.com/12#file-a-b-py">Gist 12: A b.py</a></p>\n',
        ),
        ("{% youtube a-b_c %}", '<p><a href="https://www.youtube.com/watch?v=a-b_c">Video on YouTube</a></p>\n'),
        ("{% vimeo 7 %}", '<p><a href="https://vimeo.com/7">Video on Vimeo</a></p>\n'),
        (
            "{% tweet https://twitter.com/a/status/1 %}",
            '<p><a href="https://twitter.com/a/status/1">Post on Twitter</a></p>\n',
        ),
        ("a{% seo %}{% feed_meta %}b", "<p>ab</p>\n"),
    ],
)
def test_what_was_embedded_is_a_link(post: Callable[..., BuiltSite], body: str, expected: str):
    built = post(body)

    assert (built.body("/2020/01/01/a/"), built.warnings) == (expected, [])


PICTURES = dict.fromkeys(("site/static/a.png", "_assets/img/b c.png", "assets/css/s.css", "site/assets/j.js"), "x")


@pytest.mark.parametrize("markup", ["kramdown", "commonmark"])
@pytest.mark.parametrize(
    ("body", "expected", "published"),
    [
        (
            '{% asset "a.png" alt="A *b* [c] & <d> $e$ @f" @optim %}',
            '<figure><img src="/a.png" alt="A *b* [c] &amp; &lt;d&gt; $e$ @f" '
            'loading="lazy" decoding="async"></figure>\n',
            "a.png",
        ),
        (
            "a {% asset 'b c.png' alt=b class='inline big' width=20 %} d",
            '<p>a <img src="/assets/img/b%20c.png" alt="b" class="inline big" width="20" '
            'loading="lazy" decoding="async"> d</p>\n',
            "assets/img/b c.png",
        ),
        ("[x]({% asset a.png @path %})", '<p><a href="/a.png">x</a></p>\n', "a.png"),
        ("a {% asset s.css %}", '<p>a <link rel="stylesheet" href="/assets/css/s.css"></p>\n', "assets/css/s.css"),
        (
            "a {% asset j.js async=async %}",
            '<p>a <script src="/assets/j.js" async="async"></script></p>\n',
            "assets/j.js",
        ),
    ],
)
def test_an_asset_is_a_file_of_the_site(
    post: Callable[..., BuiltSite], body: str, expected: str, published: str, markup: str
):
    built = post(body, markup=markup, **PICTURES)

    assert built.body("/2020/01/01/a/") == expected
    assert (built.root / "_site" / published).read_text() == "x"


def test_pictures_and_formulas_stand_inside_raw_html_as_in_jekyll(post: Callable[..., BuiltSite]):
    built = post(
        "<center>{% asset a.png alt=a class=b %}</center>\n\n"
        "<table>\n<tr><td>*x* {% latex %}y{% endlatex %}.</td>\n<td>{% latex class=center %}z{% endlatex %}</td></tr>\n"
        "</table>\n\n<pre>![no](/a.png)</pre>",
        **PICTURES,
    )

    assert built.body("/2020/01/01/a/") == (
        '<center><img src="/a.png" alt="a" class="b" loading="lazy" decoding="async"></center>\n'
        '<table>\n<tr><td>*x* <math alttext="y"><mi>y</mi></math>.</td>\n'
        '<td><math alttext="z" display="block"><mi>z</mi></math></td></tr>\n</table>\n'
        "<pre>![no](/a.png)</pre>\n"
    )
    assert (built.root / "_site" / "a.png").read_text() == "x"


def test_a_switch_without_effect_is_told(post: Callable[..., BuiltSite]):
    built = post("{% asset a.png alt=a @optm %}\n\n[b]({% asset a.png @data %})", **PICTURES)

    assert built.warnings == [
        "posts/a.md:7:1: warning: `@optm` has no effect\n"
        "    7 | {% asset a.png alt=a @optm %}\n"
        "      | ^\n"
        "hint: did you mean `optim`?",
        "posts/a.md:9:5: warning: the file is linked, not written into the page\n"
        "    9 | [b]({% asset a.png @data %})\n"
        "      |     ^\n"
        "hint: `@data` and `@inline` change nothing else",
    ]


def test_no_asset_lies_outside_the_site(post: Callable[..., BuiltSite], tmp_path: Path):
    (tmp_path.parent / "secret.png").write_text("x")

    with pytest.raises(ExceptionGroup):
        post("{% asset '../../../secret.png' %}", **PICTURES)


def test_a_link_among_the_assets_that_leaves_the_site_is_refused(tmp_path: Path):
    (tmp_path / "secret").write_text("x")
    (tmp_path / "blog" / "_assets").mkdir(parents=True)
    (tmp_path / "blog" / "_assets" / "a.png").symlink_to(tmp_path / "secret")

    found = SiteFactory(tmp_path / "blog").errors("-- posts/2020-01-01-a.md --\n![a](/assets/a.png)\n")

    assert found == [
        f"_assets/a.png: error: `_assets/a.png` is a link to `{tmp_path}/secret`, outside the site\n"
        "hint: copy what it leads to into the site"
    ]


def test_a_drawing_is_shown_as_its_source_unless_the_config_wants_tex(post: Callable[..., BuiltSite]):
    built = post(TIKZ)

    assert built.body("/2020/01/01/a/") == SOURCE
    assert built.warnings == [
        "posts/a.md:7:1: warning: a drawing in TeX (`tikzpicture`) is shown as its source\n"
        "    7 | {% latex %}\n"
        "      | ^\n"
        "hint: set `tex: true` in site/config.yaml to have TeX draw it, or put a picture in its place"
    ]


def test_without_tex_on_the_path_the_drawing_is_shown_as_its_source(
    post: Callable[..., BuiltSite], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("PATH", str(tmp_path))

    built = post(TIKZ, config="tex: true")

    assert built.body("/2020/01/01/a/") == SOURCE
    assert [warning.partition("hint: ")[2] for warning in built.warnings] == [
        "`latex` and `dvisvgm` are not on the PATH"
    ]


def programs(folder: Path, latex: str, dvisvgm: str) -> None:
    """Put two programs in the place of TeX, which few machines have."""
    folder.mkdir()
    for name, script in {"latex": latex, "dvisvgm": dvisvgm}.items():
        (folder / name).write_text("#!/bin/sh\n" + textwrap.dedent(script))
        (folder / name).chmod(0o755)


def test_tex_draws_once_with_its_shell_closed(
    post: Callable[..., BuiltSite], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    programs(
        tmp_path / "bin",
        f'echo "$@ $openout_any $openin_any $shell_escape" >> {tmp_path}/calls; cp drawing.tex drawing.dvi',
        'printf "<svg>"; grep -v document drawing.dvi > drawing.svg',
    )
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    html = [post(TIKZ + "\n" * again, config="tex: true").body("/2020/01/01/a/") for again in range(2)]

    drawing = "\n".join(
        [
            *(f"\\usepackage{{{name}}}" for name in ("amsmath", "amssymb", "mathtools", "tikz")),
            "\\begin{tikzpicture}\n\\draw (0,0) -- (1,<1);\n\\end{tikzpicture}\n",
        ]
    )
    assert html[0] == html[1]
    assert html[0] == (
        f'<figure class="tex"><img src="data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}" '
        'alt="\\begin{tikzpicture} \\draw (0,0) -- (1,&lt;1); \\end{tikzpicture}" loading="lazy"></figure>\n'
    )
    assert (tmp_path / "calls").read_text() == (
        "-no-shell-escape -interaction=nonstopmode -halt-on-error drawing.tex p p f\n"
    )


def test_what_tex_says_is_told(post: Callable[..., BuiltSite], monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    programs(tmp_path / "bin", 'echo "! Undefined control sequence."; exit 1', "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    built = post(TIKZ, config="tex: true")

    assert built.body("/2020/01/01/a/") == SOURCE
    assert built.warnings == [
        "posts/a.md:7:1: warning: TeX cannot draw a drawing in TeX (`tikzpicture`): Undefined control sequence.\n"
        "    7 | {% latex %}\n"
        "      | ^\n"
        "hint: it is shown as its source"
    ]
