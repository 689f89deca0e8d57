"""Pages of the preview: from an address to one file of the site, as the session made it.

Only what the session says is a file of the site can be asked for; the disk is read for a file that is
copied as it is, and only where the author's site or the theme really holds it.
"""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from generator.preview.request import Refused
from generator.preview.response import File, Response, content_type, redirect, whole
from generator.preview.session import Session
from generator.publish.paths import Output

INDEX, NOT_FOUND = "index.html", "404.html"
PAGE = b"text/html"


def find(session: Session, path: str, places: tuple[Path, ...]) -> Response:
    """Answer with the file at a decoded path; a folder without its slash leads to the page in it.

    Raises:
        Refused: 404, when the site has no such file and no page of its own to say so.
    """
    name = path.removeprefix("/")
    if not name or name.endswith("/"):
        name += INDEX
    output = session.get(name)
    if output is None and not path.endswith("/") and session.get(f"{name}/{INDEX}") is not None:
        return redirect(quote(f"/{name}/"))
    response = _response(output, places) if output is not None else None
    return response or not_found(session, places)


def not_found(session: Session, places: tuple[Path, ...]) -> Response:
    """Answer with the site's own page for what is not there.

    Raises:
        Refused: 404, when it has none.
    """
    output = session.get(NOT_FOUND)
    response = _response(output, places) if output is not None else None
    if response is None:
        raise Refused(404, "there is nothing at this address")
    headers = tuple(header for header in response.headers if header[0] == "Content-Type")
    return replace(response, status=404, headers=headers)


def _response(output: Output, places: tuple[Path, ...]) -> Response | None:
    """Answer with a file of the site; None for one that is gone, or that a link has led elsewhere since."""
    if isinstance(output.content, bytes):
        return whole(output.path, output.content)
    real = Path(os.path.realpath(output.content))
    if not any(real.is_relative_to(place) for place in places):
        return None
    try:
        told = real.stat()
    except OSError:
        return None
    if not stat.S_ISREG(told.st_mode) or not os.access(real, os.R_OK):
        return None
    tag = f'"{told.st_size:x}-{told.st_mtime_ns:x}"'
    headers = (("Content-Type", content_type(output.path)), ("ETag", tag), ("Accept-Ranges", "bytes"))
    return Response(200, headers, File(real, 0, told.st_size))
