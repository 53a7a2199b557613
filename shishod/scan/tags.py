"""What files say of the book that they are of, where their names leave it open; pure functions of what was read."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from shishod import formats
from shishod.formats.beside import role_of, stem
from shishod.formats.video import FILMS
from shishod.model.book import FileRole, Role, normal_name
from shishod.model.metadata import Reading
from shishod.model.pieces import without_disc
from shishod.model.sighting import Sighting
from shishod.paths import suffix
from shishod.scan.gathered import COMICS
from shishod.scan.tracks import Run, residue

JOINED = "sound whose tags tell one album and a track of it each is one book"
PARTED = "sound whose tags tell one album is one book, and what tells another is another"
BOOK_MS = 45 * 60_000  # what is shorter is no book of its own, though it alone tells its album
PART_MS = 120 * 60_000  # what is longer may be a book of its own, though it tells a track of an album


class Tells(NamedTuple):
    """Of one file, what tells its book from others. `album` is that of a track, "" for what does not say to be one."""

    title: str
    people: frozenset[str]
    album: str = ""
    place: tuple[int, int] | None = None  # disc and track
    ids: frozenset[str] = frozenset()  # that shops and publishers give to one book only
    duration_ms: int = 0


def tells_of(reading: Reading) -> Tells:
    """From what was read of a file."""
    title = normal_name(reading.title or "")
    part = reading.part_title is not None and normal_name(reading.part_title) != title
    return Tells(
        title=title,
        people=frozenset(normal_name(one.name) for one in reading.contributions if one.role == Role.AUTHOR),
        album=without_disc(title) if part or reading.track else "",
        place=(reading.disc or 0, reading.track) if reading.track else None,
        ids=frozenset(one.value for one in reading.identifiers if one.scheme in ("asin", "isbn")),
        duration_ms=reading.technical.duration_ms or 0,
    )


class Question(NamedTuple):
    """What of a place only tags can decide: which `sound` is one book, and which books of two `formats` are."""

    sound: bool = False
    formats: bool = False

    def asked(self, told: Sequence[Tells], others: int, *, again: bool = False) -> bool:
        """Whether what was read of a book's media, beside so many others of it, may make other books of the place.

        What was read `again` may have told something else before, by which the place is grouped.
        """
        if again:
            return any(self)
        if self.formats and any(one.title and one.people for one in told):
            return True
        if len(told) + others > 1:
            return self.sound and (others > 0 or len(_albums(told)) > 1)
        return self.sound and any(one.album and one.place for one in told)


NO_QUESTION = Question()
_UNTAGGED = COMICS | (FILMS - formats.SOUND)


def question_of(seen: Iterable[Sighting]) -> Question:
    """By the names of what lies in a place; where nothing is asked, nobody need remember what was read."""
    seen = tuple(seen)
    if len(seen) < 2:
        return NO_QUESTION
    media = [one.path for one in seen if suffix(one.path) not in _UNTAGGED and role_of(one.path) is FileRole.MEDIA]
    if len({stem(path) for path in media}) < 2:
        return NO_QUESTION
    endings = {suffix(path) for path in media}
    return Question(len([path for path in media if suffix(path) in formats.SOUND]) > 1, len(endings) > 1)


def told_apart(
    runs: Iterable[Run], loose: Collection[Sighting], tells: Mapping[bytes, Tells], named: Iterable[str] = ()
) -> list[tuple[str, list[Sighting], str]]:
    """The runs of tracks with what each is called, as nothing else is: those that names make, parted where tags tell
    several albums, and those of the loose sound that tags make. `named` are names that are taken."""
    made: list[tuple[str, list[Sighting], str]] = []
    taken: set[Sighting] = set()
    for files, why in runs:
        taken |= set(files)
        pieces = _parted(files, tells)
        if len(pieces) == 1:
            made.append((residue(files[0]), files, why))
        made += [(called, some, PARTED) for called, some in pieces.items() if 1 < len(some) < len(files)]
    if tells:
        free = [one for one in loose if one not in taken]
        made += [(called, some, JOINED) for called, some in _joined(free, tells).items()]
    names = set(named)
    return [(_unlike(called.replace("/", " "), names), files, why) for called, files, why in made]


def _unlike(name: str, names: set[str]) -> str:
    while name in names:
        name += " (album)"
    names.add(name)
    return name


def _albums(told: Iterable[Tells]) -> set[str]:
    return {one.album for one in told}


def _parted(files: list[Sighting], tells: Mapping[bytes, Tells]) -> dict[str, list[Sighting]]:
    """The albums of a run; one where anything speaks against there being several."""
    pieces: dict[str, list[Sighting]] = {}
    for one in files:
        told = tells.get(one.path)
        if told is None or not told.album:
            return {"": files}
        pieces.setdefault(told.album, []).append(one)
    holders = Counter(one for file in files for one in tells[file.path].ids)
    for some in pieces.values():
        told = tells[some[0].path]
        own = bool(told.ids) and all(holders[one] == 1 for one in told.ids)
        if len(some) == 1 and not own and told.duration_ms < BOOK_MS:
            return {"": files}
    return pieces


def _joined(free: Iterable[Sighting], tells: Mapping[bytes, Tells]) -> dict[str, list[Sighting]]:
    """Loose files that say to be tracks of one album by the same people, each another track, and none a whole book."""
    albums: dict[str, list[Sighting]] = {}
    for one in free:
        told = tells.get(one.path)
        if told is not None and told.album and told.place:
            albums.setdefault(told.album, []).append(one)
    return {album: files for album, files in albums.items() if _is_one([tells[one.path] for one in files])}


def _is_one(told: Sequence[Tells]) -> bool:
    ids = {one.ids for one in told}
    if len(told) < 2 or len({one.place for one in told}) < len(told) or len({one.people for one in told}) > 1:
        return False
    return len(ids) == 1 and (bool(told[0].ids) or all(one.duration_ms < PART_MS for one in told))
