"""Ports: the addresses to listen on, and the next free port when the wished one is taken."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass

MOST_PORTS_TRIED = 100
LOOPBACK = ("127.0.0.1", "::1")  # browsers try either for `localhost`
BACKLOG = 1024  # a flood must not make a browser wait for the second try of its system
MOVES_ON = {errno.EADDRINUSE, errno.EACCES}


class CannotListen(Exception):  # noqa: N818 - said to the author, who chose the address
    """No socket can listen where the author wished; the words say why."""


@dataclass(frozen=True)
class Listening:
    """Sockets that listen on one port."""

    sockets: tuple[socket.socket, ...]
    port: int
    addresses: tuple[str, ...]

    @property
    def is_exposed(self) -> bool:
        """Say whether other machines can connect."""
        return not all(ipaddress.ip_address(address.partition("%")[0]).is_loopback for address in self.addresses)


def listen(host: str, port: int) -> Listening:
    """Listen on every address `host` stands for, on `port` or the next one that is free on all of them.

    Raises:
        CannotListen: `host` is no address of this machine, or a hundred ports are taken.
    """
    addresses = _addresses(host)
    for tried in range(port, min(port + MOST_PORTS_TRIED, 65536)) if port else [0] * MOST_PORTS_TRIED:
        if sockets := _bind(host, addresses, tried):
            bound = tuple(one.getsockname()[0] for one in sockets)
            return Listening(tuple(sockets), sockets[0].getsockname()[1], bound)
    raise CannotListen(f"the ports from {port} to {min(port + MOST_PORTS_TRIED, 65536) - 1} are all taken")


def _addresses(host: str) -> Sequence[str]:
    if host in {"localhost", *LOOPBACK}:
        return LOOPBACK
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise CannotListen(f"`{host}` is no address of this machine") from None
    return tuple(dict.fromkeys(str(one[4][0]) for one in found))


def _bind(host: str, addresses: Sequence[str], port: int) -> list[socket.socket]:
    """Bind all addresses to one port; return nothing when it is taken on one of them."""
    sockets: list[socket.socket] = []
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            one = socket.socket(family, socket.SOCK_STREAM)
        except OSError:  # a machine without IPv6
            continue
        sockets.append(one)
        try:
            if os.name == "posix":  # elsewhere it would let two servers share a port
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind((address, port))
            one.listen(BACKLOG)
        except OSError as error:
            sockets.pop().close()
            if error.errno in MOVES_ON:
                _close(sockets)
                return []
            if addresses is LOOPBACK and error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
                continue  # IPv6 is there, but switched off
            _close(sockets)
            raise CannotListen(f"cannot listen on `{host}`: {(error.strerror or str(error)).lower()}") from None
        port = port or one.getsockname()[1]
    return sockets


def _close(sockets: Sequence[socket.socket]) -> None:
    for one in sockets:
        with contextlib.suppress(OSError):
            one.close()
