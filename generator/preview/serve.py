"""The preview server: which address is answered by what, and with which guards in front."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs

from generator.preview import pages
from generator.preview.guard import Guard, Peer, same, split_target
from generator.preview.hub import Listener
from generator.preview.news import News
from generator.preview.request import Refused, Request
from generator.preview.response import TYPES, File, Response, data, whole
from generator.preview.session import Session

CLIENT = Path(__file__).parent / "client"
THEME = Path(__file__).parents[1] / "theme"
OURS = "/__labpress/"
CLIENT_FILE = re.compile(r"[a-z][a-z0-9_-]*\.(?:js|css|svg)")
END_OF_BODY = re.compile(rb"</body\s*>", re.IGNORECASE)

Rerun = Callable[[str], None]  # starts an experiment by name; raises Refused


class Preview:
    """Answers every request: pages from the session, endpoints for our own pages, refusals for the rest."""

    def __init__(self, session: Session, news: News, guard: Guard, root: Path, rerun: Rerun | None = None) -> None:
        self._session, self._news, self._guard, self._rerun = session, news, guard, rerun
        self._places = (root.resolve(), THEME.resolve())

    def answer(self, request: Request, peer: Peer) -> Response:
        """Answer one request.

        Raises:
            Refused: with the status that says why.
        """
        guard = self._guard
        guard.check_host(request, peer)
        if request.method not in {"GET", "HEAD", "POST"}:
            raise Refused(405, "only GET and HEAD are answered here", "GET, HEAD")
        path, query = split_target(request.target, guard, peer)
        guard.check_origin(request)
        if path.startswith(OURS):
            return self._endpoint(request, peer, path.removeprefix(OURS), query)
        if request.method == "POST":
            raise Refused(405, "only GET and HEAD are answered here", "GET, HEAD")
        guard.check_key(request, peer)
        revision = self._news.revision  # read before the page: one told too low is fetched again, no harm done
        return self._with_client(pages.find(self._session, path, self._places), revision)

    def _endpoint(self, request: Request, peer: Peer, rest: str, query: str) -> Response:
        """Answer what only our own pages ask for."""
        token, _, name = rest.partition("/")
        if token == "enter" and self._guard.key:
            return self._enter(name)
        self._guard.check_token(token)
        if name == "rerun":
            return self._start_rerun(request, peer)
        if request.method == "POST":
            raise Refused(405, "only GET and HEAD are answered here", "GET, HEAD")
        self._guard.check_endpoint(request, peer, strictly=name == "events")
        match name:
            case "events":
                return self._events()
            case "facts":
                return data(self._session.facts(parse_qs(query).get("url", ["/"])[0]))
            case "diff":
                return data(self._session.diff())
        if CLIENT_FILE.fullmatch(name) and (CLIENT / name).is_file():
            return whole(name, (CLIENT / name).read_bytes())
        raise Refused(404, "there is nothing at this address")

    def _events(self) -> Response:
        listener = self._news.hub.listen()
        if listener is None:
            raise Refused(503, "too many pages are listening")
        headers = (
            ("Content-Type", "text/event-stream; charset=utf-8"),
            ("X-Accel-Buffering", "no"),
        )  # a proxy may wait
        return Response(200, headers, listener)

    def _start_rerun(self, request: Request, peer: Peer) -> Response:
        """Start an experiment for a page of this machine.

        Raises:
            Refused: 405 without POST, 403 for anybody else's page, 415 for another type, 400, 404 or 409 for the name.
        """
        if request.method != "POST":
            raise Refused(405, "an experiment is started by POST", "POST")
        self._guard.check_endpoint(request, peer, strictly=True)
        try:
            start = self._may_rerun(request, peer)
            name = _experiment(request.body)
            start(name)
        except Refused as refused:
            return data({"error": refused.why}, refused.status)
        return data({"experiment": name}, 202)

    def _may_rerun(self, request: Request, peer: Peer) -> Rerun:
        if self._rerun is None:
            raise Refused(403, "`serve --allow-run` lets pages start experiments")
        if not peer.is_loopback:
            raise Refused(403, "only pages on the machine of the server may start experiments")
        if request.header("content-type").partition(";")[0].strip().lower() != "application/json":
            raise Refused(415, "the body must be `application/json`")
        return self._rerun

    def _enter(self, key: str) -> Response:
        """Give a guest who shows the key its cookie; the page leads on, as a strict cookie skips redirects."""
        if not same(key, self._guard.key):
            raise Refused(404, "there is nothing at this address")
        cookie = f"{self._guard.cookie}={self._guard.key}; Path=/; HttpOnly; SameSite=Strict"
        body = b'<!doctype html>\n<meta http-equiv="refresh" content="0; url=/">\n<a href="/">To the preview</a>\n'
        return Response(200, (("Content-Type", TYPES["html"]), ("Set-Cookie", cookie)), body)

    def _with_client(self, response: Response, revision: int) -> Response:
        """Put the client's script before the end of a page."""
        kind = dict(response.headers).get("Content-Type", "")
        if not kind.startswith("text/html") or response.status not in {200, 404}:
            return response
        body = response.body if isinstance(response.body, bytes) else read_all(response.body)
        address = html.escape(f"{OURS}{self._guard.token}/live.js")
        tag = f'<script type="module" src="{address}" data-revision="{revision}"></script>\n'.encode()
        ends = [found.start() for found in END_OF_BODY.finditer(body)]
        end = ends[-1] if ends else len(body)
        made = whole("page.html", body[:end] + tag + body[end:])
        return made if response.status == 200 else replace(made, status=404, headers=response.headers)


def read_all(body: File | Listener) -> bytes:
    """Read a page that is copied as it is."""
    assert isinstance(body, File), "only files and bytes are HTML"
    return b"".join(body.pieces())


def _experiment(body: bytes) -> str:
    """Read the name of the experiment to run.

    Raises:
        Refused: 400, when the body says anything else.
    """
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict) or list(asked) != ["experiment"] or not isinstance(asked["experiment"], str):
        raise Refused(400, 'the body must be `{"experiment": "<name>"}`')
    return str(asked["experiment"])
