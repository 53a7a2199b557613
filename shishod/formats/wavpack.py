"""WavPack: the header of its first block, and the APEv2 tag behind its sound."""

from typing import Any, BinaryIO

from shishod.formats import id3
from shishod.formats.apev2 import read_tagged
from shishod.formats.limits import Limits
from shishod.model.book import BookKind
from shishod.model.metadata import Reading


class WavPack:
    """Source: WavPack's own description of its file format, version 5, as mutagen reads it."""

    name = "wavpack"
    version = 3
    suffixes = frozenset({b".wv"})
    kind = BookKind.AUDIOBOOK

    def claims(self, head: bytes) -> bool:
        return id3.behind(head).startswith(b"wvpk")

    def read(self, path: bytes, limits: Limits) -> Reading:
        return read_tagged(path, limits, self.name, _stream_at)


def _stream_at(file: BinaryIO, start: int | None) -> Any:
    from mutagen.wavpack import WavPackInfo

    file.seek(start or 0)
    return WavPackInfo(file)  # type: ignore[no-untyped-call]
