"""Ogg: the first stream of Vorbis, Opus, FLAC or Speex in it, whatever its name says."""

from dataclasses import replace
from importlib import import_module
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple

from shishod.errors import BrokenFile
from shishod.formats.dialects import VORBIS
from shishod.formats.limits import Limits
from shishod.formats.reader import HEAD_BYTES
from shishod.formats.source import opened, size_of
from shishod.model.book import BookKind
from shishod.model.metadata import Reading

_PAGE = b"OggS"
_LARGEST_PAGE = 65_307
_OPUS_RATE = 48_000  # the only one it is decoded at


class Codec(NamedTuple):
    """What may lie in an Ogg: how its first packet begins, its names in mutagen, and what we call the file."""

    mark: bytes
    module: str
    stream: str
    comments: str
    name: str
    form: str


CODECS = (
    Codec(b"\x01vorbis", "oggvorbis", "OggVorbisInfo", "OggVCommentDict", "vorbis", "ogg"),
    Codec(b"OpusHead", "oggopus", "OggOpusInfo", "OggOpusVComment", "opus", "opus"),
    Codec(b"\x7fFLAC", "oggflac", "OggFLACStreamInfo", "OggFLACVComment", "flac", "ogg"),
    Codec(b"Speex   ", "oggspeex", "OggSpeexInfo", "OggSpeexVComment", "speex", "ogg"),
)


class Ogg:
    """Sources: RFC 3533 for pages, RFC 7845 for Opus, and xiph's Vorbis comments, which every codec uses."""

    name = "ogg"
    version = 3
    suffixes = frozenset({b".ogg", b".oga", b".opus"})
    kind = BookKind.AUDIOBOOK

    def claims(self, head: bytes) -> bool:
        return codec_of(head) is not None

    def read(self, path: bytes, limits: Limits) -> Reading:
        with opened(path) as file:
            codec = codec_of(file.read(HEAD_BYTES))
            if codec is None:
                raise BrokenFile("no-audio", "there is no Vorbis, Opus, FLAC or Speex in it; nothing was read")
            return _reading(file, codec, limits)


def picture(path: bytes, member: str, limits: Limits) -> bytes:
    """A picture among the comments."""
    from shishod.formats import vorbis

    with opened(path) as file:
        codec = codec_of(file.read(HEAD_BYTES))
        comments = _load(file, codec, limits, [])[1] if codec is not None else ()
    return vorbis.picture_of(vorbis.texts(comments), member)


def codec_of(head: bytes) -> Codec | None:
    """The first that begins a stream there: other streams may go before it, as pictures do."""
    if not head.startswith(_PAGE):
        return None
    found = [(place, codec) for codec in CODECS if (place := head.find(codec.mark)) >= 0]
    return min(found, default=(0, None))[1]


def _reading(file: BinaryIO, codec: Codec, limits: Limits) -> Reading:
    from shishod.formats import vorbis
    from shishod.formats.audio import Tags, front_cover, tagged_track, technical, tidy_chapters

    notes: list[str] = []
    stream, comments = _load(file, codec, limits, notes)
    sound_bytes = size_of(file) - file.tell()
    stream.length = _length_s(stream, file)
    sound = technical(stream, codec.name)
    if codec.form == "opus":
        sound = replace(sound, sample_rate=_OPUS_RATE, bitrate=None)
    if not sound.bitrate and sound.duration_ms:
        sound = replace(sound, bitrate=sound_bytes * 8_000 // sound.duration_ms)
    texts = vorbis.texts(comments)
    return tagged_track(
        Tags(texts, limits),
        VORBIS,
        reader="ogg",
        format=codec.form,
        chapters=tidy_chapters(vorbis.chapters(texts), sound.duration_ms, limits),
        cover=front_cover(vorbis.pictures(texts), limits, notes),
        technical=sound,
        notes=tuple(notes),
    )


def _load(file: BinaryIO, codec: Codec, limits: Limits, notes: list[str]) -> tuple[Any, Any]:
    """The stream as its first packet describes it, and its comments as far as they can be read."""
    from shishod.formats.lenient import bounded, lenient
    from shishod.formats.mutagens import FAULTS, raise_disk_fault

    module = import_module(f"mutagen.{codec.module}")
    source = bounded(file, limits)
    try:
        stream = getattr(module, codec.stream)(source)
    except FAULTS as error:
        raise_disk_fault(error)
        raise BrokenFile("no-audio", f"the beginning of its {codec.name} cannot be read: {error}") from error
    comments: Any = ()
    try:
        comments = lenient(getattr(module, codec.comments))(source, stream)
        fault = comments.fault
    except FAULTS as error:
        raise_disk_fault(error)
        fault = str(error) or type(error).__name__
    if fault:
        notes.append(f"its comments cannot be read to the end: {fault}")
    return stream, comments


def _length_s(stream: Any, file: BinaryIO) -> float:
    """By the last page of the stream; mutagen would read the whole file where that does not say it is the last."""
    from shishod.formats.mutagens import FAULTS, raise_disk_fault

    page = _last_page(file, stream.serial)
    if page is None:
        return 0.0
    try:
        stream._post_tags(BytesIO(page))
    except FAULTS as error:  # a rate of nothing, say
        raise_disk_fault(error)
        return 0.0
    return float(stream.length)


def _last_page(file: BinaryIO, serial: int) -> bytes | None:
    """The last whole page of a stream on which a packet ends."""
    from mutagen.ogg import OggPage

    from shishod.formats.mutagens import FAULTS, raise_disk_fault

    file.seek(max(0, size_of(file) - 2 * _LARGEST_PAGE))
    tail = file.read()
    pages, at = BytesIO(tail), tail.rfind(_PAGE)
    while at >= 0:
        pages.seek(at)
        try:
            page = OggPage(pages)  # type: ignore[no-untyped-call]
            if page.serial == serial and page.position > 0:
                return tail[at : pages.tell()]
        except FAULTS as error:
            raise_disk_fault(error)
        at = tail.rfind(_PAGE, 0, at)
    return None
