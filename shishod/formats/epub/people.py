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
        said = _as_displayed(package.named(kind)[: limits.values], refinements)
        sorts = [_said(one, refinements, "file-as") for one in said]
        for at, one in enumerate(said):
            names = split_people(clean(one.text, limits.words))
            sort = _own(sorts, at) if len(names) == 1 else ""
            for role in _roles(one, package) or (default,):
                for name in names if role not in _NOT_PEOPLE else ():
                    found.setdefault((name, role), Contribution(name, role, clean(sort, limits.words)))
    return tuple(found.values())[: limits.values]


def _said(one: Statement, refinements: dict[tuple[str, str], str], name: str) -> str:
    return one.attributes.get(name) or refinements.get((one.attributes.get("id", ""), name), "")


def _own(sorts: list[str], at: int) -> str:
    """The sort name of one of them, out of "One, Ann & Two, Bob", which calibre writes beside each of the two."""
    together = [place for place, sort in enumerate(sorts) if sort == sorts[at]]
    parts = sorts[at].split(" & ")
    if len(parts) == 1:
        return sorts[at]
    return parts[together.index(at)].strip() if len(parts) == len(together) else ""


def _as_displayed(said: list[Statement], refinements: dict[tuple[str, str], str]) -> list[Statement]:
    """In the order that `display-seq` asks for; those that it does not name come after, as they stand."""
    places = [clean(_said(one, refinements, "display-seq"), 40) for one in said]
    order = sorted(range(len(said)), key=lambda at: int(places[at]) if places[at].isdecimal() else len(said) + 10**9)
    return [said[at] for at in order]


def _roles(one: Statement, package: Package) -> tuple[str, ...]:
    """Every role that a statement gives itself, or that is said of it: one person may have several."""
    own = one.attributes.get("role")
    named = [own] if own else package.refining(one.attributes.get("id", ""), "role")
    return tuple(dict.fromkeys(filter(None, map(_role, named))))


def _role(text: str) -> str:
    role = clean(text, 40).casefold()
    return _WORDS.get(role, role.rpartition("/")[2].rpartition(":")[2])
