"""Guard: who may ask for what. Names of this server, origins, secrets, and addresses that are what they seem.

Any web page in the author's browser can send requests to a port of this machine, under any name (DNS
rebinding). So a request must name this server as we do, may not come from another origin, and needs a secret
of this start for everything that is no page.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from generator.preview.request import Refused, Request

LOCAL_NAME = re.compile(r"localhost|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+localhost|127\.0\.0\.1|\[::1\]")
HOST = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?")
BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
TWICE = re.compile(r"%(?:2e|2f|5c|00|25)", re.IGNORECASE)  # dots, slashes and escapes that a second reader would see


@dataclass(frozen=True)
class Peer:
    """Who is at the other end, and which of our addresses it reached."""

    address: str
    local: str

    @property
    def is_loopback(self) -> bool:
        """Say whether the request comes from this very machine."""
        return ipaddress.ip_address(self.address.partition("%")[0]).is_loopback


@dataclass(frozen=True)
class Guard:
    """The names and secrets of one start of the server."""

    port: int
    token: str  # stands in the address of every endpoint, and in every page we serve
    key: str = ""  # what a guest from another machine must show; empty when only this machine can connect
    names: frozenset[str] = frozenset()  # what `--host` adds to the names of this machine

    def check_host(self, request: Request, peer: Peer) -> None:
        """Let through only requests that name this server as we do.

        Raises:
            Refused: 400 without a name, 421 with a foreign one.
        """
        if "host" not in request.headers:
            raise Refused(400, "the request has no `Host`")
        if not self.knows(request.header("host"), peer):
            raise Refused(421, "this is not the server of that name")

    def knows(self, host: str, peer: Peer) -> bool:
        """Tell whether `host` is a name of ours, with our port."""
        parts = HOST.fullmatch(host.lower())
        if not parts or int(parts[2] or 80) != self.port:
            return False
        name = parts[1]
        return (
            bool(LOCAL_NAME.fullmatch(name)) or name in self.names or (bool(self.key) and name == _literal(peer.local))
        )

    def check_origin(self, request: Request) -> None:
        """Refuse what another origin's page sends, whatever it asks for.

        Raises:
            Refused: 403.
        """
        if "origin" in request.headers and not self._is_own_origin(request):
            raise Refused(403, "the request comes from another origin")

    def check_endpoint(self, request: Request, peer: Peer, *, strictly: bool) -> None:
        """Let only our own pages use an endpoint; `strictly` needs proof, where otherwise silence will do.

        A same-origin GET carries no `Origin`, and `Sec-Fetch-Site` only where the page is on loopback: then a
        guest's cookie, which no other site can send along, is the proof.

        Raises:
            Refused: 403.
        """
        site = request.header("sec-fetch-site")
        if site not in {"", "same-origin", "none"}:
            raise Refused(403, "the request comes from another site")
        proved = self._is_own_origin(request) or site == "same-origin"
        if strictly and not proved and not (request.method == "GET" and self._shows_key(request)):
            raise Refused(403, "the request does not say that it comes from a page of this server")
        self.check_key(request, peer)

    def check_token(self, token: str) -> None:
        """Compare the secret in an endpoint's address, in constant time.

        Raises:
            Refused: 404, as for any other address that is not there.
        """
        if not same(token, self.token):
            raise Refused(404, "there is nothing at this address")

    def check_key(self, request: Request, peer: Peer) -> None:
        """Ask guests from other machines for the key of the printed link.

        Raises:
            Refused: 403.
        """
        if self.key and not peer.is_loopback and not self._shows_key(request):
            raise Refused(403, "open the link that `serve` printed; it holds the key to this preview")

    @property
    def cookie(self) -> str:
        """Name the cookie of this port; cookies of one machine are shared by all its ports."""
        return f"labpress-{self.port}"

    def _is_own_origin(self, request: Request) -> bool:
        return request.header("origin") == f"http://{request.header('host')}"

    def _shows_key(self, request: Request) -> bool:
        parts = (part.strip().partition("=") for part in request.header("cookie").split(";"))
        return bool(self.key) and any(name == self.cookie and same(value, self.key) for name, _, value in parts)


def split_target(target: str, guard: Guard, peer: Peer) -> tuple[str, str]:
    """Return path and query of a request's target, the path decoded once.

    Raises:
        Refused: 421 for another server's address, 400 for one that two programs could read in two ways.
    """
    if target.lower().startswith("http://"):
        host, slash, rest = target[7:].partition("/")
        if not guard.knows(host, peer):
            raise Refused(421, "this is not the server of that name")
        target = slash + rest
    if not target.startswith("/") or "#" in target:
        raise Refused(400, "the address does not start with `/`, or holds a `#`")
    path, _, query = target.partition("?")
    return decode(path), query


def decode(path: str) -> str:
    """Decode the escapes of a path, once and strictly.

    Raises:
        Refused: 400, when escapes are broken or hide what a path may not hold.
    """
    if BAD_ESCAPE.search(path) or re.search("%2f", path, re.IGNORECASE):
        raise Refused(400, "an escape in the address is broken, or hides a slash")
    try:
        plain = unquote_to_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(400, "the address is not UTF-8") from None
    if CONTROL.search(plain) or "\\" in plain or TWICE.search(plain):
        raise Refused(400, "the address holds a control character, a backslash, or escapes within escapes")
    if any(part.strip(". ") == "" and part for part in plain.split("/")):
        raise Refused(400, "the address holds parts of dots only")
    return plain


def same(given: str, secret: str) -> bool:
    """Compare with a secret in a time that does not tell how much was right."""
    return hmac.compare_digest(given.encode(), secret.encode())


def _literal(address: str) -> str:
    """Write an address as it stands in a `Host` header."""
    plain = address.partition("%")[0].removeprefix("::ffff:")
    return f"[{plain}]" if ":" in plain else plain
