"""An update in a real browser: only what differs is touched, and what the reader did stays."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

FILLER = "".join(f"<p id=f{number}>Filler {number} with some words in a line.</p>\n" for number in range(60))


def test_a_changed_word_touches_its_text_alone(tab, stage):
    stage.show(tab, "<main><p>one</p><p>two <em>three</em></p><p>four</p></main>")
    tab.evaluate(
        "window.records = []; new MutationObserver((r) => records.push(...r)).observe(document.body,"
        "{subtree: true, childList: true, attributes: true, characterData: true})"
    )
    stage.change(tab, "<main><p>one</p><p>zwei <em>three</em></p><p>four</p></main>")

    assert tab.evaluate("document.querySelector('main').textContent") == "onezwei threefour"
    assert tab.evaluate("records.map((r) => [r.type, r.target.nodeName])") == [["characterData", "#text"]]


def test_an_inserted_paragraph_leaves_all_others_the_nodes_they_were(tab, stage):
    stage.show(tab, "<main><p>alpha beta</p><p>gamma delta</p></main>")
    stage.change(tab, "<main><p>alpha beta</p><p>new words</p><p>gamma delta!</p></main>")

    told = tab.evaluate("[...document.querySelectorAll('main p')].map((p) => [p.textContent, Boolean(p.seen)])")
    assert told == [["alpha beta", True], ["new words", False], ["gamma delta!", True]]


def test_what_stands_behind_an_id_is_moved_with_its_state(tab, stage):
    stage.show(
        tab,
        "<main><details id=a><summary>A</summary></details><details id=b><summary>B</summary></details></main>",
        after="document.querySelector('#b').open = true",
    )
    stage.change(
        tab,
        "<main><details id=b><summary>B2</summary></details><details id=a><summary>A</summary></details></main>",
    )

    told = tab.evaluate(
        "[...document.querySelectorAll('details')].map((d) => [d.id, d.open, Boolean(d.seen), d.textContent])"
    )
    assert told == [["b", True, True, "B2"], ["a", False, True, "A"]]


def test_typed_words_focus_and_selection_stay(tab, stage):
    stage.show(
        tab,
        "<main><p>before</p><form><input name=a value=x><textarea></textarea></form><p>after</p></main>",
        after="document.querySelector('input').focus()",
    )
    tab.send("Input.insertText", text="typed")
    tab.evaluate("document.querySelector('input').setSelectionRange(1, 3)")
    stage.change(
        tab, "<main><p>before it</p><form><input name=a value=x><textarea></textarea></form><p>behind</p></main>"
    )

    told = tab.evaluate("(({activeElement: e}) => [e.name, e.value, e.selectionStart, e.selectionEnd])(document)")
    assert told == ["a", "typedx", 1, 3]


def test_a_selection_beside_a_changed_word_of_the_same_text_stays(tab, stage):
    stage.show(
        tab,
        "<main><p>keep this and change that</p></main>",
        after="(t => getSelection().setBaseAndExtent(t, 0, t, 9))(document.querySelector('p').firstChild)",
    )
    stage.change(tab, "<main><p>keep this and alter that</p></main>")

    assert tab.evaluate("String(getSelection())") == "keep this"


def test_what_scripts_and_the_reader_did_elsewhere_stays(tab, stage):
    body = "<main><details><summary>More</summary>text</details><div class=plot></div><p>{}</p></main>"
    stage.show(
        tab,
        body.format("old"),
        after="""
        document.documentElement.dataset.theme = "dark";
        document.querySelector("details").open = true;
        document.querySelector(".plot").innerHTML = "<b>drawn</b>";
        document.querySelector(".plot").classList.add("ready");
    """,
    )
    stage.change(tab, body.format("new"))

    assert tab.evaluate("""[document.documentElement.dataset.theme, document.querySelector("details").open,
        document.querySelector(".plot").outerHTML, document.querySelector("p").textContent]""") == [
        "dark",
        True,
        '<div class="plot ready"><b>drawn</b></div>',
        "new",
    ]


def test_growth_above_what_is_read_does_not_move_it(tab, stage):
    stage.show(
        tab,
        f"<main><h1 id=top>Title</h1><div></div>{FILLER}</main>",
        after="document.querySelector('#f30').scrollIntoView()",
    )
    before = tab.evaluate("document.querySelector('#f30').getBoundingClientRect().top")
    stage.change(tab, f"<main><h1 id=top>Title</h1><div>{'<p>Tall.</p>' * 20}</div>{FILLER}</main>")

    assert tab.evaluate("document.querySelector('#f30').getBoundingClientRect().top") == pytest.approx(before, abs=1)
    stage.change(tab, f"<main><h1 id=top>Title</h1><div></div>{FILLER.replace('<p id=f30>', '<p id=f30>Now ')}</main>")
    assert tab.evaluate("document.querySelector('#f30').getBoundingClientRect().top") == pytest.approx(before, abs=1)


def test_the_target_of_the_address_stays_the_target(tab, stage):
    stage.show(tab, f"<main>{FILLER}<h2 id=here>Here</h2>{FILLER}</main>")
    tab.evaluate("location.hash = 'here'")
    tab.wait("document.querySelector(':target')?.id === 'here'")
    y = tab.evaluate("scrollY")
    stage.change(tab, f"<main>{FILLER}<h3 id=here>Here!</h3>{FILLER}</main>")

    assert tab.evaluate("[document.querySelector(':target')?.localName]") == ["h3"]
    assert tab.evaluate("scrollY") == pytest.approx(y, abs=30)


def test_a_new_title_and_a_new_language_arrive(tab, stage):
    stage.show(tab, "<main>x</main>", "<title>Old</title>")
    stage.change(tab, "<main>x</main>", '<title>New</title>\n<meta name="description" content="d">')

    assert tab.evaluate("[document.title, document.querySelector('meta').content]") == ["New", "d"]


def test_a_drawing_is_replaced_as_a_whole(tab, stage):
    stage.show(tab, '<main><figure><svg viewBox="0 0 9 9"><path d="M0 0L9 9"/></svg></figure></main>')
    stage.change(tab, '<main><figure><svg viewBox="0 0 9 9"><path d="M0 0L5 5"/></svg></figure></main>')

    told = tab.evaluate(
        "[document.querySelectorAll('svg').length, document.querySelector('path').getAttribute('d'),"
        "document.querySelector('svg').namespaceURI, Boolean(document.querySelector('figure').seen)]"
    )
    assert told == [1, "M0 0L5 5", "http://www.w3.org/2000/svg", True]


def test_a_script_that_changed_reloads_the_page(tab, stage):
    stage.show(tab, "<main>x</main><script>window.made = 1</script>", after="window.kept = true")
    stage.page("/p/", "<main>x</main><script>window.made = 2</script>")
    stage.update("/p/")
    tab.wait("window.made === 2")

    assert tab.evaluate("window.kept") is None


def test_a_script_file_that_a_page_now_needs_runs(tab, stage):
    stage.pages["/added.js"] = "window.added = document.querySelectorAll('table').length;"
    stage.show(tab, "<main>x</main>", after="window.kept = true")
    stage.change(tab, "<main><table></table></main>", '<script src="/added.js" defer></script>')
    tab.wait("window.added === 1")

    assert tab.evaluate("window.kept") is True


def test_a_style_sheet_is_swapped_without_a_moment_without_styles(tab, stage):
    stage.pages["/a.css"] = "p { color: rgb(1, 2, 3) }"
    stage.show(tab, "<main><p>x</p></main>", '<link rel="stylesheet" href="/a.css">', after="window.kept = true")
    stage.pages["/a.css"] = "p { color: rgb(4, 5, 6) }"
    stage.update(styles=("/a.css",))
    tab.wait("getComputedStyle(document.querySelector('p')).color === 'rgb(4, 5, 6)'")
    tab.wait("document.querySelectorAll('link').length === 1")
    stage.change(tab, "<main><p>y</p></main>", '<link rel="stylesheet" href="/a.css">')

    assert tab.evaluate("[window.kept, document.querySelectorAll('link').length]") == [True, 1]


def test_a_sheet_that_is_imported_and_a_picture_are_swapped_too(tab, stage):
    stage.pages["/a.css"], stage.pages["/b.css"] = '@import "b.css";', "p { color: rgb(1, 2, 3) }"
    stage.pages["/c.css"] = "p { top: 0 }"
    links = '<link rel="stylesheet" href="/a.css"><link rel="stylesheet" href="/c.css">'
    stage.show(tab, '<main><p>x</p><img src="/d.png" alt="d"></main>', links)
    stage.pages["/b.css"] = "p { color: rgb(4, 5, 6) }"
    stage.update(styles=("/b.css", "/d.png"))
    tab.wait("getComputedStyle(document.querySelector('p')).color === 'rgb(4, 5, 6)'")

    assert tab.evaluate("document.images[0].src.includes('/d.png?labpress=')") is True
    assert sum(target.startswith("/c.css") for target in stage.asked) == 1


PICTURES = """<main style="background-image: url(/e.png)"><p>{}</p>
<picture><source srcset="/d.png 1x, /other.png 2x" media="(min-width: 1px)">
<img src="/other.png" srcset="data:image/gif;base64,R0lGODlhAQABAAAAACw= 1w, ../d.png?v=1, /d.png 300w" alt="">
</picture><video poster="/d.png"></video><img src="http://[" alt="">{}</main>"""
PAINTED = """(() => {
  const painted = (name) => getComputedStyle(document.querySelector(name)).backgroundImage;
  const pictures = [...document.querySelectorAll("source, main img:not([src='http://['])")];
  const plain = (text) => text.replaceAll(location.origin, "").replace(/labpress=[\\w.]+/g, "new");
  return [pictures.map((node) => plain(node.getAttribute("srcset") || node.getAttribute("src"))),
    plain(document.querySelector("video").poster), plain(painted("main")), plain(painted("p"))];
})()"""


def test_pictures_are_swapped_in_srcset_style_and_sheet(tab, stage):
    stage.pages["/css/a.css"] = '@media all { p { background: url("../d.png") no-repeat, url(../f.png) } }'
    links = '<link rel="stylesheet" href="/css/a.css">'
    stage.show(tab, PICTURES.format("x", ""), links, after="window.kept = true")
    stage.update(styles=("/d.png", "/e.png"))
    tab.wait("document.querySelector('main').getAttribute('style').includes('labpress=')")
    swapped = [
        [
            "/d.png?new 1x, /other.png 2x",
            "data:image/gif;base64,R0lGODlhAQABAAAAACw= 1w, /d.png?v=1&new, /d.png?new 300w",
        ],
        "/d.png?new",
        'url("/e.png?new")',
        'url("/d.png?new"), url("/f.png")',
    ]

    assert tab.evaluate(PAINTED) == swapped

    stage.update(styles=("/css/a.css",))
    tab.wait(
        "document.querySelectorAll('link').length === 1 && document.querySelector('link').href.includes('labpress')"
    )
    stage.change(tab, PICTURES.format("y", '<img src="/d.png" alt="">'), links)

    swapped[0].append("/d.png?new")
    assert tab.evaluate(PAINTED) == swapped
    assert tab.evaluate("window.kept") is True


def test_rows_that_the_reader_sorted_take_new_values_where_they_stand(tab, stage):
    body = "<main><table><tbody><tr><td>a</td><td>{}</td></tr><tr><td>b</td><td>2</td></tr></tbody></table></main>"
    stage.show(tab, body.format(1), after="document.querySelector('tbody').append(document.querySelector('tr'))")
    stage.change(tab, body.format(3))

    assert tab.evaluate("[...document.querySelectorAll('tr')].map((row) => row.textContent)") == ["b2", "a3"]


@pytest.mark.parametrize(("motion", "shining"), [("no-preference", ["P"]), ("reduce", [])])
def test_what_changed_shines_for_a_moment_unless_the_reader_wants_no_movement(tab, stage, motion, shining):
    tab.prefer(reduced_motion=motion)
    stage.show(tab, "<main><p>one</p><p>two</p></main>")
    stage.change(tab, "<main><p>one</p><p>three</p></main>")

    assert tab.evaluate("document.getAnimations().map((one) => one.effect.target.nodeName)") == shining


RANDOM_TREES = """(async () => {
  const { morph, pair } = await import("/__labpress/t1/morph.js");
  let seed = 1;
  const below = (n) => (seed = (seed * 48271) % 2147483647) % n;
  const pick = (list) => list[below(list.length)];
  const tree = (depth) => {
    const kind = below(12), inner = () => Array.from({ length: below(5) }, () => tree(depth - 1)).join("");
    if (depth < 1 || kind < 4) return pick(["word", "other words", " ", "&amp;", "<!-- c -->"]);
    const id = below(5) ? "" : ` id=n${below(6)}`, more = below(4) ? "" : ` class="${pick(["a", "a b", "c"])}"`;
    const name = pick(["p", "div", "ul", "li", "table", "details", "em", "svg", "h2", "figure", "template"]);
    return `<${name}${id}${more}>${inner()}</${name}>`;
  };
  const parsed = (html) => new DOMParser().parseFromString(html, "text/html").body;
  const wrong = [];
  for (let round = 0; round < 300; round++) {
    const first = Array.from({ length: 6 }, () => tree(4)).join("");
    const old = parsed(first), live = parsed(first);
    pair(old, live);
    for (let step = 0; step < 4; step++) {
      const parts = [...old.childNodes].map((node) => node.outerHTML ?? node.data);
      for (let edit = 0; edit < 3; edit++)
        parts.splice(below(parts.length + 1), below(3), ...(below(2) ? [tree(4)] : []));
      const html = parts.join(""), fresh = parsed(html), wanted = parsed(html);
      morph(old, fresh, new Set());
      if (!live.isEqualNode(wanted) || !old.isEqualNode(wanted)) wrong.push([round, step, html, live.innerHTML]);
    }
  }
  return wrong.slice(0, 3);
})()"""


def test_any_page_becomes_any_other(tab, stage):
    """Random trees, each changed at random four times: the page on the screen is then what the server has."""
    stage.show(tab, "<main>x</main>")

    assert tab.evaluate(RANDOM_TREES) == []
