"""The server with a real site behind it: pages, endpoints, guests, and a browser under a rebound name."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chromium import CHROMIUM, Browser
from generator.build import Options
from generator.preview.command import Running, Wishes
from generator.preview.guard import Guard, Peer
from generator.preview.request import Refused, Request
from generator.preview.serve import Preview

FILES = {
    "posts/2026-01-02-a.md": "---\ntitle: A post\n---\nWords.\n",
    "site/static/notes.txt": "0123456789",
    "site/static/old.html": "<!doctype html><title>old</title><p>a page of long ago",
    "site/static/two.html": "<p>says </body> in a comment</BODY ></html>",
    "site/static/é/ü.txt": "umlaut",
    "site/static/picture.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
}


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    text: str


class Site:
    """A small site that is served."""

    def __init__(self, root: Path, **wishes: Any) -> None:
        for path, text in FILES.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        self.root, self.lines = root, list[str]()
        self.running = Running(Options(root, root / "_site", jobs=1), Wishes(port=0, **wishes), say=self.lines.append)

    def get(self, path: str, method: str = "GET", body: str | None = None, **headers: str) -> Got:
        connection = http.client.HTTPConnection("localhost", self.running.port, timeout=10)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        got = Got(answer.status, dict(answer.getheaders()), answer.read().decode())
        connection.close()
        return got

    def ours(self, name: str, **more: Any) -> Got:
        """Ask an endpoint as a page of ours would."""
        origin = f"http://localhost:{self.running.port}"
        return self.get(f"/__labpress/{self.running.token}/{name}", Origin=origin, **more)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.running.close()


def test_a_page_holds_the_client_and_the_build_does_not(site: Site):
    page = site.get("/2026/01/02/a/")
    output = site.running.session.get("2026/01/02/a/index.html")
    assert output is not None
    assert isinstance(output.content, bytes)

    tag = (
        f'<script type="module" src="/__labpress/{site.running.token}/live.js" '
        f'data-revision="{site.running.news.revision}"></script>\n'
    )
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert page.text.count(tag) == 1
    assert page.text.replace(tag, "") == output.content.decode()


@pytest.mark.parametrize(
    ("path", "around"),
    [("/old.html", r"long ago<script .*</script>\n$"), ("/two.html", r"comment<script .*</script>\n</BODY ></html>$")],
)
def test_a_page_that_is_copied_holds_the_client_at_its_end(site: Site, path: str, around: str):
    assert re.search(around, site.get(path).text)


def test_what_is_not_there_is_answered_by_the_sites_own_page(site: Site):
    for path in ("/nothing", "/2026/", "/theme/", "/__labpress/", f"/__labpress/{site.running.token}/nothing.js"):
        assert site.get(path).status == 404
    page = site.get("/nothing")

    assert "This page is not here" in page.text
    assert "live.js" in page.text
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_page_without_its_slash_leads_to_the_one_with_it(site: Site):
    moved = site.get("/2026/01/02/a?next=//evil.test")

    assert (moved.status, moved.headers["Location"]) == (302, "/2026/01/02/a/")


def test_files_are_served_with_their_types_and_names(site: Site):
    text, style = site.get("/%C3%A9/%C3%BC.txt"), site.get("/theme/code.css")

    assert (text.text, text.headers["Content-Type"]) == ("umlaut", "text/plain; charset=utf-8")
    assert (style.status, style.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert site.get("/picture.svg").headers["Content-Type"] == "image/svg+xml"


def test_head_range_and_tags_hold_for_pages_and_files(site: Site):
    for path in ("/notes.txt", "/2026/01/02/a/"):
        whole, head = site.get(path), site.get(path, "HEAD")
        part = site.get(path, Range="bytes=2-4")

        assert (head.status, head.text, head.headers["Content-Length"]) == (200, "", str(len(whole.text.encode())))
        assert (part.status, part.text) == (206, whole.text.encode()[2:5].decode())
        assert site.get(path, If_None_Match=whole.headers["ETag"]).status == 304
        assert site.get(path, Range="bytes=9999999-").status == 416


def test_a_file_that_is_gone_is_not_there(tmp_path: Path):
    site = Site(tmp_path)
    assert site.get("/notes.txt").text == "0123456789"
    (tmp_path / "site/static/notes.txt").unlink()

    assert site.get("/notes.txt").status == 404
    site.running.close()


def test_the_clients_files_and_answers_are_for_our_own_pages(site: Site):
    script = site.ours("live.js")
    facts, diff = site.ours("facts?url=/2026/01/02/a/"), site.ours("diff")

    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert {"runs", "warnings"} <= json.loads(facts.text).keys()
    assert isinstance(json.loads(diff.text), dict)
    assert site.ours("facts?url=/no/such/page/").status == 200
    assert site.ours("facts").status == 200


def test_the_channel_greets_and_goes_on(site: Site):
    connection = http.client.HTTPConnection("127.0.0.1", site.running.port, timeout=10)
    connection.request("GET", f"/__labpress/{site.running.token}/events", headers={"Sec-Fetch-Site": "same-origin"})
    answer = connection.getresponse()
    hello = [answer.readline() for _ in range(6)]
    site.running.news.hub.publish({"type": "update"})
    told = [answer.readline(), answer.readline()]
    connection.close()

    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert hello[0] == b"retry: 300\n"
    assert [json.loads(line[6:])["type"] for line in hello if line.startswith(b"data")] == ["hello", "errors"]
    assert told == [b'data: {"type": "update"}\n', b"\n"]


def test_every_name_of_this_machine_leads_to_the_site(site: Site):
    found = {}
    for host in ("localhost", *(one.getsockname()[0] for one in site.running._connections._listening)):
        connection = http.client.HTTPConnection(host, site.running.port, timeout=10)
        connection.request("GET", "/2026/01/02/a/")
        found[host] = connection.getresponse().status
        connection.close()

    assert set(found.values()) == {200}
    assert {"localhost", "127.0.0.1"} <= found.keys() <= {"localhost", "127.0.0.1", "::1"}


def test_without_allow_run_no_page_starts_an_experiment(site: Site):
    asked = site.ours("rerun", method="POST", body='{"experiment": "x"}', Content_Type="application/json")

    assert (asked.status, json.loads(asked.text)) == (
        403,
        {"error": "`serve --allow-run` lets pages start experiments"},
    )


def test_with_allow_run_a_page_starts_one(tmp_path: Path):
    started: list[str] = []
    site = Site(tmp_path)
    guard = Guard(site.running.port, site.running.token)
    preview = Preview(site.running.session, site.running.news, guard, tmp_path, started.append)
    request = Request(
        "POST",
        f"/__labpress/{guard.token}/rerun",
        (1, 1),
        {
            "host": f"localhost:{guard.port}",
            "origin": f"http://localhost:{guard.port}",
            "content-type": "application/json",
        },
        b'{"experiment": "x.y"}',
    )

    mine = preview.answer(request, Peer("127.0.0.1", "127.0.0.1"))
    far = preview.answer(request, Peer("192.168.1.9", "127.0.0.1"))
    site.running.close()

    assert (mine.status, started) == (202, ["x.y"])
    assert (far.status, json.loads(bytes(far.body))) == (
        403,
        {"error": "only pages on the machine of the server may start experiments"},
    )


def test_a_guest_needs_the_printed_link_once(tmp_path: Path):
    site = Site(tmp_path, host="0.0.0.0")
    guard = Guard(site.running.port, site.running.token, site.running.key)
    preview = Preview(site.running.session, site.running.news, guard, tmp_path)
    link = next(line for line in site.lines if line.startswith("warning: "))
    found = re.search(r"http://([^/]+)(/__labpress/enter/(\S+))$", link)
    assert found

    def asks(path: str, cookie: str = "") -> tuple[int, str]:
        headers = {"host": found[1], **({"cookie": cookie} if cookie else {})}
        local = found[1].rpartition(":")[0]
        try:
            answer = preview.answer(Request("GET", path, (1, 1), headers), Peer("203.0.113.9", local))
        except Refused as refused:
            return refused.status, ""
        return answer.status, dict(answer.headers).get("Set-Cookie", "")

    status, cookie = asks(found[2])
    site.running.close()

    assert link.startswith(
        "warning: other machines can reach this preview, drafts included; this link lets in: http://"
    )
    assert (asks("/")[0], asks("/__labpress/enter/x")[0]) == (403, 404)
    assert cookie == f"labpress-{site.running.port}={found[3]}; Path=/; HttpOnly; SameSite=Strict"
    assert (status, asks("/", cookie.partition(";")[0])[0]) == (200, 200)


class Evil(BaseHTTPRequestHandler):
    """A page on another server that tries to read the preview in every way it can."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>evil</title>")

    def log_message(self, *_: object) -> None:
        pass


STEAL = """
(async () => {
  const tried = {};
  const fetched = async (name, url, options) => {
    try { const got = await fetch(url, options); tried[name] = got.type + ' ' + got.status + ' ' + (await got.text()).includes('Words') }
    catch (error) { tried[name] = 'blocked' }
  };
  await fetched('fetch', BASE + '/2026/01/02/a/');
  await fetched('no-cors', BASE + '/2026/01/02/a/', {mode: 'no-cors'});
  await fetched('post', BASE + CHANNEL + 'rerun', {method: 'POST', body: '{"experiment": "x"}', mode: 'no-cors'});
  tried.events = await new Promise(done => {
    const source = new EventSource(BASE + CHANNEL + 'events');
    source.onmessage = () => done('read'); source.onerror = () => { source.close(); done('blocked') };
  });
  tried.script = await new Promise(done => {
    const script = document.createElement('script');
    script.src = BASE + CHANNEL + 'live.js'; script.onload = () => done('ran'); script.onerror = () => done('blocked');
    document.head.append(script);
  });
  tried.frame = await new Promise(done => {
    const frame = document.createElement('iframe');
    frame.src = BASE + '/2026/01/02/a/'; frame.onload = () => { try { done(frame.contentDocument ? frame.contentDocument.body.textContent : 'unreadable') } catch (e) { done('unreadable') } };
    document.body.append(frame);
  });
  return JSON.stringify(tried);
})()
"""  # noqa: E501 - a page of the enemy


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
def test_a_rebound_name_and_a_foreign_page_read_nothing(site: Site):
    """DNS rebinding: `evil.test` leads to this very machine, with our port and with another one."""
    evil = ThreadingHTTPServer(("127.0.0.1", 0), Evil)
    threading.Thread(target=evil.serve_forever, daemon=True).start()
    channel = f"/__labpress/{site.running.token}/"
    with Browser("--host-resolver-rules=MAP evil.test 127.0.0.1") as browser:
        tab = browser.tab(f"http://evil.test:{site.running.port}/2026/01/02/a/")
        rebound = tab.evaluate("document.documentElement.textContent")
        tab.open(f"http://evil.test:{evil.server_port}/")
        script = STEAL.replace("BASE", f"'http://localhost:{site.running.port}'").replace("CHANNEL", f"'{channel}'")
        stolen = json.loads(tab.evaluate(script))
        script = STEAL.replace("BASE", f"'http://evil.test:{site.running.port}'").replace("CHANNEL", f"'{channel}'")
        stolen_by_name = json.loads(tab.evaluate(script))
    evil.shutdown()
    evil.server_close()

    assert "421 Misdirected Request" in rebound
    assert "Words" not in rebound
    nothing = {"fetch": "blocked", "no-cors": "blocked", "post": "blocked", "events": "blocked", "script": "blocked"}
    assert stolen == {**nothing, "frame": "unreadable"}
    assert stolen_by_name == {**nothing, "frame": "unreadable"}
