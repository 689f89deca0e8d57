"""Templates: the theme's folder under the author's own, strict, escaped, with errors that have a place.

Looked up in `site/templates/` first and then in the theme, so that an author overrides one by its path;
`theme/post.html` always names the theme's own. Everything printed is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.utils import missing

from generator.data.tree import Branch, MissingKey, Rows
from generator.errors import Place, SiteError, did_you_mean
from generator.publish.views import PageView, SiteView, day, iso
from generator.render.values import RESERVED

GENERATOR = Path(__file__).resolve().parent.parent
OWN = GENERATOR / "theme" / "templates"


class Templates:
    """All templates of a site, each compiled at its first use."""

    def __init__(self, folder: Path) -> None:
        self._texts: dict[str, str] = {}  # path as the author knows it -> source
        own = Folder(OWN, "theme/templates", self._texts)
        loaders: list[BaseLoader] = [PrefixLoader({"theme": own}), own]
        if folder.is_dir():
            loaders.insert(1, Folder(folder, "site/templates", self._texts))
        self._environment = Strict(
            loader=ChoiceLoader(loaders),
            autoescape=True,
            undefined=Unknown,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self._environment.filters |= {"day": day, "iso": iso}

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name a template can be called by."""
        return frozenset(self._environment.list_templates())

    def render(self, name: str, context: Mapping[str, object]) -> str:
        """Run a template.

        Raises:
            SiteError: at the line of the template that is wrong.
        """
        try:
            html = self._environment.get_template(name).render(context)
        except Exception as error:
            mistake = self._mistake(error, context)
            if mistake is None:
                raise
            raise mistake from error
        return RESERVED.sub("\ufffd", html)  # data may hold a noncharacter; a page may not

    def _mistake(self, error: Exception, context: Mapping[str, object]) -> SiteError | None:
        """Turn what went wrong in a template into a mistake at its line; None: it is not the template's."""
        if isinstance(error, SiteError):
            return None
        if isinstance(error, TemplateSyntaxError):
            filters = (*self._environment.filters, *self._environment.tests)
            named = re.search("'(.+?)'", error.message or "")
            hint = did_you_mean(named[1], filters) if named else ""
            return SiteError(_sentence(error.message), self._place(error.filename or "", error.lineno), hint)
        place, is_template = self._deepest(error)
        if isinstance(error, TemplateNotFound):
            known = self.names
            return SiteError(f"there is no template `{error.name}`", place, did_you_mean(str(error.name), known))
        if isinstance(error, UnknownNameError):
            hint = error.hint or did_you_mean(error.name, context if error.known is None else error.known)
            return SiteError(error.message or "", self._narrow(place, error.name), hint)
        if isinstance(error, MissingKey):
            return SiteError(f"`{error.full_name}` does not exist", self._narrow(place, error.key), error.hint)
        if is_template or isinstance(error, TemplateError):
            return SiteError(_sentence(str(error)), place)
        return None

    def _deepest(self, error: Exception) -> tuple[Place | None, bool]:
        """Find the last line of a template an error passed through, and whether the mistake must be there.

        It must not when code of the generator, called by the template, is what failed.
        """
        place, is_template, trace = None, False, error.__traceback__
        while trace:
            file = trace.tb_frame.f_code.co_filename
            if file in self._texts:
                place, is_template = self._place(file, trace.tb_lineno), True
            elif Path(file).is_relative_to(GENERATOR):
                is_template = False
            trace = trace.tb_next
        return place, is_template

    def _place(self, path: str, line: int) -> Place:
        lines = self._texts.get(path, "").splitlines()
        return Place(path, line, 0, lines[line - 1] if 0 < line <= len(lines) else "")

    def _narrow(self, place: Place | None, name: str) -> Place | None:
        """Point at the only mention of `name` in the line."""
        found = [match.start() for match in re.finditer(rf"\b{re.escape(name)}\b", place.text)] if place else []
        return Place(place.path, place.line, found[0] + 1, place.text) if place and len(found) == 1 else place


class Folder(FileSystemLoader):
    """A folder of templates, with the paths an author knows instead of the disk's."""

    def __init__(self, folder: Path, shown: str, texts: dict[str, str]) -> None:
        super().__init__(folder)
        self._folder, self._shown, self._texts = folder.resolve(), shown, texts

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Read one template; refuse one that a symbolic link fetches from elsewhere."""
        shown = f"{self._shown}/{template}"
        try:
            text, path, is_fresh = super().get_source(environment, template)
        except UnicodeDecodeError as error:
            raise SiteError(f"byte {error.start} of the template is not UTF-8", Place(shown)) from error
        if not Path(path).resolve().is_relative_to(self._folder):
            raise SiteError("a symbolic link leads out of the folder of templates", Place(shown), "copy the file")
        self._texts[shown] = text
        return text, shown, is_fresh


class UnknownNameError(UndefinedError):
    """A template used a name that does not exist."""

    def __init__(self, message: str, name: str, known: list[str] | None, hint: str = "") -> None:
        super().__init__(message)
        self.name, self.known, self.hint = name, known, hint  # known: None for a name of the context


class Unknown(StrictUndefined):
    """What a template finds under a name that does not exist: an error as soon as it is used."""

    __slots__ = ()

    def __init__(self, hint: str | None = None, obj: object = missing, name: str | None = None, *_: object) -> None:
        def fail(_message: str) -> UnknownNameError:
            return _unknown(obj, str(name))

        super().__init__(hint, obj, name, fail)  # type: ignore[arg-type]


class Strict(Environment):
    """Jinja2, but a key that the data do not have says where it should be."""

    def getattr(self, obj: object, attribute: str) -> object:
        """Look up `obj.attribute`; data before methods."""
        return self._key(obj, attribute) if isinstance(obj, Branch | Rows) else super().getattr(obj, attribute)

    def getitem(self, obj: object, argument: object) -> object:
        """Look up `obj[argument]`."""
        if isinstance(obj, Branch | Rows) and not isinstance(argument, slice):
            return self._key(obj, argument)
        return super().getitem(obj, argument)

    def _key(self, data: Branch | Rows, key: object) -> object:
        try:
            return data.lookup(key)
        except MissingKey:
            return getattr(data, str(key)) if hasattr(type(data), str(key)) else self.undefined(obj=data, name=str(key))


def _unknown(owner: object, name: str) -> UnknownNameError:
    """Say what is missing from what."""
    if owner is missing:
        return UnknownNameError(f"`{name}` is not defined", name, None)
    if isinstance(owner, Branch | Rows):
        try:
            owner.lookup(name)
        except MissingKey as error:
            return UnknownNameError(f"`{error.full_name}` does not exist", name, [], error.hint)
    titles = {PageView: "a page", SiteView: "the site", dict: "the mapping"}
    known = [*owner] if isinstance(owner, dict) else [known for known in dir(owner) if not known.startswith("_")]
    title = titles.get(type(owner), f"a value of type `{type(owner).__name__}`")
    return UnknownNameError(f"{title} has no `{name}`", name, known)


def _sentence(message: str | None) -> str:
    """Give a message of Jinja's the form of ours."""
    text = re.sub("'([^']*)'", r"`\1`", (message or "the template is wrong").strip()).rstrip(".")
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
