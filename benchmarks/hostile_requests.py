"""Hostile requests over raw sockets: what a web page, a neighbour or a broken program may send to a preview.

`python -m benchmarks.hostile_requests` serves a small site with secrets beside it, sends every request and prints a
table of the answers by kind. An answer is wrong when its status is not among those the case allows, when it holds a
secret, lets another origin read it, leads to another server, or when the preview does not answer any more.
"""

from __future__ import annotations

import re
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generator.build import Options
from generator.preview.command import Running, Wishes

SECRET = "the-secret-of-the-machine"
NOTHING = frozenset({400, 404})
PAGE = frozenset({200})
SECONDS = 8.0
EXPERIMENT = '"""Claim."""\nWRITES = {"x": "scalar"}\n\n\ndef run(c, log):\n    return {"x": 1}\n'


@dataclass(frozen=True)
class Case:
    """One request, as bytes, and the statuses that are right for it."""

    kind: str
    sent: bytes
    right: frozenset[int]


@dataclass(frozen=True)
class Answer:
    """What came back: 0 when the connection was closed without a word."""

    status: int
    headers: str
    body: bytes


@dataclass(frozen=True)
class Target:
    """The server under attack."""

    port: int
    token: str

    def get(self, path: str, *headers: str, method: str = "GET", host: str = "", body: str = "") -> bytes:
        """Write a request that is well-formed but for what the caller makes of it."""
        named = f"Host: {host or f'localhost:{self.port}'}"
        length = (f"Content-Length: {len(body)}",) if body else ()
        lines = [f"{method} {path} HTTP/1.1", named, *headers, *length, "Connection: close", "", body]
        return "\r\n".join(lines).encode("latin-1")


def cases(target: Target) -> Iterator[Case]:
    """Yield every request, kind by kind."""
    for kind in (
        traversals,
        hidden_files,
        hosts,
        origins,
        sockets,
        methods,
        malformed,
        redirects,
        ranges,
        reruns,
        sizes,
    ):
        yield from kind(target)


def traversals(target: Target) -> Iterator[Case]:
    """Yield ways out of the site: dots and separators in every disguise, names that Windows knows."""
    dots = ".. %2e%2e .%2e %2E. %252e%252e %c0%ae%c0%ae %u002e%u002e ..; ... .... ..%00 %ef%bc%8e%ef%bc%8e".split()
    separators = ("/", "%2f", "\\", "%5c", "%252f", "%c0%af", "//", "/./")
    for dot in dots:
        for separator in separators:
            yield Case("traversal", target.get("/" + (dot + separator) * 4 + "secret.txt"), NOTHING)
    windows = (
        "/C:/Windows/win.ini /c:%5cwindows%5cwin.ini /con /nul.txt /aux /com1 /prn.html //server/share/secret.txt "
        "/\\\\server\\share /secret.txt::$DATA /index.html::$DATA /SECRET~1.TXT /secret.txt. /secret.txt%20 /%00 "
        "/index.html%00.txt /index.html%0d%0aX-Evil:1 /etc/passwd //etc/passwd /file:///etc/passwd /@fs/etc/passwd "
        "/linked.txt /index.html/../../secret.txt"
    )
    yield from (Case("Windows and other forms", target.get(path), NOTHING) for path in windows.split())
    for query in ("?/../../secret.txt", "?raw&url=../../secret.txt", "?import&raw"):
        yield Case("queries", target.get(f"/{query}"), PAGE)


def hidden_files(target: Target) -> Iterator[Case]:
    """Yield files beside the site, and files of the server itself."""
    paths = (
        "/.git/config /.git/HEAD /.env /.labpress.json /.labpress/key /.runs/tiny/lock /.htpasswd /site/config.yaml "
        "/posts/2026-01-02-hello.md /_data/private.yaml /experiments/tiny.py /posts/ /theme/ /_site/index.html "
    )
    yield from (Case("hidden files and folders", target.get(path), NOTHING) for path in paths.split())
    for name in ("", "live.js.map", "../serve.py", "..%2fserve.py", "__init__.py", "client/live.js"):
        yield Case("hidden files and folders", target.get(f"/__labpress/{target.token}/{name}"), NOTHING)


def hosts(target: Target) -> Iterator[Case]:
    """Yield names that are not ours, as a rebound name or a proxy would send them."""
    port = target.port
    foreign = (
        f"evil.test evil.test:{port} localhost localhost:{port + 1} localhost.evil.test:{port} "
        f"127.0.0.1.evil.test:{port} "
        f"evil-localhost:{port} evil@localhost:{port} localhost:{port}@evil.test 127.1:{port} 2130706433:{port} "
        f"0x7f000001:{port} 0.0.0.0:{port} [::]:{port} [::ffff:127.0.0.1]:{port} localhost.:{port} 192.168.0.1:{port} "
        f"localhost:99999 localhost:{port}/ localhost:{port},evil.test localhost:0{port} .localhost:{port} "
        f"local\u00adhost:{port} *:{port} localhost%00:{port} 127.0.0.2:{port}"
    )
    for host in foreign.split():
        yield Case("foreign Host", target.get("/", host=host), frozenset({421}))
    own = f"Host: localhost:{port}"
    yield Case("foreign Host", target.get("/", own), frozenset({400}))
    yield Case("foreign Host", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", frozenset({400}))
    yield Case("foreign Host", target.get("http://evil.test/"), frozenset({421}))
    yield Case("foreign Host", target.get(f"http://localhost:{port}@evil.test/"), frozenset({421}))
    yield Case("foreign Host", target.get(f"https://localhost:{port}/"), NOTHING)
    for header in ("X-Forwarded-Host: evil.test", "Forwarded: host=evil.test", "X-Original-URL: /../secret.txt"):
        yield Case("forwarding headers", target.get("/hello", header), frozenset({302}))
        yield Case("forwarding headers", target.get("/", header, host="evil.test"), frozenset({421}))


def origins(target: Target) -> Iterator[Case]:
    """Yield what pages of other origins send, and what lacks the secret."""
    port = target.port
    foreign = (
        f"null http://evil.test https://localhost:{port} http://localhost http://localhost:{port + 1} "
        f"http://localhost:{port}.evil.test http://evil.test#localhost:{port} file:// http://127.0.0.1:{port} "
        f"chrome-extension://abcdef http://LOCALHOST:{port} http://localhost:{port}/ http://evil.localhost:{port}"
    )
    ours = f"/__labpress/{target.token}"
    for origin in foreign.split():
        yield Case("foreign Origin, page", target.get("/", f"Origin: {origin}"), frozenset({403}))
        for name in ("events", "facts?url=/", "diff", "live.js"):
            yield Case("foreign Origin, endpoint", target.get(f"{ours}/{name}", f"Origin: {origin}"), frozenset({403}))
    for site in ("cross-site", "same-site", "evil"):
        for name in ("events", "facts?url=/", "live.js"):
            yield Case("another site", target.get(f"{ours}/{name}", f"Sec-Fetch-Site: {site}"), frozenset({403}))
    yield Case("another site", target.get(f"{ours}/events"), frozenset({403}))
    yield Case("another site", target.get(f"{ours}/events", "Sec-Fetch-Site: none"), frozenset({403}))
    own = f"Origin: http://localhost:{port}"
    for token in ("", "x", target.token[:-1], target.token + "x", target.token.swapcase(), "%00", "undefined", "é"):
        path = f"/__labpress/{token}/events".encode().decode("latin-1")
        yield Case("wrong secret", target.get(path, own), NOTHING)
    yield Case("wrong secret", target.get("/__labpress/enter/x", own), NOTHING)


def sockets(target: Target) -> Iterator[Case]:
    """Yield attempts to open a websocket."""
    upgrade = ("Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13")
    foreign = f"null http://evil.test https://localhost http://localhost:{target.port}.evil.test file://".split()
    for origin in foreign:
        for path in ("/", f"/__labpress/{target.token}/events"):
            yield Case("websocket", target.get(path, f"Origin: {origin}", *upgrade), frozenset({403}))
    yield Case("websocket", target.get(f"/__labpress/{target.token}/events", *upgrade), frozenset({403}))


def methods(target: Target) -> Iterator[Case]:
    """Yield methods that change something, or that nobody knows."""
    names = "POST PUT DELETE OPTIONS PATCH TRACE CONNECT PROPFIND DEBUG get Get TRACK"
    for name in names.split():
        yield Case("methods", target.get("/", method=name), frozenset({405}))
    yield Case("methods", target.get("*", method="OPTIONS"), frozenset({405}))
    yield Case("methods", target.get("evil.test:443", method="CONNECT"), frozenset({405}))
    for name in ("events", "facts", "diff", "live.js"):
        yield Case("methods", target.get(f"/__labpress/{target.token}/{name}", method="POST"), frozenset({405}))
    preflight = ("Origin: http://evil.test", "Access-Control-Request-Method: POST")
    yield Case(
        "methods", target.get(f"/__labpress/{target.token}/rerun", *preflight, method="OPTIONS"), frozenset({405})
    )


def malformed(target: Target) -> Iterator[Case]:
    """Yield what is no HTTP, and what two programs would read in two ways."""
    host = f"Host: localhost:{target.port}".encode()
    bad = frozenset({400})
    requests = (
        b"\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/1.1\n" + host + b"\n\n",
        b"GET  / HTTP/1.1\r\n" + host + b"\r\n\r\n",
        b"GET / HTTP/1.1 \r\n" + host + b"\r\n\r\n",
        b" GET / HTTP/1.1\r\n" + host + b"\r\n\r\n",
        b"GET\t/\tHTTP/1.1\r\n" + host + b"\r\n\r\n",
        b"GET / http/1.1\r\n" + host + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"\r\nbroken\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"\r\nname : x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"\r\n folded\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"\r\nx: a\x00b\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"\r\nx: a\rb\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\n" + host + b"\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\n" + host + b"\r\n\r\n",
        b"GET /%zz HTTP/1.1\r\n" + host + b"\r\n\r\n",
        b"GET /%ff HTTP/1.1\r\n" + host + b"\r\n\r\n",
        b"GET index.html HTTP/1.1\r\n" + host + b"\r\n\r\n",
        b"GET /#x HTTP/1.1\r\n" + host + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"\r\nContent-Length: 5\r\n\r\nhello",
        b"GET / HTTP/1.1\r\n" + host + b"\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + host + b"\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 20,
    )
    yield from (Case("malformed", request, bad) for request in requests)
    chunked = host + b"\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /secret HTTP/1.1\r\n\r\n"
    yield Case("malformed", b"POST / HTTP/1.1\r\n" + chunked, frozenset({501}))
    yield Case("malformed", b"GET / HTTP/2.0\r\n" + host + b"\r\n\r\n", frozenset({505}))
    yield Case("malformed", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", frozenset({505}))
    yield Case("malformed", target.get("/", "Expect: 100-continue"), frozenset({417}))


def redirects(target: Target) -> Iterator[Case]:
    """Yield paths that a careless redirect would turn into another server."""
    for path in ("//evil.test", "//evil.test/", "///evil.test", "/\\evil.test", "/%5cevil.test", "/%2f%2fevil.test",
                 "//evil.test/%2e%2e", "//hello", "/hello//", "//localhost/hello", "/hello%0d%0aLocation:%20//evil",
                 "/.//evil.test/hello"):  # fmt: skip
        yield Case("open redirects", target.get(path), NOTHING)
    for path in ("/hello", "/hello?next=//evil.test"):
        yield Case("open redirects", target.get(path), frozenset({302}))


def ranges(target: Target) -> Iterator[Case]:
    """Yield ranges inside the file, beyond it, and without meaning."""
    for asked in ("0-0", "0-", "-1", "2-5", "0-999999999999999999"):
        yield Case("ranges that can be met", target.get("/notes.txt", f"Range: bytes={asked}"), frozenset({206}))
    for asked in ("99999999-", "-0", "99999999-999999999"):
        yield Case("ranges beyond the end", target.get("/notes.txt", f"Range: bytes={asked}"), frozenset({416}))
    for asked in ("bytes=0-1,2-3", "bytes=5-2", "bytes=-", "bytes=a-b", "items=0-1", "bytes=0-" + "9" * 40,
                  "bytes=" + "0-0," * 500):  # fmt: skip
        yield Case("ranges that mean nothing", target.get("/notes.txt", f"Range: {asked}"), PAGE)


def reruns(target: Target) -> Iterator[Case]:
    """Yield attempts to start an experiment, or something else."""
    path, kind = f"/__labpress/{target.token}/rerun", "Content-Type: application/json"
    own, known = f"Origin: http://localhost:{target.port}", '{"experiment": "tiny"}'
    no, bad = frozenset({403}), frozenset({400})
    yield Case("rerun", target.get(path, kind, method="POST", body=known), no)
    for origin in ("null", "http://evil.test", f"http://127.0.0.1:{target.port}"):
        yield Case("rerun", target.get(path, kind, f"Origin: {origin}", method="POST", body=known), no)
    yield Case("rerun", target.get(path, kind, own, "Sec-Fetch-Site: cross-site", method="POST", body=known), no)
    yield Case("rerun", target.get(path, own), frozenset({405}))
    for other in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        sent = target.get(path, f"Content-Type: {other}", own, method="POST", body=known)
        yield Case("rerun", sent, frozenset({415}))
    for body in ("", "{", "[]", '"tiny"', "{}", '{"experiment": 1}', '{"experiment": ["tiny"]}', "[" * 2000,
                 '{"experiment": "tiny", "shell": true}'):  # fmt: skip
        yield Case("rerun", target.get(path, kind, own, method="POST", body=body), bad)
    for name in ("nothing", "tiny; touch /tmp/x", "../tiny", "tiny.run", "-h", "--all", "tiny\\u0000", "$(id)", ""):
        body = f'{{"experiment": "{name}"}}'
        yield Case("rerun", target.get(path, kind, own, method="POST", body=body), frozenset({404}))
    yield Case("rerun", target.get(path, kind, own, method="POST", body=" " * 5000), frozenset({413}))
    wrong = f"/__labpress/{target.token[::-1]}/rerun"
    yield Case("rerun", target.get(wrong, kind, own, method="POST", body=known), NOTHING)


def sizes(target: Target) -> Iterator[Case]:
    """Yield requests around the limits, and far beyond."""
    yield Case("sizes", target.get("/" + "a" * 8_000), frozenset({404}))
    yield Case("sizes", target.get("/" + "a" * 8_200), frozenset({414}))
    yield Case("sizes", target.get("/" + "a" * 200_000), frozenset({414}))
    yield Case("sizes", b"A" * 200_000, frozenset({414}))
    yield Case("sizes", target.get("/", *(f"X-{number}: 1" for number in range(97))), PAGE)
    yield Case("sizes", target.get("/", *(f"X-{number}: 1" for number in range(101))), frozenset({431}))
    yield Case("sizes", target.get("/", *(f"X-{number}: 1" for number in range(5_000))), frozenset({431}))
    yield Case("sizes", target.get("/", f"X: {'a' * 20_000}"), frozenset({431}))
    yield Case("sizes", target.get("/", f"Cookie: {'a=b; ' * 2_000}"), PAGE)


def ask(port: int, sent: bytes) -> Answer:
    """Send bytes, and read until the server closes."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as client:
        try:
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
            while part := client.recv(1 << 16):
                received += part
        except OSError:
            pass  # closed on us: what came before counts
    head, _, body = received.partition(b"\r\n\r\n")
    status = re.match(rb"HTTP/1\.1 (\d{3}) ", head)
    return Answer(int(status[1]) if status else 0, head.decode("latin-1"), body)


def faults(case: Case, answer: Answer) -> list[str]:
    """Say what is wrong with an answer."""
    found = []
    if answer.status not in case.right:
        found.append(f"status {answer.status}, right: {sorted(case.right)}")
    if SECRET.encode() in answer.body:
        found.append("holds a secret")
    if re.search(r"^access-control-", answer.headers, re.IGNORECASE | re.MULTILINE):
        found.append("lets another origin read it")
    if "Cross-Origin-Resource-Policy: same-origin" not in answer.headers or "nosniff" not in answer.headers:
        found.append("lacks a guarding header")
    if location := re.search(r"^location: *(.*)$", answer.headers, re.IGNORECASE | re.MULTILINE):
        found += [] if re.match(r"/(?![/\\])", location[1]) else [f"leads to {location[1]}"]
    return found


def make_site(root: Path) -> Options:
    """Write a small site, with secrets where a bad server would find them."""
    site = root / "inner" / "site"
    files = {
        "inner/site/posts/2026-01-02-hello.md": "---\ntitle: Hello\npermalink: /hello/\n---\nHello.\n",
        "inner/site/site/static/notes.txt": "0123456789" * 10,
        "inner/site/site/static/linked.txt": "to be swapped",
        "inner/site/site/config.yaml": f"title: Site\n# {SECRET}\n",
        "inner/site/_data/private.yaml": f"x: {SECRET}\n",
        "inner/site/experiments/tiny.py": EXPERIMENT,
        "inner/site/_site/index.html": SECRET,
    }
    hidden = "secret.txt inner/secret.txt {0}.env {0}.git/config {0}.htpasswd {0}.runs/tiny/lock".format("inner/site/")
    files |= dict.fromkeys(hidden.split(), SECRET)
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    return Options(source=site, output=site / "_site", jobs=1)


def attack(root: Path) -> list[tuple[Case, Answer]]:
    """Serve a site, send everything, and return the answers; the last one shows that it still answers."""
    options = make_site(root)
    running = Running(options, Wishes(port=0, allow_run=True), say=[].append)
    try:
        target = Target(running.port, running.token)
        for path in ("/notes.txt", "/linked.txt"):
            ask(running.port, target.get(path))
        linked = options.source / "site/static/linked.txt"
        linked.unlink()
        linked.symlink_to(root / "secret.txt")
        alive = Case("alive after all", target.get("/hello/"), PAGE)
        return [(case, ask(running.port, case.sent)) for case in [*cases(target), alive]]
    finally:
        running.close()


def table(answers: list[tuple[Case, Answer]]) -> str:
    """Count the answers by kind and status."""
    kinds = dict.fromkeys(case.kind for case, _ in answers)
    rows = [f"{'kind':<28}{'sent':>6}{'wrong':>7}  statuses"]
    for kind in kinds:
        own = [(case, answer) for case, answer in answers if case.kind == kind]
        counts = Counter(answer.status for _, answer in own)
        wrong = sum(bool(faults(case, answer)) for case, answer in own)
        told = ", ".join(f"{status} × {count}" for status, count in sorted(counts.items()))
        rows.append(f"{kind:<28}{len(own):>6}{wrong:>7}  {told}")
    wrong = sum(bool(faults(case, answer)) for case, answer in answers)
    return "\n".join([*rows, f"{'together':<28}{len(answers):>6}{wrong:>7}"])


def main() -> int:
    """Attack a preview and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        answers = attack(Path(folder))
    print(table(answers))
    for case, answer in answers:
        for fault in faults(case, answer):
            print(f"{case.kind}: {case.sent[:100]!r}: {fault}")
    return int(any(faults(case, answer) for case, answer in answers))


if __name__ == "__main__":
    sys.exit(main())
