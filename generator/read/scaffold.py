"""Start a post: a draft with a good name and the front matter most posts need."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from generator.errors import Place, SiteError
from generator.read.page import slugify

DRAFT = """\
---
title: {title}
description: ""
tags: []
draft: true
---

Write here. `{{{{ data.x.y }}}}` prints a value from `_data/x.yaml`; `$x^2$` is math.
"""


def new_post(root: Path, title: str, day: date) -> str:
    """Write `posts/<day>-<slug>.md` and return its path relative to `root`.

    Raises:
        SiteError: when the title has no letter or digit to make an address of, or the file exists.
    """
    slug = slugify(title)
    if not slug:
        raise SiteError(f"the title `{title}` has no letter or digit to make an address of")
    path = f"posts/{day.isoformat()}-{slug}.md"
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(DRAFT.format(title=json.dumps(title, ensure_ascii=False)))
    except FileExistsError:
        raise SiteError("this file exists already", Place(path), "choose another title") from None
    return path
