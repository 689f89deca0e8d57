"""The default theme, judged as a reader's browser would: contrast, valid pages, no request to anyone else."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from html import unescape
from pathlib import Path

import html5lib
import pytest

import generator

THEME = Path(generator.__file__).parent / "theme"
STYLE = {path.name: path.read_text(encoding="utf-8") for path in sorted((THEME / "static").glob("*.css"))}
BLOCK = re.compile(r"(:root[^{]*?)\s*\{([^{}]*)\}")
TOKEN = re.compile(r"--([\w-]+):\s*([^;]+);")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

SAMPLE = r"""
    -- site/config.yaml --
    title: Plain Measures
    tagline: what was measured & how
    url: https://example.org/blog
    author: Ada
    toc: true
    paginate: 2
    -- site/pages/about.md --
    ---
    title: About <this>
    ---
    A page.
    -- posts/2026-01-02-first.md --
    ---
    title: First & *foremost*
    tags: [sparsity, Group LASSO]
    series: Beginnings
    updated: 2026-02-01
    ---
    Words with $x^2$, a note[^1] and [the second](2026-01-03-second.md).

    ## One

    ```python {hl=1 file="a.py"}
    print("a very long line of code that goes on and on and on and on and on and on and on and on and on")
    ```

    $$
    p(x) = \prod_{t=1}^{T} p(x_t \mid x_{1:t-1})
         = \prod_{t=1}^{T} \frac{\exp(e_{x_t}^\top h_t)}{\sum_v \exp(e_v^\top h_t)} + \text{and some more text}
    $$

    ### Two

    | a | b | c | d | e | f | g | h | i | j | k | l |
    |---|--:|---|---|---|---|---|---|---|---|---|---|
    | 1 | 100000000 | 10000000 | 10000000 | 10000000 | 10000000 | 10000000 | 1000000 | 1000000 | 1000000 | 10000 | 9 |

    > [!NOTE]
    > Be careful.

    [^1]: At the foot.
    -- posts/2026-01-03-second.md --
    ---
    title: Second
    tags: [sparsity]
    series: Beginnings
    ---
    Text, with [a link to the first](2026-01-02-first.md#one) and a word that is long:
    Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft.
    -- posts/2026-01-04-third.md --
    ---
    title: Third
    tags: [sparsity]
    ---
    A first paragraph[^x] with `code`.

    [^x]: Note.
"""


def tokens(selector: str) -> dict[str, str]:
    """Return the custom properties of the block with this selector."""
    return next(dict(TOKEN.findall(body)) for name, body in BLOCK.findall(STYLE["tokens.css"]) if name == selector)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    darker, lighter = sorted(luminance(colour) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def rules_of_heading_order(html: str) -> list[str]:
    """Return each heading that skips a level, and a wrong number of first ones."""
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    skipped = [
        f"h{level} after h{before}" for before, level in zip([0, *levels], levels, strict=False) if level > before + 1
    ]
    return skipped + ([] if levels.count(1) == 1 else [f"{levels.count(1)} h1"])


@pytest.mark.parametrize("mode", [":root", ':root[data-theme="dark"]'], ids=["light", "dark"])
def test_text_can_be_read_on_every_ground_in_both_themes(mode: str):
    """WCAG AA asks 4.5 of text and 3 of signs."""
    colours = tokens(mode)
    weak = {
        f"{name} on {ground}": round(found, 2)
        for name in ("ink", "muted", "accent", "note", "good", "warn", "bad", "faint")
        for ground in ("paper", "sunken", "wash", "mark")
        if (found := contrast(colours[name], colours[ground])) < (4.5 if name != "faint" else 3)
        and (name, ground) not in {("faint", "wash"), ("faint", "mark")}  # never used together
    }

    assert weak == {}


@pytest.mark.parametrize("mode", [":root", ':root[data-theme="dark"]'], ids=["light", "dark"])
def test_code_can_be_read_in_both_themes_on_a_highlighted_line_too(mode: str):
    colours, rules = tokens(mode), re.findall(r"^([^\n{]*\.hl [^\n{]*)\{([^}]*)\}", STYLE["code.css"], re.MULTILINE)
    own = [body for names, body in rules if names.startswith(".hl" if mode == ":root" else mode)]
    weak = {
        f"{colour} on {ground}": round(found, 2)
        for colour in re.findall(r"(?<!-)color: (#[0-9a-f]{6})", "".join(own))
        for ground in ("sunken", "wash")
        if (found := contrast(colour, colours[ground])) < 4.5
    }

    assert own
    assert weak == {}


@pytest.mark.parametrize("mode", [":root", ':root[data-theme="dark"]'], ids=["light", "dark"])
def test_every_curve_of_a_chart_stands_out_from_the_page(mode: str):
    colours = tokens(mode)
    faint = {n: c for n, c in colours.items() if n.startswith("series-") and contrast(c, colours["paper"]) < 3}

    assert faint == {}
    assert {f"series-{number}" for number in range(1, 9)} <= set(colours)


def test_the_dark_theme_is_the_same_by_system_and_by_choice():
    by_system = tokens(':root:not([data-theme="light"])')

    assert by_system == tokens(':root[data-theme="dark"]')
    assert set(by_system) <= set(tokens(":root"))


def test_every_token_that_is_used_has_a_value():
    used = {name for css in STYLE.values() for name in re.findall(r"var\(--([\w-]+)\)", css)}
    local = {name for css in STYLE.values() for name, _ in TOKEN.findall(css)}

    assert used - local == set()


def test_no_style_or_script_asks_another_host():
    files = [path for path in THEME.rglob("*") if path.suffix in {".css", ".js", ".html", ".svg"}]
    texts = [path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "") for path in files]

    assert [found for text in texts for found in re.findall(r"(?:https?:)?//\w[\w.]+\.\w+/\S*|@import.*", text)] == []


def test_the_script_stays_small():
    assert (THEME / "static" / "site.js").stat().st_size < 2048


def test_no_template_has_a_script_or_a_handler_inside_it():
    """A page must work under `script-src 'self'`."""
    inline = re.compile(r"<script(?![^>]*\ssrc=)|\son\w+=|javascript:", re.IGNORECASE)

    assert [path.name for path in THEME.rglob("*.html") if inline.search(path.read_text(encoding="utf-8"))] == []


def test_every_page_is_valid_html_with_single_ids_and_headings_in_order(site):
    built = site(SAMPLE)
    pages = [path for path in built.paths if path.endswith(".html")]
    found = {}
    for path in pages:
        html = built[path]
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(html)
        errors = [str(error[1]) for error in parser.errors]
        ids = Counter(unescape(name) for name in re.findall(r'<[a-z][^>]*?\sid="([^"]*)"', html))
        errors += [f"id {name} × {count}" for name, count in ids.items() if count > 1]
        errors += rules_of_heading_order(html)
        if errors:
            found[path] = errors

    assert found == {}
    assert pages == [
        "2026/01/02/first/index.html",
        "2026/01/03/second/index.html",
        "2026/01/04/third/index.html",
        "404.html",
        "about/index.html",
        "archive/index.html",
        "index.html",
        "page2/index.html",
        "tags/group-lasso/index.html",
        "tags/index.html",
        "tags/sparsity/index.html",
    ]


def test_only_a_page_with_formulas_loads_the_font_for_formulas(site):
    built = site(SAMPLE)

    assert "math" in linked(built["2026/01/02/first/index.html"])
    assert "math" not in linked(built["2026/01/03/second/index.html"])
    assert "math" not in linked(built["archive/index.html"])


def test_every_page_says_its_language_its_width_and_where_its_text_begins(site):
    html = site(SAMPLE)["about/index.html"]

    assert '<html lang="en">' in html
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in html
    assert '<a class="skip" href="#page.text">Skip to the text</a>' in html
    assert '<main id="page.text" tabindex="-1">' in html
    assert '<a href="../about/" aria-current="page">About &lt;this&gt;</a>' in html


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
@pytest.mark.parametrize("page", ["index.html", "2026/01/02/first/index.html", "2026/01/03/second/index.html"])
def test_nothing_makes_a_narrow_page_scroll_sideways(site, tmp_path, page):
    built = site(SAMPLE)
    file = built.root / "_site" / page
    measure = 'const root = document.documentElement; document.title = "wide " + (root.scrollWidth - root.clientWidth)'
    file.write_text(f"{built[page]}<script>onload = () => {{ {measure} }}</script>", encoding="utf-8")

    assert "<title>wide 0</title>" in dom_of(file, tmp_path)


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
def test_a_site_opened_from_the_disk_leads_to_files(site, tmp_path):
    built = site(SAMPLE)
    html = dom_of(built.root / "_site" / "about" / "index.html", tmp_path)
    leading = re.findall(r'<a href="([^"]*archive[^"]*)"', html)

    assert leading
    assert all(address.endswith("/archive/index.html") for address in leading)


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
def test_a_press_on_a_head_sorts_a_table_by_full_values_and_puts_what_has_none_last(tmp_path):
    cells = [("b", "1e-05"), ("a", None), ("c", "1000")]
    rows = "".join(
        f"<tr><td>{name}</td>{f'<td data-value={value}>{value}</td>' if value else '<td>–</td>'}</tr>"
        for name, value in cells
    )
    table = f"<table data-sortable><thead><tr><th>n<th>v</tr></thead><tbody>{rows}</tbody></table>"
    script = (THEME / "static" / "tables.js").read_text(encoding="utf-8")
    press = "document.querySelectorAll('th')[1].firstChild.click();"
    (tmp_path / "t.html").write_text(f"{table}<script>{script}{press}{press}</script>", encoding="utf-8")
    html = dom_of(tmp_path / "t.html", tmp_path)

    assert re.findall(r"<td>(\w)</td>", html) == ["c", "b", "a"]
    assert html.count('aria-sort="descending"') == 1


def linked(html: str) -> str:
    """Return the files a page loads, in one line."""
    return " ".join(re.findall(r'<link rel="(?:preload|stylesheet)" href="([^"]*)"', html)).lower()


def dom_of(file: Path, folder: Path) -> str:
    """Return the page as a browser of a telephone's width sees it, scripts run."""
    assert CHROMIUM
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--window-size=500,900"]
    command += [
        "--disable-background-networking",
        f"--user-data-dir={folder / 'profile'}",
        "--virtual-time-budget=2000",
    ]
    done = subprocess.run(
        [*command, "--dump-dom", file.as_uri()], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout
