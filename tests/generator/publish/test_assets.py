from __future__ import annotations

from pathlib import Path

POST = """
-- posts/2026-01-02-x.md --
---
title: X
---
{body}
"""


def write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(f"content of {path}")


def copied(built) -> list[str]:
    """Return the files that are no pages of ours and not the theme's."""
    made = {"404.html", "index.html", "atom.xml", "archive/index.html", "sitemap.xml", "robots.txt"}
    pages = {item.page.path for item in built.built.site.everything}
    return [path for path in built.paths if path not in made | pages and not path.startswith(("theme/", "tags/"))]


def test_static_files_go_to_the_root_of_the_site(site):
    write(
        site.root,
        "site/static/CNAME",
        "site/static/img/a b.png",
        "site/static/.nojekyll",
        "site/static/.well-known/x.txt",
    )
    write(
        site.root, "site/static/.DS_Store", "site/static/img/x.png~", "site/static/.gitkeep", "site/static/.git/config"
    )

    built = site(POST.format(body="x"))

    assert copied(built) == [".nojekyll", ".well-known/x.txt", "CNAME", "img/a b.png"]
    assert built["img/a b.png"] == "content of site/static/img/a b.png"


def test_the_other_files_of_a_posts_folder_stand_beside_it(site):
    write(
        site.root,
        "posts/2026-01-02-x/fig/a.svg",
        "posts/2026-01-02-x/data.csv",
        "posts/2026-01-02-x/.secret",
        "posts/other.png",
    )

    built = site("-- posts/2026-01-02-x/index.md --\n---\ntitle: X\n---\n![a](fig/a.svg)\n")

    assert copied(built) == ["2026/01/02/x/data.csv", "2026/01/02/x/fig/a.svg"]


def test_the_files_of_a_draft_are_not_published(site):
    write(site.root, "posts/2026-01-02-x/a.svg")

    built = site(
        "-- posts/2026-01-02-x/index.md --\n---\ntitle: X\ndraft: true\n---\nx\n"
        + POST.format(body="x").replace("01-02-x", "01-03-y")
    )

    assert copied(built) == []


def test_a_page_in_a_folder_brings_its_files_but_no_pages_and_no_files_of_other_pages(site):
    write(
        site.root,
        "site/pages/guide/a.png",
        "site/pages/guide/deep/b.png",
        "site/pages/guide/setup/c.png",
        "site/pages/guide/hidden/d.png",
    )

    built = site("""
        -- site/pages/guide/index.md --
        # Guide
        -- site/pages/guide/more.md --
        # More
        -- site/pages/guide/setup/index.md --
        # Setup
        -- site/pages/guide/hidden/index.md --
        ---
        title: Hidden
        draft: true
        ---
    """)

    assert copied(built) == ["guide/a.png", "guide/deep/b.png", "guide/setup/c.png"]


def test_a_post_that_is_one_file_brings_the_files_it_links_to(site):
    write(site.root, "posts/img/a b.png", "posts/img/unused.png", "posts/paper.pdf", "posts/.hidden.png")
    body = "![a](<img/a b.png>) and [the paper](paper.pdf#page=2), [again](./paper.pdf?x), [elsewhere](https://x.org/paper.pdf)"

    built = site(POST.format(body=body))

    assert copied(built) == ["2026/01/02/x/img/a b.png", "2026/01/02/x/paper.pdf"]
    assert built["2026/01/02/x/img/a b.png"] == "content of posts/img/a b.png"


def test_a_link_publishes_nothing_from_outside_the_posts_and_no_source(site):
    write(site.root, "_data/chat.txt", "secret.txt", "posts/.hidden.png")
    body = "[a](../_data/chat.txt) [b](../secret.txt) [c](.hidden.png) [d](/secret.txt)"

    messages = site.errors(POST.format(body=body))

    assert [message.split("\n")[0].partition(": error: ")[2][:3] for message in messages] == [
        "`..",
        "`..",
        "`.h",
        "`/s",
    ]


def test_one_file_linked_from_two_places_is_published_for_each(site):
    write(site.root, "posts/img/a.png")

    built = site(
        POST.format(body="![a](img/a.png)") + POST.format(body="![a](img/a.png)").replace("01-02-x", "01-03-y")
    )

    assert copied(built) == ["2026/01/02/x/img/a.png", "2026/01/03/y/img/a.png"]


def test_an_author_may_replace_a_file_of_the_theme(site):
    (site.root / "site/static/theme").mkdir(parents=True)
    (site.root / "site/static/theme/site.css").write_text("/* mine */")

    built = site(POST.format(body="x"))

    assert built["theme/site.css"] == "/* mine */"
    assert "theme/tokens.css" in built.paths


def test_the_colours_of_code_follow_the_config(site):
    built = site("-- site/config.yaml --\ncode_style_light: friendly\n" + POST.format(body="x"))

    assert "`friendly` and `lightbulb`" in built["theme/code.css"]


def test_an_unknown_style_of_code_is_named(site):
    messages = site.errors("-- site/config.yaml --\ncode_style_light: frendly\n" + POST.format(body="x"))

    assert [message.partition("\n")[0] for message in messages] == [
        "site/config.yaml:1:19: error: no style of code is called `frendly`"
    ]


def test_links_out_of_the_site_are_named(site):
    write(site.root, "site/static/a.txt", "posts/2026-01-02-x/b.txt")
    (site.root / "site/static/etc").symlink_to("/etc")
    (site.root / "posts/2026-01-02-x/passwd").symlink_to("/etc/passwd")
    (site.root / "posts/img").symlink_to("/usr/share")
    page = "-- posts/2026-01-02-x/index.md --\n---\ntitle: X\n---\nx\n"

    messages = site.errors(page + POST.format(body="[a](img/common-licenses/GPL-3)").replace("01-02-x", "01-03-y"))

    hint = "outside the site\nhint: copy what it leads to into the site"
    assert [message for message in messages if "is a link to" in message and "posts/img: " not in message[:11]] == [
        f"posts/2026-01-02-x/passwd: error: `posts/2026-01-02-x/passwd` is a link to `/etc/passwd`, {hint}",
        f"site/static/etc: error: `site/static/etc` is a link to `/etc`, {hint}",
    ]
    assert any(message.startswith("posts/img: error: `posts/img` is a link to `/usr/share`") for message in messages)


def test_links_inside_the_site_are_copied_as_files(site):
    write(site.root, "shared/a.txt")
    (site.root / "site/static").mkdir(parents=True)
    (site.root / "site/static/a.txt").symlink_to("../../shared/a.txt")

    built = site(POST.format(body="x"))

    assert built["a.txt"] == "content of shared/a.txt"
    assert not (site.root / "_site/a.txt").is_symlink()
