"""M4B and M4A: iTunes atoms, the freeform atoms of audiobook tools, Nero chapters."""

from typing import Any, BinaryIO

from shishod.errors import BrokenFile
from shishod.formats.boxes import covers_in, is_sound
from shishod.formats.dialects import ITUNES
from shishod.formats.limits import Limits
from shishod.formats.pictures import gone
from shishod.formats.source import opened, size_of
from shishod.model.book import BookKind, Chapter
from shishod.model.metadata import Reading

_MOST_OF_NERO = 255  # chapters, for their count is one byte
_FREEFORM = "----"
_COVERS = "covr"
_MIMES = {13: "image/jpeg", 14: "image/png", 27: "image/bmp", 12: "image/gif"}


class Mp4:
    """Sources: ISO 14496-12 and 14496-14, Apple's metadata atoms, mutagen's and Audiobookshelf's names for the rest."""

    name = "mp4"
    version = 5
    suffixes = frozenset({b".m4b", b".m4a", b".m4p", b".aax"})
    kind = BookKind.AUDIOBOOK

    def claims(self, head: bytes) -> bool:
        return is_sound(head)

    def read(self, path: bytes, limits: Limits) -> Reading:
        from shishod.formats.mp4_plain import plain_movie
        from shishod.formats.mp4_repair import ends_early

        with opened(path) as file:
            notes: list[str] = []
            movie: Any = plain_movie(file)
            if movie is None:
                file.seek(0)
                movie = _load(file, limits, notes)
                if ends_early(file):
                    notes.append("the file ends before its last atom does: it was cut short, or is still being copied")
            return _reading(movie, _form(path, file), file, limits, notes)


def picture(path: bytes, member: str, limits: Limits) -> bytes:
    """A picture of the cover atom by its number: where it lies, and where atoms lie about that, as mutagen has it."""
    said = member.removeprefix(f"{_COVERS}:")
    if not said.isdecimal():
        raise gone(member)
    number = int(said)
    with opened(path) as file:
        end = size_of(file)
        places = covers_in(file, end)
        if number < len(places) and places[number].start + places[number].length <= end:
            file.seek(places[number].start)
            return file.read(min(places[number].length, limits.cover_bytes + 1))
        covers = (_load(file, limits, []).tags or {}).get(_COVERS) or ()
    if number >= len(covers):
        raise gone(member)
    return bytes(covers[number])


def _form(path: bytes, file: BinaryIO) -> str:
    file.seek(8)
    return "m4b" if path.lower().endswith(b".m4b") or file.read(4) == b"M4B " else "m4a"


def _load(file: BinaryIO, limits: Limits, notes: list[str]) -> Any:
    from mutagen.mp4 import MP4

    from shishod.formats.mp4_repair import ends_early, repaired
    from shishod.formats.mutagens import FAULTS, raise_disk_fault

    try:
        return MP4(file)  # type: ignore[no-untyped-call]
    except FAULTS as error:
        raise_disk_fault(error)
        movie = repaired(file, limits)
        if movie is None:
            raise BrokenFile(
                "truncated", "there is no movie atom: the file was cut short, is still being copied, or is no MP4"
            ) from error
        notes.append("its atoms were mended to be read")
    try:
        mended: Any = MP4(movie)  # type: ignore[no-untyped-call]
    except FAULTS as error:
        raise BrokenFile("broken-atoms", f"its atoms cannot be read, even mended: {error}") from error
    if not mended.tags and not mended.info.length:
        reason = "truncated" if ends_early(file) else "broken-atoms"
        raise BrokenFile(reason, "its movie atom holds neither tags nor a track that can be read")
    return mended


def _texts(tags: Any) -> dict[str, list[str]]:
    """Every text by its atom; a freeform atom by its own name in capitals, whoever wrote it."""
    found: dict[str, list[str]] = {}
    for key, values in (tags or {}).items():
        if not isinstance(values, list) or key == _COVERS:
            continue
        name = key.rpartition(":")[2].strip(" \0").upper() if key.startswith(_FREEFORM) else key
        texts = [bytes(one).decode("utf-8", "replace") if isinstance(one, bytes) else one for one in values]
        found.setdefault(name, []).extend(str(one) for one in texts if isinstance(one, str | int))
    return found


def _reading(movie: Any, form: str, file: BinaryIO, limits: Limits, notes: list[str]) -> Reading:
    from shishod.formats.audio import FRONT, Picture, Tags, front_cover, tagged, technical
    from shishod.formats.mp4_plain import Movie

    said = Tags(_texts(movie.tags), limits)
    track, disc = (_pair(movie, name) for name in ("trkn", "disk"))
    title, part_title = _titles(said, track, disc, form)
    stream = movie.sound if isinstance(movie, Movie) else movie.info
    sound = technical(stream, _codec(stream.codec))
    pictures = (
        Picture(f"{_COVERS}:{place}", FRONT, _MIMES.get(int(picture.imageformat), ""), len(picture))
        for place, picture in enumerate((movie.tags or {}).get(_COVERS) or ())
    )
    return tagged(
        said,
        ITUNES,
        title=title,
        part_title=part_title,
        reader="mp4",
        format=form,
        chapters=_chapters(movie, file, sound.duration_ms, limits),
        cover=front_cover(pictures, limits, notes),
        technical=sound,
        disc=disc[0] or None,
        track=track[0] or None,
        drm="apple" if stream.codec == "drms" else "audible" if stream.codec in ("aavd", "aaxc") else None,
        notes=tuple(notes),
    )


def _codec(name: str) -> str:
    return "aac" if name.startswith("mp4a.40") else name


def _titles(said: Any, track: tuple[int, int], disc: tuple[int, int], form: str) -> tuple[str | None, str | None]:
    """The album is the book where the file is a part of one; else the file's name is, and the album a short form."""
    from shishod.formats.audio import looks_like_part

    name, album = said.line(("©nam",)), said.line(("©alb",))
    parts = track[1] > 1 or track[0] > 1 or disc[1] > 1 or disc[0] > 1 or (form == "m4a" and track[0] > 0)
    if album and (not name or parts or looks_like_part(name, album)):
        said.places["title"] = "©alb"
        return album, name
    if name:
        said.places["title"] = "©nam"
    return name, None


def _pair(movie: Any, name: str) -> tuple[int, int]:
    pairs = (movie.tags or {}).get(name) or [(0, 0)]
    return pairs[0] if isinstance(pairs[0], tuple) else (0, 0)


def _chapters(movie: Any, file: BinaryIO, duration_ms: int | None, limits: Limits) -> tuple[Chapter, ...]:
    """Nero's list; where it is not there or full, QuickTime's track of texts, which tells the same chapters."""
    from shishod.formats.audio import tidy_chapters
    from shishod.formats.mp4_chapters import text_track

    nero = [(one.title, round(one.start * 1000), None) for one in movie.chapters or ()]
    texts = text_track(file, limits) if len(nero) in (0, _MOST_OF_NERO) else []
    return tidy_chapters(texts if len(texts) > len(nero) else nero, duration_ms, limits)
