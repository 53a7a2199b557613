"""Whose companion a sidecar, a cover or a supplement is; a pure function of the books and files of a neighbourhood."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from shishod.formats.beside import Beside, beside, stem
from shishod.formats.beside.companion import Reach
from shishod.formats.video import FILMS
from shishod.model.book import FileRole
from shishod.model.folders import is_annex
from shishod.model.sighting import Sighting
from shishod.paths import parent, suffix

Media = Mapping[bytes, Sequence[Sighting]]  # the media of each book of a neighbourhood, by its key


def parted(seen: Iterable[Sighting]) -> tuple[list[Sighting], list[tuple[Sighting, Beside]]]:
    """The media, and what lies beside them."""
    media: list[Sighting] = []
    others: list[tuple[Sighting, Beside]] = []
    for one in seen:
        found = beside(one.path)
        if found is None:
            media.append(one)
        else:
            others.append((one, found))
    return media, others


def companions(
    folder: bytes, media: Media, others: Iterable[tuple[Sighting, Beside]]
) -> Iterator[tuple[bytes, Sighting]]:
    """The key of a book with each file that is its companion; a file that is nobody's is left out.

    A namesake of a medium goes with it. What speaks for a folder goes with the one book that the folder holds: where
    there are several, it is nobody's, for a wrong title is worse than none. A sidecar under a name of its own goes
    with the tracks of a folder that hold nothing else, as none of them can have the name of the whole; and a subtitle
    with the one film of a folder. What lies in a folder of extras goes with the one book of the folder above it.
    """
    namesakes: dict[bytes, bytes] = {}
    holders: dict[bytes, set[bytes]] = {}
    for key in sorted(media):
        for one in media[key]:
            namesakes.setdefault(stem(one.path), key)
            holders.setdefault(parent(one.path), set()).add(key)
            holders.setdefault(folder, set()).add(key)
    for one, found in others:
        annexed = is_annex(parent(one.path)) and found.role is FileRole.SUPPLEMENT
        here = holders.get(parent(parent(one.path)) if annexed else parent(one.path), set())
        by_name = found.reach is Reach.NAMESAKE or found.companion.tail is not None
        named = next((namesakes[name] for name in found.companion.kin(stem(one.path)) if name in namesakes), None)
        if named is not None and by_name:
            yield named, one
        elif len(here) == 1 and (found.reach is Reach.FOLDER or _joins(found, media[min(here)])):
            yield min(here), one


def _joins(found: Beside, media: Sequence[Sighting]) -> bool:
    if found.role is FileRole.SUBTITLE:
        return any(suffix(one.path) in FILMS for one in media)
    return found.role is FileRole.SIDECAR and len({stem(one.path) for one in media}) > 1
