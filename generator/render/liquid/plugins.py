"""Tags of the plugins that old sites used: formulas and drawings in TeX, assets, and embedded things as links."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping

from generator.errors import SiteError
from generator.render.liquid.assets import asset
from generator.render.liquid.latex import latex
from generator.render.liquid.plugin import Call, Plugin
from generator.render.values import Inline

ADDRESS = re.compile(r"https?://\S+")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|\S+")
WORD = re.compile(r"[\w.@:/-]+")
EMBEDDED = {  # tag -> what a reader is told, and the address of what was shown
    "youtube": ("Video on YouTube", "https://www.youtube.com/watch?v={}"),
    "vimeo": ("Video on Vimeo", "https://vimeo.com/{}"),
    "twitter": ("Post on Twitter", "https://twitter.com/i/status/{}"),
    "tweet": ("Post on Twitter", "https://twitter.com/i/status/{}"),
    "instagram": ("Picture on Instagram", "https://www.instagram.com/p/{}/"),
    "soundcloud": ("Sound on SoundCloud", "https://soundcloud.com/{}"),
    "speakerdeck": ("Slides on Speaker Deck", "https://speakerdeck.com/{}"),
    "slideshare": ("Slides on SlideShare", "https://www.slideshare.net/{}"),
    "jsfiddle": ("Code on JSFiddle", "https://jsfiddle.net/{}/"),
    "codepen": ("Code on CodePen", "https://codepen.io/pen/{}"),
    "spotify": ("Sound on Spotify", "https://open.spotify.com/{}"),
}


def gist(call: Call) -> Inline:
    """Return a link to a gist: `{% gist user/id file.py %}`."""
    words = _words(call)
    if not words or len(words) > 2 or not WORD.fullmatch(words[0]):
        raise SiteError("`gist` names no gist", None, "write `{% gist user/id %}` or `{% gist user/id file.py %}`")
    address = words[0] if ADDRESS.match(words[0]) else f"https://gist.github.com/{words[0]}"
    if len(words) == 2:
        address += "#file-" + re.sub(r"[^a-z0-9_]+", "-", words[1].lower())
    return _link(address, f"Gist {words[0]}" + (f": {words[1]}" if len(words) == 2 else ""))


def _embedded(label: str, pattern: str) -> Callable[[Call], Inline]:
    """Return a tag that links to what a foreign script would have shown."""

    def draw(call: Call) -> Inline:
        words = _words(call)
        if not words or not WORD.fullmatch(words[0].partition("?")[0]):
            raise SiteError(f"`{call.name}` names nothing to show", None, f"write `{{% {call.name} id %}}`")
        return _link(words[0] if ADDRESS.match(words[0]) else pattern.format(words[0]), label)

    return draw


def _words(call: Call) -> list[str]:
    return [word.strip("\"'") for word in QUOTED.findall(call.markup)]


def _link(address: str, label: str) -> Inline:
    return Inline(f'<a href="{html.escape(address)}">{html.escape(label)}</a>', label)


def _nothing(call: Call) -> str:  # noqa: ARG001
    """Print nothing: the theme writes what these tags wrote."""
    return ""


PLUGINS: Mapping[str, Plugin] = {
    "latex": Plugin(latex, is_block=True),
    "asset": Plugin(asset),
    "img": Plugin(asset),  # as older versions of the plugin called it
    "gist": Plugin(gist),
    **{name: Plugin(_embedded(*words)) for name, words in EMBEDDED.items()},
    **{name: Plugin(_nothing) for name in ("seo", "feed_meta")},
}
