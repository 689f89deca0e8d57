from __future__ import annotations

import re
import uuid
from collections import Counter
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import html5lib
import pytest

ATOM = "{http://www.w3.org/2005/Atom}"
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")  # RFC 4287, 3.3
ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:\S+")
ONCE = {"id", "title", "updated"}  # 4.1.1 and 4.1.2
AT_MOST_ONCE = {
    "feed": {"generator", "icon", "logo", "rights", "subtitle"},
    "entry": {"content", "published", "rights", "source", "summary"},
}
OFTEN = {"author", "category", "contributor", "link", "entry"}
TEXTS = {"title", "subtitle", "summary", "rights", "content"}

SITE = """
    -- site/config.yaml --
    title: Sparse & <small>
    description: About > 1 thing
    url: https://example.org/blog
    author: {name: Ada, email: ada@example.org, url: "https://example.org/ada"}
    -- posts/2026-01-02-x.md --
    ---
    title: X of *y* & z
    description: What x is
    updated: 2026-02-03T04:05:06+09:00
    tags: [group-lasso, sparsity]
    ---
    See [y](2026-01-03-y.md#part), [the rest](#part), ![a](a.png).

    ## Part

    <script>alert(1)</script>
    -- posts/2026-01-03-y.md --
    ---
    author: Grace
    tags: [Group LASSO]
    ---
    ## Part

    Text of y.
"""


def atom(text: str) -> Element:
    """Parse a feed and hold it against the rules of RFC 4287."""
    feed = ElementTree.fromstring(text)
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    for element in [feed, *entries]:
        kind = element.tag.removeprefix(ATOM)
        counts = Counter(child.tag.removeprefix(ATOM) for child in element)
        assert all(counts[name] == 1 for name in ONCE)
        assert all(counts[name] <= 1 for name in AT_MOST_ONCE[kind])
        assert set(counts) <= ONCE | AT_MOST_ONCE[kind] | OFTEN
        assert ABSOLUTE.fullmatch(child_text(element, "id"))
        alternates = [link.get("type", "") for link in element.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert len(alternates) == len(set(alternates))
        assert element.find(f"{ATOM}content") is not None or kind == "feed"
    for element in feed.iter():
        check_element(element)
    assert feed.find(f"{ATOM}author") is not None
    ids = [child_text(entry, "id") for entry in entries]
    assert len(ids) == len(set(ids))
    return feed


def check_element(element: Element) -> None:
    name = element.tag.removeprefix(ATOM)
    if name in {"updated", "published"}:
        assert DATE.fullmatch(element.text or "")
    if name in {"author", "contributor"}:
        counts = Counter(child.tag.removeprefix(ATOM) for child in element)
        assert counts["name"] == 1
        assert set(counts) <= {"name", "uri", "email"}
    if name == "email":
        assert re.fullmatch(r"\S+@\S+", element.text or "")
    if name == "category":
        assert element.get("term")
    if name == "link":
        assert element.get("href")
    if name in TEXTS:
        assert element.get("type", "text") in {"text", "html"}
        assert len(element) == 0


def child_text(element: Element, name: str) -> str:
    return element.findtext(f"{ATOM}{name}") or ""


def entries(feed: Element) -> dict[str, Element]:
    return {child_text(entry, "title"): entry for entry in feed.findall(f"{ATOM}entry")}


def with_pixel(site) -> None:
    """Put the picture the first post shows where it will be found."""
    folder = site.root / "site" / "static" / "2026" / "01" / "02" / "x"
    folder.mkdir(parents=True)
    (folder / "a.png").write_bytes(b"")


def test_a_feed_says_what_it_is_and_how_new_it_is(site):
    with_pixel(site)
    feed = atom(site(SITE)["atom.xml"])

    head = [child for child in feed if child.tag != f"{ATOM}entry"]
    assert [(child.tag.removeprefix(ATOM), child.text, child.attrib) for child in head] == [
        ("title", "Sparse & <small>", {}),
        ("subtitle", "About > 1 thing", {}),
        ("id", "https://example.org/blog/atom.xml", {}),
        ("updated", "2026-02-02T19:05:06Z", {}),
        ("link", None, {"rel": "self", "type": "application/atom+xml", "href": "https://example.org/blog/atom.xml"}),
        ("link", None, {"rel": "alternate", "type": "text/html", "href": "https://example.org/blog/"}),
        ("author", "\n", {}),
        ("generator", "labpress", {}),
    ]
    assert [(child.tag.removeprefix(ATOM), child.text) for child in feed.find(f"{ATOM}author") or ()] == [
        ("name", "Ada"),
        ("email", "ada@example.org"),
        ("uri", "https://example.org/ada"),
    ]


def test_an_entry_has_the_whole_post_with_whole_addresses_and_no_script(site):
    with_pixel(site)
    entry = entries(atom(site(SITE)["atom.xml"]))["X of y & z"]

    assert [(child.tag.removeprefix(ATOM), child.text, child.attrib) for child in entry] == [
        ("title", "X of y & z", {}),
        ("id", "tag:example.org,2026-01-02:/blog/2026/01/02/x/", {}),
        ("published", "2026-01-02T00:00:00Z", {}),
        ("updated", "2026-02-02T19:05:06Z", {}),
        ("link", None, {"rel": "alternate", "type": "text/html", "href": "https://example.org/blog/2026/01/02/x/"}),
        ("category", None, {"term": "Group LASSO"}),
        ("category", None, {"term": "sparsity"}),
        ("summary", "What x is", {}),
        ("content", entry.findtext(f"{ATOM}content"), {"type": "html"}),
    ]
    content = child_text(entry, "content")
    assert '<a href="https://example.org/blog/2026/01/03/y/#part">y</a>' in content
    assert '<a href="https://example.org/blog/2026/01/02/x/#part">the rest</a>' in content
    assert 'src="https://example.org/blog/2026/01/02/x/a.png"' in content
    assert "script" not in content
    assert '<h2 id="part">Part</h2>' in content


def test_another_author_is_named_in_the_entry(site):
    with_pixel(site)
    entry = entries(atom(site(SITE)["atom.xml"]))["Y"]

    assert [child.text for child in entry.find(f"{ATOM}author") or ()] == ["Grace"]


def test_each_tag_has_a_feed_with_the_same_entries(site):
    with_pixel(site)
    built = site(SITE)
    feed = atom(built["tags/group-lasso/atom.xml"])

    assert child_text(feed, "title") == "Sparse & <small>: Group LASSO"
    assert child_text(feed, "id") == "https://example.org/blog/tags/group-lasso/atom.xml"
    assert list(entries(feed)) == ["Y", "X of y & z"]
    assert list(entries(atom(built["tags/sparsity/atom.xml"]))) == ["X of y & z"]
    same = [ElementTree.tostring(entries(atom(built[path]))["Y"]) for path in ("atom.xml", "tags/group-lasso/atom.xml")]
    assert same[0] == same[1]


def test_without_an_address_ids_are_uuids_and_links_are_relative_to_the_feed(site):
    with_pixel(site)
    built = site(re.sub("url: https://example.org/blog\n", "\n", SITE))
    feed, of_tag = atom(built["atom.xml"]), atom(built["tags/sparsity/atom.xml"])

    assert child_text(feed, "id") == uuid.uuid5(uuid.NAMESPACE_URL, "/atom.xml").urn
    assert [link.get("href") for link in feed.findall(f"{ATOM}link")] == ["./atom.xml", "./"]
    hrefs = [link.get("href") for link in of_tag.findall(f"{ATOM}link")]
    assert hrefs == ["../../tags/sparsity/atom.xml", "../../tags/sparsity/"]
    assert '<a href="../../2026/01/03/y/#part">' in child_text(entries(of_tag)["X of y & z"], "content")
    assert child_text(entries(of_tag)["X of y & z"], "id") == uuid.uuid5(uuid.NAMESPACE_URL, "/2026/01/02/x/").urn


def test_a_formula_stands_in_the_feed_as_tex(site):
    html = site("-- posts/2026-01-02-x.md --\nIt is $a < b$.\n")["atom.xml"]

    told = child_text(entries(atom(html))["X"], "content")

    assert told == '<p>It is <span class="nobr"><code>a &lt; b</code>.</span></p>\n'


def test_only_the_latest_twenty_posts_are_in_the_feed(site):
    text = "".join(f"-- posts/2026-01-{day:02}-p{day}.md --\nText.\n" for day in range(1, 26))
    feed = atom(site(text)["atom.xml"])

    assert list(entries(feed)) == [f"P{day}" for day in range(25, 5, -1)]
    assert child_text(feed, "updated") == "2026-01-25T00:00:00Z"


def test_a_feed_without_posts_is_a_feed(site):
    feed = atom(site("-- site/pages/a.md --\nText.\n")["atom.xml"])

    assert child_text(feed, "updated") == "1970-01-01T00:00:00Z"


def test_a_draft_is_not_in_the_feed(site):
    draft = "-- posts/2026-01-02-x.md --\n---\ndraft: true\n---\nSecret.\n"
    feed = atom(site(f"{draft}-- posts/2026-01-03-y.md --\nText.\n")["atom.xml"])

    assert list(entries(feed)) == ["Y"]


@pytest.mark.parametrize(
    "text",
    [
        "]]>",
        "<![CDATA[",
        "&amp;",
        "</content>",
        "</script><script>no</script>",
        "\u202e\u2028",
        "\U0001d6fd",
        "'\"",
        "\xad",
    ],
)
def test_no_text_can_leave_its_place_in_the_feed(site, text: str):
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    built = site(f'-- posts/2026-01-02-x.md --\n---\ntitle: X\ndescription: "{quoted}"\n---\n`` {text} ``\n')
    entry = entries(atom(built["atom.xml"]))["X"]
    shown = html5lib.parseFragment(child_text(entry, "content"), namespaceHTMLElements=False)

    assert "".join(shown.itertext()).strip() == text.strip()
    assert child_text(entry, "summary") == " ".join(text.split())


def test_the_feed_has_the_same_bytes_wherever_and_whenever_it_is_built(site, tmp_path):
    with_pixel(site)
    first = site(SITE)["atom.xml"]

    assert site(SITE)["atom.xml"] == first
    assert str(tmp_path) not in first
