"""Clashes of addresses: two files that want one place in the output, and tags that cannot have a page.

Names that differ only in capitals, or in how an accent is composed, are one file on macOS and Windows.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.address import BadAddress, make_address, output_path
from generator.errors import Place, SiteError
from generator.publish.destinations import address, fold
from generator.publish.output import Output
from generator.publish.site import Site, place_of_term
from generator.read.page import Page

DECIDES_ADDRESS = ("permalink", "slug")  # keys of the front matter; without them it is the file's name
PAGE, FILE, ALIAS, OURS = range(4)  # ranks of claims; ours nobody asked for, so it is never to blame


@dataclass(frozen=True, order=True)
class Claim:
    """One output, and where its author asked for it."""

    rank: int  # the lower one keeps a place that two want
    place: Place
    path: str
    mend: str  # what to do when the place is taken

    @property
    def owner(self) -> str:
        """Name the source for the error at another one."""
        return "a list the site makes itself" if self.rank == OURS else f"`{self.place}`"


def address_clashes(site: Site, outputs: Sequence[Output]) -> Iterator[SiteError]:
    """Yield an error for every output that cannot stand beside another one."""
    claims = sorted(_claims(site, outputs))
    owners: dict[str, Claim] = {}
    for claim in claims:
        owner = owners.setdefault(fold(claim.path), claim)
        if owner is not claim:
            yield _clash(*((owner, claim) if claim.rank == OURS else (claim, owner)))
    yield from _files_as_folders(claims, owners)
    yield from _impossible_tags(site)


def _claims(site: Site, outputs: Sequence[Output]) -> Iterator[Claim]:
    pages = {item.page.source.path: item.page for item in site.everything}
    redirects = {(output_path(one.old), one.place.path): one for one in site.config.redirects}
    for output in outputs:
        page = pages.get(output.because)
        if redirect := redirects.get((output.path, output.because)):
            yield Claim(ALIAS, redirect.place, output.path, "take it out of `redirects`")
        elif page is None:
            yield Claim(FILE if output.because else OURS, Place(output.because), output.path, "rename one of the two")
        elif output.path in map(output_path, page.meta.aliases):
            place = page.meta.places.get("aliases", Place(output.because))
            yield Claim(ALIAS, place, output.path, "take it out of `aliases`")
        else:
            mend = "give one of the two another `permalink`"
            yield Claim(PAGE, _where_address_stands(page), output.path, mend)


def _where_address_stands(page: Page) -> Place:
    places = (page.meta.places[key] for key in DECIDES_ADDRESS if key in page.meta.places)
    return next(places, Place(page.source.path))


def _clash(claim: Claim, owner: Claim) -> SiteError:
    """Report an output whose place another one has."""
    mine, theirs = address(claim.path), address(owner.path)
    if mine == theirs:
        return SiteError(f"`{mine}` is already the address of {owner.owner}", claim.place, claim.mend)
    same_letters = unicodedata.normalize("NFC", mine) == unicodedata.normalize("NFC", theirs)
    difference = "how an accent is composed" if same_letters else "capitals"
    what = f"`{mine}` differs only in {difference} from `{theirs}` of {owner.owner}"
    return SiteError(what, claim.place, f"macOS and Windows take them for one file: {claim.mend}")


def _files_as_folders(claims: Sequence[Claim], owners: dict[str, Claim]) -> Iterator[SiteError]:
    """Yield an error for each file that stands where others need a folder."""
    reported: set[str] = set()
    for claim in claims:
        folder = fold(claim.path).rpartition("/")[0]
        while folder and folder not in owners:
            folder = folder.rpartition("/")[0]
        if folder and folder not in reported:
            reported.add(folder)
            mine, owner = (owners[folder], claim) if claim.rank == OURS else (claim, owners[folder])
            what = f"`{address(mine.path)}` and `{address(owner.path)}` of {owner.owner} cannot both be"
            yield SiteError(what, mine.place, f"one is a file where the other needs a folder: {mine.mend}")


def _impossible_tags(site: Site) -> Iterator[SiteError]:
    """Yield an error for each tag whose address no file could have."""
    for name, posts in site.by_tag.items():
        try:
            make_address(site.tag_url(name))
        except BadAddress as error:
            place = place_of_term(posts[0], "tags", name)
            yield SiteError(f"the tag `{name}` cannot have a page: {error.what}", place, error.hint)
