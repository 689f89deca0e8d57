import pickle
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator.config import Config
from generator.errors import Place, SiteError, flatten
from generator.read.page import Meta, Page, hidden_because, parse
from generator.read.source import Source

POST = "posts/2020-05-16-hello.md"


def page(text: str, path: str = POST, config: Config | None = None) -> Page:
    return parse(Source(path, text, ""), config or Config())


def headed(*lines: str) -> str:
    return "\n".join(["---", *lines, "---", "body", ""])


def complaints(text: str, path: str = POST, config: Config | None = None) -> list[str]:
    with pytest.raises((SiteError, ExceptionGroup)) as caught:
        page(text, path, config)
    return [str(error) for error in flatten(caught.value)]


def test_a_post_is_parsed_whole():
    text = headed("title: Hello", "tags: [a]", "mine: 1")
    place = {
        "title": Place(POST, 2, 8, "title: Hello"),
        "tags": Place(POST, 3, 7, "tags: [a]"),
        "mine": Place(POST, 4, 7, "mine: 1"),
    }

    assert page(text) == Page(
        source=Source(POST, text, ""),
        meta=Meta(
            title="Hello",
            date=datetime(2020, 5, 16, tzinfo=UTC),
            updated=None,
            description="",
            excerpt="",
            tags=("a",),
            categories=(),
            draft=False,
            aliases=(),
            social_image="",
            layout="post",
            author="",
            series="",
            toc=None,
            math=None,
            templating="jinja",
            extra={"mine": 1},
            places=place,
            published=True,
            expires=None,
            markup="commonmark",
        ),
        body="body\n",
        body_line=6,
        url="/2020/05/16/hello/",
        kind="post",
        slug="hello",
    )


@pytest.mark.parametrize(
    ("lines", "languages"),
    [
        ([], ("liquid", "kramdown")),
        (["templating: jinja"], ("jinja", "kramdown")),
        (["render_with_liquid: false"], ("none", "kramdown")),
        (["render_with_liquid: true", "markup: goldmark"], ("liquid", "commonmark")),
    ],
)
def test_the_front_matter_wins_over_the_config(lines: list[str], languages: tuple[str, str]):
    config = Config(templating={"posts/2020-*": "liquid"}, markup={"*": "kramdown"})

    meta = page(headed(*lines), config=config).meta

    assert (meta.templating, meta.markup) == languages


def test_a_page_crosses_a_process_border_unchanged():
    parsed = page(headed("date: 2020-05-16", "x: {a: [1]}"), config=Config(timezone="Europe/Berlin"))

    assert pickle.loads(pickle.dumps(parsed)) == parsed


@pytest.mark.parametrize(
    ("path", "lines", "url", "output"),
    [
        (POST, [], "/2020/05/16/hello/", "2020/05/16/hello/index.html"),
        ("posts/2020-05-16-hello/index.md", [], "/2020/05/16/hello/", "2020/05/16/hello/index.html"),
        ("posts/2020/2020-05-16-hello.md", [], "/2020/05/16/hello/", "2020/05/16/hello/index.html"),
        ("posts/hello/index.md", ["date: 2020-05-16"], "/2020/05/16/hello/", "2020/05/16/hello/index.html"),
        (POST, ["date: 2021-01-02"], "/2021/01/02/hello/", "2021/01/02/hello/index.html"),
        (POST, ["slug: Other Name"], "/2020/05/16/other-name/", "2020/05/16/other-name/index.html"),
        ("posts/2020-05-16-My_Post v1.2.md", [], "/2020/05/16/my-post-v1-2/", "2020/05/16/my-post-v1-2/index.html"),
        ("posts/2020-5-6-안녕.md", [], "/2020/05/06/%EC%95%88%EB%85%95/", "2020/05/06/안녕/index.html"),
        ("posts/2020-05-16.md", ["title: Day One"], "/2020/05/16/day-one/", "2020/05/16/day-one/index.html"),
        (POST, ["permalink: /a/:year/:slug.html"], "/a/2020/hello.html", "a/2020/hello.html"),
        (POST, ["permalink: none"], "/hello.html", "hello.html"),
        (POST, ["permalink: pretty", "categories: A B"], "/a/b/2020/05/16/hello/", "a/b/2020/05/16/hello/index.html"),
        (POST, ["path: /gatsby"], "/gatsby/", "gatsby/index.html"),
        ("posts/idea.md", ["draft: true"], "/drafts/idea/", "drafts/idea/index.html"),
        ("_drafts/idea.md", [], "/drafts/idea/", "drafts/idea/index.html"),
        ("posts/drafts/2020-05-16-idea.md", [], "/2020/05/16/idea/", "2020/05/16/idea/index.html"),
        ("site/pages/index.md", [], "/", "index.html"),
        ("site/pages/about.md", [], "/about/", "about/index.html"),
        ("site/pages/about.html", [], "/about/", "about/index.html"),
        ("site/pages/guide/index.md", [], "/guide/", "guide/index.html"),
        ("site/pages/guide/deep/Über uns.md", [], "/guide/deep/%C3%9Cber-uns/", "guide/deep/Über-uns/index.html"),
        ("site/pages/about.md", ["slug: me"], "/me/", "me/index.html"),
        ("site/pages/about.md", ["permalink: /me.html"], "/me.html", "me.html"),
        ("site/pages/404.md", [], "/404.html", "404.html"),
    ],
)
def test_the_address_comes_from_the_name_or_the_front_matter(path: str, lines: list[str], url: str, output: str):
    parsed = page(headed(*lines), path)

    assert (parsed.url, parsed.path) == (url, output)


def test_the_site_s_pattern_gives_the_address():
    assert page("", config=Config(permalink="/blog/:i_month/:title")).url == "/blog/5/hello/"


@pytest.mark.parametrize(
    ("path", "bundle"),
    [
        ("posts/2020-05-16-hello/index.md", "posts/2020-05-16-hello"),
        (POST, ""),
        ("site/pages/guide/index.md", "site/pages/guide"),
        ("site/pages/guide/more.md", ""),
        ("site/pages/index.md", ""),
    ],
)
def test_the_folder_of_an_index_is_a_bundle(path: str, bundle: str):
    assert page("", path).bundle == bundle


@pytest.mark.parametrize(
    ("text", "title", "body", "body_line", "column"),
    [
        ("# Big *news*\n\nbody", "Big *news*", "\nbody", 2, 3),
        ("\n\n#  Big news ##\nbody", "Big news", "body", 4, 4),
        ("# C#\nbody", "C#", "body", 2, 3),
        ("# Big news {#id .class}\nbody", "Big news", "body", 2, 3),
        ("Big news\n===\nbody", "Big news", "body", 3, 1),
        ("---\ntags: a\n---\n\n# Big news\nbody", "Big news", "body", 6, 3),
        ("---\ntitle: Big news\n---\n# Big news\nbody", "Big news", "body", 5, 8),
        ("---\ntitle: Other\n---\n# Big news\n", "Other", "# Big news\n", 4, 8),
        ("## Smaller\nbody", "Hello", "## Smaller\nbody", 1, None),
        ("# {{ data.x }}\nbody", "Hello", "# {{ data.x }}\nbody", 1, None),
        ("text\n\n# Big news\n", "Hello", "text\n\n# Big news\n", 1, None),
        ("#\nbody", "Hello", "#\nbody", 1, None),
        ("- a\n===\n", "Hello", "- a\n===\n", 1, None),
    ],
)
def test_a_leading_heading_is_the_title_and_leaves_the_body(
    text: str, title: str, body: str, body_line: int, column: int | None
):
    parsed = page(text)

    found = parsed.meta.places.get("title")
    assert (parsed.meta.title, parsed.body, parsed.body_line) == (title, body, body_line)
    assert (found.column if found else None) == column


def test_html_keeps_its_lines_and_is_titled_after_its_name():
    parsed = page("# not a heading\n", "site/pages/who-we_are.html")

    assert (parsed.meta.title, parsed.body, parsed.meta.layout) == ("Who we are", "# not a heading\n", "page")


def test_a_date_without_an_offset_is_in_the_zone_of_the_site():
    parsed = page(headed("date: 2020-05-16 10:00"), config=Config(timezone="+09:00"))

    assert parsed.meta.date == datetime(2020, 5, 16, 10, tzinfo=timezone(timedelta(hours=9)))


def test_an_old_address_that_is_the_new_one_is_dropped():
    assert page(headed("aliases: [/old, /2020/05/16/hello]")).meta.aliases == ("/old/",)


WHOLE_PATH = "write the whole path from the root, like `/about/`"


@pytest.mark.parametrize(
    ("path", "lines", "messages"),
    [
        (
            "posts/hello.md",
            [],
            [
                "posts/hello.md: error: this post has no date\n"
                "hint: add `date:`, name it `YYYY-MM-DD-hello`, or say `draft: true`"
            ],
        ),
        (
            "posts/2020-13-45-hello.md",
            [],
            [
                "posts/2020-13-45-hello.md: error: the date in the name, `2020-13-45`, is a date that no calendar has\n"
                "hint: rename it"
            ],
        ),
        (
            "posts/!!!.md",
            ["date: 2020-05-16", "title: '?'"],
            [
                "posts/!!!.md: error: the name has no letter or digit to make an address of\n"
                "hint: rename it, or add `slug:`"
            ],
        ),
        (
            "posts/index.md",
            [],
            [
                "posts/index.md: error: this post has no name of its own\n"
                "hint: move it to `site/pages/index.md`, or into a folder of its own"
            ],
        ),
        (
            "site/pages/con.md",
            [],
            [
                "site/pages/con.md: error: `/con/` has a part that is a device on Windows: `con`\n"
                "hint: choose another word"
            ],
        ),
        (
            POST,
            ["slug: ../../x"],
            [
                f"{POST}:2:7: error: `slug` is `../../x`, which is a path\n"
                "    2 | slug: ../../x\n"
                "      |       ^\n"
                "hint: write `permalink:` for a whole address"
            ],
        ),
        (
            POST,
            ["slug: '!'"],
            [
                f"{POST}:2:7: error: `slug` is `!`, which has no letter or digit\n"
                "    2 | slug: '!'\n"
                "      |       ^\n"
                "hint: write one word or more"
            ],
        ),
        (
            POST,
            [f"slug: {'a' * 256}"],
            [
                f"{POST}:2:7: error: a part of the address has 256 bytes; 255 are possible\n"
                f"    2 | slug: {'a' * 154}\n"
                "      |       ^\n"
                "hint: shorten it"
            ],
        ),
        (
            POST,
            ["permalink: ../../x"],
            [
                f"{POST}:2:12: error: `../../x` does not start with `/`\n"
                "    2 | permalink: ../../x\n"
                "      |            ^\n"
                f"hint: {WHOLE_PATH}"
            ],
        ),
        (
            POST,
            ["permalink: /:yaer/:slug/"],
            [
                f"{POST}:2:12: error: `:yaer` is not a placeholder\n"
                "    2 | permalink: /:yaer/:slug/\n"
                "      |            ^\n"
                "hint: did you mean `year`?"
            ],
        ),
        (
            "site/pages/a.md",
            ["permalink: /:year/a/"],
            [
                "site/pages/a.md:2:12: error: `:year` needs a date, and this page has none\n"
                "    2 | permalink: /:year/a/\n"
                "      |            ^\n"
                "hint: add `date:`"
            ],
        ),
        (
            "posts/hello.md",
            ["date: banana", "draft: maybe", "aliases: b"],
            [
                "posts/hello.md:2:7: error: `date` is `banana`, which is not a date\n"
                "    2 | date: banana\n"
                "      |       ^\n"
                "hint: write it as `2020-05-16` or `2020-05-16 10:00:00 +0900`",
                "posts/hello.md:3:8: error: `draft` is `maybe`, not `true` or `false`\n"
                "    3 | draft: maybe\n"
                "      |        ^",
                "posts/hello.md:4:10: error: `b` does not start with `/`\n"
                "    4 | aliases: b\n"
                "      |          ^\n"
                f"hint: {WHOLE_PATH}",
            ],
        ),
    ],
)
def test_what_keeps_a_page_from_its_address_is_told_with_its_place(path: str, lines: list[str], messages: list[str]):
    assert complaints(headed(*lines), path) == messages


def test_warnings_of_the_front_matter_travel_with_the_page():
    assert [warning.what for warning in page(headed("titel: A")).warnings] == ["`titel` is not a key the builder knows"]


NOW = datetime(2020, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lines", "drafts", "future", "reason"),
    [
        ([], False, False, ""),
        (["draft: true"], False, False, "draft"),
        (["draft: true"], True, False, ""),
        (["published: false"], True, True, "published: false"),
        (["date: 2030-01-01"], False, False, "future (2030-01-01)"),
        (["date: 2030-01-01"], False, True, ""),
        (["date: 2020-06-01 08:00 +0900"], False, False, ""),
        (["expires: 2020-05-31"], False, False, "expired (2020-05-31)"),
        (["expires: 2020-06-02"], False, False, ""),
    ],
)
def test_a_page_that_stays_out_says_why(lines: list[str], drafts: bool, future: bool, reason: str):
    assert hidden_because(page(headed(*lines)), NOW, drafts, future) == reason


def test_a_file_in_a_drafts_folder_is_a_draft_unless_it_says_otherwise():
    found = [page(headed(*lines), "posts/drafts/2020-05-16-a.md").meta.draft for lines in ([], ["draft: false"])]

    assert found == [True, False]


KEYS = [
    "title",
    "date",
    "tags",
    "draft",
    "slug",
    "permalink",
    "aliases",
    "author",
    "image",
    "layout",
    "status",
    "x",
    "Title",
]
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["[a, [b]]", "{a: b}", "&a [*a]", "*a", "2020-05-16", "/:slug/", "/%2e%2e/", "!!python/x 1", "'", "|", "|\n  a"]
    ),
)
PATHS = st.sampled_from([POST, "posts/x.md", "site/pages/a/b.md", "site/pages/404.md", "_drafts/x.md"])


@settings(max_examples=150, deadline=None)
@given(
    fences=st.sampled_from([("---\n", "\n---\n"), ("+++\n", "\n+++\n"), ("{", "}\n"), ("", "\n\n"), ("---\n", "")]),
    pairs=st.lists(st.tuples(st.sampled_from(KEYS), VALUES), max_size=4),
    separator=st.sampled_from([": ", " = ", '": "']),
    body=st.text(max_size=40),
    path=PATHS,
)
@example(fences=("", ""), pairs=[], separator="", body="{" * 5000, path=POST)
@example(fences=("---\n", "\n---\n"), pairs=[("x", "[" * 5000)], separator=": ", body="", path=POST)
@example(fences=("+++\n", "\n+++\n"), pairs=[("x", "[" * 5000)], separator=" = ", body="", path=POST)
@example(fences=('{"x":' * 5000, "}" * 5000), pairs=[], separator="", body="", path=POST)
def test_whatever_a_file_holds_only_mistakes_are_raised(
    fences: tuple[str, str], pairs: list[tuple[str, str]], separator: str, body: str, path: str
):
    """A file is parsed, or every error is a SiteError; no other exception, no file outside of the output."""
    text = fences[0] + "\n".join(key + separator + value for key, value in pairs) + fences[1] + body
    try:
        parsed = page(text, path)
    except (SiteError, ExceptionGroup) as error:
        group = error if isinstance(error, ExceptionGroup) else ExceptionGroup("one", [error])
        assert group.split(SiteError)[1] is None
        assert all(str(mistake) for mistake in flatten(group))
        return
    assert not {"", ".", ".."} & set(parsed.path.split("/"))
    assert parsed.body in text
    assert parsed.url.isascii()
