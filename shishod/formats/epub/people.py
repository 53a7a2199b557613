"""Who made an EPUB: creators and contributors with their MARC roles and sort names."""

from shishod.formats.epub.package import Package, Statement
from shishod.formats.limits import Limits
from shishod.formats.names import split_people
from shishod.formats.words import clean
from shishod.model.book import Contribution, Role

_WORDS = {
    "author": "aut", "writer": "aut", "editor": "edt", "translator": "trl", "illustrator": "ill", "narrator": "nrt",
    "reader": "nrt", "artist": "art", "photographer": "pht", "contributor": "ctb", "foreword": "aui",
}  # fmt: skip
_NOT_PEOPLE = frozenset({"bkp", "mfr", "pbl"})  # calibre and other makers of the file sign as contributors


def contributions(
    package: Package, refinements: dict[tuple[str, str], str], limits: Limits
) -> tuple[Contribution, ...]:
    """In the file's order, creators first; a creator without a role is an author."""
    found: dict[tuple[str, str], Contribution] = {}
    for kind, default in (("creator", Role.AUTHOR), ("contributor", "ctb")):
        for one in package.named(kind)[: limits.values]:
            role = _role(one, refinements) or default
            if role in _NOT_PEOPLE:
                continue
            names = split_people(clean(one.text, limits.words))
            sort = _said(one, refinements, "file-as") if len(names) == 1 else ""
            for name in names:
                found.setdefault((name, role), Contribution(name, role, clean(sort, limits.words)))
    return tuple(found.values())[: limits.values]


def _said(one: Statement, refinements: dict[tuple[str, str], str], name: str) -> str:
    return one.attributes.get(name) or refinements.get((one.attributes.get("id", ""), name), "")


def _role(one: Statement, refinements: dict[tuple[str, str], str]) -> str:
    role = clean(_said(one, refinements, "role"), 40).casefold()
    return _WORDS.get(role, role.rpartition("/")[2].rpartition(":")[2])
