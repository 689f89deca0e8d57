import unicodedata
from datetime import UTC, datetime

import pytest

from generator.address import BadAddress, fill_pattern, make_address, output_path, require_pattern, slugify

WORDS = {"slug": "hello", "title": "Hello", "categories": "a/b"}
DATE = datetime(2020, 5, 6, 7, 8, 9, tzinfo=UTC)


def complaint(written: str) -> tuple[str, str]:
    with pytest.raises(BadAddress) as caught:
        make_address(written)
    return caught.value.what, caught.value.hint


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Group LASSO: exact zeros!", "group-lasso-exact-zeros"),
        ("It's  a -- dash", "its-a-dash"),
        ("안녕 세상", "안녕-세상"),
        ("हिन्दी", "हिन्दी"),
        ("Ärger", "ärger"),
        ("../../etc", "etc"),
        ("C++ & 🎉 1.5", "c-1-5"),
        ("I ❤️ it", "i-it"),
        ("!?", ""),
    ],
)
def test_a_slug_keeps_the_letters_and_digits_of_every_script(text: str, slug: str):
    assert slugify(text) == slug
    assert slugify(unicodedata.normalize("NFD", text)) == slug


def test_a_pretty_slug_keeps_capitals_and_some_signs():
    assert slugify("My_Post v1.2 (new)", pretty=True) == "My_Post-v1.2-(new)"


@pytest.mark.parametrize(
    ("written", "url", "path"),
    [
        ("/", "/", "index.html"),
        ("/about", "/about/", "about/index.html"),
        ("/about.html", "/about.html", "about.html"),
        ("/404.html", "/404.html", "404.html"),
        ("/v1.2/", "/v1.2/", "v1.2/index.html"),
        ("/v1.2", "/v1.2/", "v1.2/index.html"),
        ("/old/feed.xml", "/old/feed.xml", "old/feed.xml"),
        ("/안녕/", "/%EC%95%88%EB%85%95/", "안녕/index.html"),
        ("/%EC%95%88%EB%85%95/", "/%EC%95%88%EB%85%95/", "안녕/index.html"),
        ("/a b/", "/a%20b/", "a b/index.html"),
        ("/cafe\u0301/", "/caf%C3%A9/", "caf\u00e9/index.html"),
    ],
)
def test_an_address_is_kept_encoded_and_written_decoded(written: str, url: str, path: str):
    assert (make_address(written), output_path(make_address(written))) == (url, path)


WHOLE_PATH = "write the whole path from the root, like `/about/`"
FROM_ROOT = "write the address out from the root of the site"
AFTER_HOST = "write the part after the host, from its `/`"


@pytest.mark.parametrize(
    ("written", "what", "hint"),
    [
        ("about/", "`about/` does not start with `/`", WHOLE_PATH),
        ("", "the address is empty", WHOLE_PATH),
        ("../x", "`../x` does not start with `/`", WHOLE_PATH),
        ("/a/../x/", "`/a/../x/` has `..` as a part", FROM_ROOT),
        ("/a/./x/", "`/a/./x/` has `.` as a part", FROM_ROOT),
        ("/a/%2e%2E/x/", "`/a/%2e%2E/x/` has `..` as a part", FROM_ROOT),
        ("/a%2Fb%2F..", "`/a%2Fb%2F..` has `..` as a part", FROM_ROOT),
        ("/%252e%252e/", "`/%252e%252e/` has a `%` that starts no escape", "leave it out, or write a word"),
        ("/100%/", "`/100%/` has a `%` that starts no escape", "leave it out, or write a word"),
        ("/%ff/", "the escapes in `/%ff/` are not UTF-8", "write the characters themselves"),
        ("//evil.example/", "`//evil.example/` is an address of its own", AFTER_HOST),
        ("https://x.org/a/", "`https://x.org/a/` is an address of its own", AFTER_HOST),
        ("/a//b/", "`/a//b/` has an empty part", "write one `/`"),
        ("/a\\b/", "`/a\\b/` holds `\\`, which not every file system takes", "write `-` instead"),
        ("/a:b/", "`/a:b/` holds `:`, which not every file system takes", "write `-` instead"),
        ("/a?p=1", "`/a?p=1` holds `?`, which no file's address can", "leave out what follows the path"),
        ("/a#b", "`/a#b` holds `#`, which no file's address can", "leave out what follows the path"),
        ("/a\tb/", "the address holds the character U+0009", "remove it"),
        ("/a\u202eb/", "the address holds the character U+202E", "remove it"),
        ("/a%00/", "the address holds the character U+0000", "remove it"),
        ("/a/CON/", "`/a/CON/` has a part that is a device on Windows: `CON`", "choose another word"),
        ("/nul.html", "`/nul.html` has a part that is a device on Windows: `nul.html`", "choose another word"),
        ("/a./", "`/a./` has a part with a space or a dot at its edge", "remove it"),
        ("/a /", "`/a /` has a part with a space or a dot at its edge", "remove it"),
        (f"/{'é' * 128}/", "a part of the address has 256 bytes; 255 are possible", "shorten it"),
        ("/" + "abcdefghi/" * 100, "the address has 1,001 bytes; 1,000 are possible", "shorten it"),
    ],
)
def test_what_cannot_be_an_address_is_told_with_a_way_out(written: str, what: str, hint: str):
    assert complaint(written) == (what, hint)


@pytest.mark.parametrize(
    ("pattern", "address"),
    [
        ("/:year/:month/:day/:slug/", "/2020/05/06/hello/"),
        ("/:short_year-:i_month-:i_day/:y_day/:hour:minute:second/:title", "/20-5-6/127/070809/Hello"),
        ("pretty", "/a/b/2020/05/06/Hello/"),
        ("date", "/a/b/2020/05/06/Hello.html"),
        ("none", "/a/b/Hello.html"),
    ],
)
def test_a_pattern_is_filled_as_jekyll_does(pattern: str, address: str):
    assert fill_pattern(pattern, WORDS, DATE) == address


def test_no_categories_leave_no_gap():
    assert fill_pattern("pretty", {**WORDS, "categories": ""}, DATE) == "/2020/05/06/Hello/"


@pytest.mark.parametrize(
    ("pattern", "what", "hint"),
    [
        ("/:year/:slag/", "`:slag` is not a placeholder", "did you mean `slug`?"),
        (
            "/:slug/:x/",
            "`:x` is not a placeholder",
            "known are `:year`, `:short_year`, `:month`, `:day`, `:hour`, `:minute`, `:second`, `:y_day`, "
            "`:i_month`, `:i_day`, `:slug`, `:title`, `:categories`",
        ),
        ("/:year/", "`/:year/` gives every post of a day one address", "add `:slug`"),
        ("/../:slug/", "`/../x/` has `..` as a part", FROM_ROOT),
        (":slug/", "`x/` does not start with `/`", WHOLE_PATH),
    ],
)
def test_a_pattern_of_the_site_must_give_each_post_an_address(pattern: str, what: str, hint: str):
    with pytest.raises(BadAddress) as caught:
        require_pattern(pattern)

    assert (caught.value.what, caught.value.hint) == (what, hint)


def test_a_pattern_with_a_date_needs_one():
    with pytest.raises(BadAddress) as caught:
        fill_pattern("/:year/:slug/", WORDS, None)

    assert (caught.value.what, caught.value.hint) == (
        "`:year` needs a date, and this page has none",
        "add `date:`",
    )
