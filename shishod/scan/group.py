"""Which sightings are one book: a pure function of the set of files and what was read of them, the same for any order
of events."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from shishod.formats.beside import stem
from shishod.formats.video import FILMS
from shishod.model.book import BookKind, normal_name
from shishod.model.folders import is_annex
from shishod.model.ignore import OVERRIDE
from shishod.model.library import LibraryKind
from shishod.model.override import Gathered, Override
from shishod.model.sighting import Sighting
from shishod.paths import display, natural_key, parent, suffix
from shishod.scan.beside import companions, parted
from shishod.scan.discs import anchor, is_disc, joins, shelved
from shishod.scan.editions import editions
from shishod.scan.films import films
from shishod.scan.gathered import Group, heard, kind_of
from shishod.scan.tags import Tells, told_apart
from shishod.scan.texts import PLAIN, pages, without_notes
from shishod.scan.tracks import track_runs

SILENCE: Mapping[bytes, Tells] = {}
PAGES = "pages with an index are one book"
ALONE = "a file of its own is a book"
NAMED = FILMS | PLAIN  # endings of which the name decides whether they are a book

__all__ = ["Group", "anchor", "group", "is_disc", "joins"]


def group(
    folder: bytes,
    seen: Iterable[Sighting],
    shelf: LibraryKind = LibraryKind.MIXED,
    override: Override | None = None,
    tells: Mapping[bytes, Tells] = SILENCE,
) -> tuple[Group, ...]:
    """Gather the files of one folder and its disc folders into books; `shelf` is what their library holds.

    `tells` is by path what files say that were read, and decides where names do not.

    Files with the same stem, or whose names tell the same title, are one book in several formats; sound that is
    numbered or named alike, or that lies in disc folders, is one audiobook; videos of one title are one film; every
    other medium is a book of its own, and what lies beside joins one or none. The operator's override wins over all.
    """
    seen = list(seen)
    if len(seen) > 1:
        seen.sort(key=lambda one: (natural_key(display(one.path)), one.path))
    seen, others = parted(seen)
    if override is not None:
        groups = _as_told(override, folder, seen, shelf)
    elif len(seen) == 1 and _is_plain(folder, seen[0]):
        groups = [_of_its_own(seen[0], shelf)]
    else:
        groups = _of_media(folder, seen, shelf, tells)
    if not others:
        return tuple(groups)
    joined: dict[bytes, list[Sighting]] = {}
    for key, one in companions(folder, {one.key: one.files for one in groups}, others):
        joined.setdefault(key, []).append(one)
    return tuple([replace(one, files=(*one.files, *joined[one.key])) if one.key in joined else one for one in groups])


def _is_plain(folder: bytes, seen: Sighting) -> bool:
    """Whether the only medium of a place is a book whatever it is called, as most are: no film, no text or page that
    may be about something else, and in no disc."""
    return parent(seen.path) == folder and suffix(seen.path) not in NAMED


def _of_its_own(seen: Sighting, shelf: LibraryKind) -> Group:
    made = Group(stem(seen.path), kind_of((seen,), heard(shelf)), ALONE, (seen,))
    return _as_album(made) if shelf is LibraryKind.MUSIC else made


def _as_told(override: Override, folder: bytes, ordered: Sequence[Sighting], shelf: LibraryKind) -> list[Group]:
    """What the operator says of a folder; of what kind it is, unless he says so, is told by most of its files."""
    where = display(folder) or "the library's folder"
    told = f"the {os.fsdecode(OVERRIDE)} in {where} says so"
    groups = _of_media(folder, ordered, shelf)
    if override.book is Gathered.ONE and groups:
        kinds = Counter(one.kind for one in groups for _ in one.files)
        most = max(BookKind, key=lambda kind: kinds[kind])
        media = {seen for one in groups for seen in one.files}
        files = tuple(one for one in ordered if one in media)
        groups = [Group(folder + b"/", most, f"all below one folder is one book: {told}", files)]
    elif override.book is Gathered.EACH:
        names = Counter(stem(one.path) for one in ordered)
        alone = [(one, made) for one in ordered for made in _of_media(folder, [one], shelf)]
        keys = [stem(one.path) if names[stem(one.path)] == 1 else one.path for one, _ in alone]
        rule = f"each file is a book: {told}"
        groups = [Group(key, made.kind, rule, (one,)) for key, (one, made) in zip(keys, alone, strict=True)]
    return groups if override.kind is None else [replace(one, kind=override.kind) for one in groups]


def _of_media(
    folder: bytes, ordered: Sequence[Sighting], shelf: LibraryKind, tells: Mapping[bytes, Tells] = SILENCE
) -> list[Group]:
    sound = heard(shelf)
    watched = FILMS - sound
    others = [one for one in without_notes(ordered, sound, shelf) if suffix(one.path) not in watched]
    seen = [one for one in ordered if suffix(one.path) in watched]
    groups = [Group(*one) for one in films(seen, shelf, {stem(one.path) for one in others})] if seen else []
    paged = pages(others)
    groups += [Group(place + b"/", BookKind.EBOOK, PAGES, tuple(of_one)) for place, of_one in paged.items()]
    if paged:
        taken = {one for of_one in paged.values() for one in of_one}
        others = [one for one in others if one not in taken]
    groups += _books(folder, others, sound, tells)
    return [_as_album(one) for one in groups] if shelf is LibraryKind.MUSIC else groups


def _as_album(made: Group) -> Group:
    """What is heard is an album where music lies."""
    return replace(made, kind=BookKind.ALBUM) if made.kind is BookKind.AUDIOBOOK else made


def _books(
    folder: bytes, ordered: Sequence[Sighting], endings: frozenset[bytes], tells: Mapping[bytes, Tells]
) -> list[Group]:
    annexed: dict[bytes, list[Sighting]] = {}
    for one in ordered:
        if parent(one.path) != folder and is_annex(parent(one.path)):
            annexed.setdefault(parent(one.path), []).append(one)
    if annexed:
        rest = [one for one in ordered if parent(one.path) not in annexed]
        own = [made for annex, files in annexed.items() for made in _books(annex, files, endings, tells)]
        return _books(folder, rest, endings, tells) + own
    there = shelved(folder, ordered, endings)
    here: Sequence[Sighting] = ordered
    if there.apart:
        elsewhere = {one for files in there.apart.values() for one in files}
        here = [one for one in ordered if one not in elsewhere]
    sound = [one for one in here if suffix(one.path) in endings]
    runs = [(b"//" + called.encode() if called else b"///", *run) for called, run in there.runs.items()]
    named = told_apart(track_runs(there.loose), there.loose, tells, there.runs)
    runs += [(b"//" + called.encode("utf-8", "surrogateescape"), files, why) for called, files, why in named]
    groups = []
    for called, files, why in runs:
        key = folder + (b"/" if len(files) == len(sound) else called)
        ours = set(files)
        in_order = here if len(ours) == len(here) else [one for one in here if one in ours]
        groups.append(Group(key, BookKind.AUDIOBOOK, why, tuple(in_order)))
    taken = {seen for one in groups for seen in one.files}
    rest = [one for one in here if one not in taken] if taken else [*here]
    apart = [one for disc, files in there.apart.items() for one in _books(disc, files, endings, tells)]
    return editions(groups + _by_stem(rest, endings), endings, tells) + apart


def _by_stem(rest: Sequence[Sighting], sound: frozenset[bytes]) -> list[Group]:
    """Files with one name, letters' case and Unicode's form aside, where no two of them are of one format."""
    exact: dict[bytes, list[Sighting]] = {}
    for one in rest:
        exact.setdefault(stem(one.path), []).append(one)
    alike: dict[str, list[bytes]] = {}
    for name in exact:
        alike.setdefault(normal_name(os.fsdecode(name)), []).append(name)
    groups = []
    for names in alike.values():
        endings = [{suffix(one.path) for one in exact[name]} for name in names]
        differ = sum(map(len, endings)) == len(set().union(*endings))
        for some in [names] if differ else [[name] for name in names]:
            files = tuple(one for name in sorted(some) for one in exact[name])
            rule = "files with one name are one book" if len(files) > 1 else ALONE
            groups.append(Group(min(some), kind_of(files, sound), rule, files))
    return groups
