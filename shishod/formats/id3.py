"""ID3v2, APEv2 and ID3v1, wherever a format keeps them: their texts by frame, their chapters, their pictures."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import chain, repeat
from typing import Any, BinaryIO

from shishod.errors import BrokenFile
from shishod.formats.dialects import Dialect
from shishod.formats.limits import Limits
from shishod.formats.pictures import gone
from shishod.formats.source import opened, size_of
from shishod.model.book import Technical
from shishod.model.metadata import Reading

EMPTY = b"ID3\4" + bytes(6)
_HEAD_BYTES = 10
_OVERDRIVE = "TXXX:OVERDRIVE MEDIAMARKERS"
_V1_BYTES = 128
_YEAR, _DAY = re.compile(r"\d{4}"), re.compile(r"(\d\d)(\d\d)")
_APE = {
    "title": "TIT2", "album": "TALB", "artist": "TPE1", "album artist": "TPE2", "composer": "TCOM", "track": "TRCK",
    "disc": "TPOS", "year": "TYER", "genre": "TCON", "publisher": "TPUB", "language": "TLAN", "comment": "COMM",
    "subtitle": "TIT3",
}  # fmt: skip


def length(head: bytes) -> int:
    """How many bytes the ID3v2 tag says it takes, of which these are the first ten; 0 when it is none."""
    if len(head) < _HEAD_BYTES or not head.startswith(b"ID3") or max(head[6:10]) > 0x7F:
        return 0
    return _HEAD_BYTES + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9])


def behind(head: bytes) -> bytes:
    """What stands behind the tag that a file begins with; the head itself where there is none that ends in it."""
    return head[length(head) :] or head


def load(source: BinaryIO, notes: list[str]) -> Any:
    """The tag at the beginning of a file as mutagen has it, None where there is none that can be read.

    It is not made one of ID3v2.4: that costs a fourth of its reading, and loses dates that are not as they should be.
    """
    import mutagen.id3

    from shishod.formats.id3_plain import known_frames, plain_tag
    from shishod.formats.id3_speed import install
    from shishod.formats.mutagens import FAULTS, raise_disk_fault

    head = source.read(_HEAD_BYTES)
    if 0 < length(head) <= size_of(source) and (tag := plain_tag(head, source)) is not None:
        return tag
    source.seek(0)
    install()
    try:
        return mutagen.id3.ID3(  # type: ignore[no-untyped-call]
            source, known_frames=known_frames(), load_v1=False, translate=False
        )
    except mutagen.id3.ID3NoHeaderError:
        return None
    except FAULTS as error:
        raise_disk_fault(error)
        notes.append(f"its ID3 tag cannot be read: {error}")
        return None


def honest(file: BinaryIO, limits: Limits, notes: list[str]) -> BinaryIO:
    """The file itself; or, where its ID3 tag claims to reach beyond the end, a copy that claims what there is."""
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    claimed, rest = length(head) - _HEAD_BYTES, size_of(file) - _HEAD_BYTES
    if claimed < 0:
        return file
    if min(claimed, rest) > limits.member_bytes:
        raise BrokenFile("limit", f"its ID3 tag is larger than {limits.member_bytes} bytes (formats.max_member)")
    if claimed <= rest:
        return file
    notes.append("its ID3 tag claims to be longer than the file")
    said = bytes(rest >> shift & 0x7F for shift in (21, 14, 7, 0))
    file.seek(_HEAD_BYTES)
    return BytesIO(head[:6] + said + file.read(rest))


def texts(tags: Any) -> dict[str, list[str]]:
    """Every text by its frame; TXXX by its description in capitals."""
    found: dict[str, list[str]] = {}
    for key, frame in tags.items() if tags is not None else ():
        name = key[:5]
        if name == "TXXX:":
            found.setdefault(frame.desc.strip().upper(), []).extend(frame.text)
        elif name == "COMM:":
            if not frame.desc.startswith(("iTun", "ID3v1")):
                found.setdefault("COMM", []).extend(frame.text)
        elif key == "TCON":
            found[key] = list(frame.genres)
        elif isinstance(texts := getattr(frame, "text", None), list):
            found[key.partition(":")[0]] = [str(text) for text in texts]
    if "TYER" in found:
        days = chain(found.get("TDAT", ()), repeat(""))
        found["TYER"] = [_date(year, day) for year, day in zip(found["TYER"], days, strict=False)]
    return found


def _date(year: str, day: str) -> str:
    """ID3v2.3 parts a date in year and day: "1999" and "3112"."""
    if _YEAR.fullmatch(year) and (match := _DAY.fullmatch(day)):
        return f"{year}-{match[2]}-{match[1]}"
    return year


def trailing_texts(file: BinaryIO, alone: bool) -> dict[str, list[str]]:
    """APEv2 before ID3v1, by the names of ID3v2.3; `alone` without an ID3v2: APEv2 is looked for anywhere."""
    tail = _tail(file)
    found = _ape_texts(file) if alone or b"APETAGEX" in tail else {}
    return _v1_texts(tail) | found


def tagged_stream(
    file: BinaryIO, limits: Limits, notes: list[str], stream_at: Callable[[BinaryIO, int | None], Any], kind: str
) -> tuple[Any, Any, dict[str, list[str]]]:
    """Tag, stream and texts of bare frames between tags; tag or stream may be None.

    `stream_at` is told where the tag ends where it lies about that. Raises BrokenFile when there is neither.
    """
    from shishod.formats.mutagens import FAULTS, raise_disk_fault

    source = honest(file, limits, notes)
    tags, stream = load(source, notes), None
    said = trailing_texts(file, tags is None) | texts(tags)
    file.seek(0)
    try:
        stream = stream_at(file, _HEAD_BYTES if source is not file else tags.size if tags is not None else None)
    except FAULTS as error:
        raise_disk_fault(error)
        if not tags and not said:
            raise BrokenFile("no-audio", f"there is no {kind} audio in it, and no tag; nothing was read") from error
        notes.append(f"no {kind} audio was found behind its tag")
    return tags, stream, said


def told(tags: Any, said: Any, dialect: Dialect, sound: Technical, *, reader: str, notes: list[str]) -> Reading:
    """What the texts of a track say, with the chapters and the cover that a tag holds, and what is known besides."""
    from shishod.formats.audio import front_cover, tagged_track, tidy_chapters

    marks: list[tuple[str, int, int | None]] = [*_chapters(tags)] or [*_markers(tags)]
    return tagged_track(
        said,
        dialect,
        chapters=tidy_chapters(marks, sound.duration_ms, said.limits) if marks else (),
        cover=front_cover(_pictures(tags), said.limits, notes),
        reader=reader,
        format=reader,
        technical=sound,
        notes=tuple(notes),
    )


def picture(path: bytes, member: str, limits: Limits) -> bytes:
    """The picture of that name in the tag that a file begins with."""
    with opened(path) as file:
        return picture_of(load(honest(file, limits, []), []), member)


def picture_of(tags: Any, member: str) -> bytes:
    """The picture of that name in a tag; raises BrokenFile where there is none."""
    for frame in tags.getall("APIC") if tags is not None else ():
        if frame.HashKey == member:
            return content_of(tags, frame)
    raise gone(member)


def content_of(tags: Any, picture: Any) -> bytes:
    """The bytes of a picture of a tag that is ours or mutagen's."""
    from shishod.formats.id3_plain import PlainTag

    return tags.content_of(picture) if isinstance(tags, PlainTag) else bytes(picture.data)


def _chapters(tags: Any) -> Iterator[tuple[str, int, int]]:
    for frame in tags.getall("CHAP") if tags is not None else ():
        titles = frame.sub_frames.getall("TIT2")
        yield str(titles[0].text[0]) if titles and titles[0].text else "", frame.start_time, frame.end_time


def _markers(tags: Any) -> Iterator[tuple[str, int, None]]:
    said = next((frame.text for key, frame in (tags or {}).items() if key.upper() == _OVERDRIVE), ())
    if said:
        from shishod.formats.overdrive import markers

        yield from markers(str(said[0]))


def _pictures(tags: Any) -> Iterator[Any]:
    from shishod.formats.audio import Picture
    from shishod.formats.id3_plain import PlainTag

    plain = isinstance(tags, PlainTag)
    for frame in tags.getall("APIC") if tags is not None else ():
        yield Picture(frame.HashKey, frame.type, frame.mime, frame.size if plain else len(frame.data))


def _tail(file: BinaryIO) -> bytes:
    file.seek(max(0, size_of(file) - 2 * _V1_BYTES))
    return file.read()


def _v1_texts(tail: bytes) -> dict[str, list[str]]:
    if b"TAG" not in tail[-_V1_BYTES:]:
        return {}
    from mutagen.id3 import ParseID3v1

    frames = ParseID3v1(tail[-_V1_BYTES:])  # type: ignore[no-untyped-call]
    said = {key.partition(":")[0].replace("TDRC", "TYER"): frame for key, frame in (frames or {}).items()}
    return {
        key: list(frame.genres) if key == "TCON" else [str(text) for text in frame.text] for key, frame in said.items()
    }


def _ape_texts(file: BinaryIO) -> dict[str, list[str]]:
    from mutagen.apev2 import APENoHeaderError, APEv2

    from shishod.formats.mutagens import FAULTS, raise_disk_fault

    file.seek(0)
    try:
        ape: Any = APEv2(file)  # type: ignore[no-untyped-call]
    except APENoHeaderError:
        return {}
    except FAULTS as error:
        raise_disk_fault(error)
        return {}
    found = {}
    for key, value in ape.items():
        if value.kind == 0:  # text; other kinds are pictures and links
            found[_APE.get(key.lower(), key.upper())] = list(value)
    return found
