"""CBT: a tar of pages, packed by gzip, bzip2, xz or not at all."""

import bz2
import gzip
import lzma
import struct
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Protocol

from shishod.errors import BrokenFile
from shishod.formats.comic.contents import MOST_TAGS, Contents, Member, describes
from shishod.formats.limits import MIB, Limits
from shishod.formats.pictures import gone
from shishod.formats.source import opened, size_of


class _Source(Protocol):
    def read(self, length: int, /) -> bytes: ...


_PACKED: tuple[tuple[bytes, Callable[[BinaryIO], _Source]], ...] = (
    (b"\x1f\x8b", lambda file: gzip.GzipFile(fileobj=file)),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\0", lzma.LZMAFile),
)
_FAULTS = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, ValueError, OverflowError, struct.error,
           RecursionError)  # fmt: skip


class _Bounded:
    """What comes out of a decompressor, until it is more than such an archive can hold."""

    def __init__(self, source: _Source, most: int, longest: int) -> None:
        self._source = source
        self._left = most
        self._longest = longest

    def read(self, length: int = -1) -> bytes:
        if not 0 <= length <= self._longest:
            raise BrokenFile("limit", "the archive asks for more than may be read of it at once (formats.max_member)")
        self._left -= length
        if self._left < 0:
            raise BrokenFile("limit", "the archive inflates to more than pages could; it was not read to its end")
        return self._source.read(length)


def gather(path: bytes, limits: Limits) -> Contents:
    """Links and devices are passed over. Raises BrokenFile and OSError only."""
    with opened(path) as file:
        with _archive(file, limits) as archive:
            contents = _gathered(archive, limits)
            ended = archive.fileobj is not file or archive.offset < size_of(file)  # at a block of zeros
        if not ended:
            raise BrokenFile("truncated", "the tar archive has lost its end: it was cut short, or is still copied")
        return contents


def picture(path: bytes, name: str, limits: Limits) -> bytes:
    """One page."""
    with opened(path) as file, _archive(file, limits) as archive:
        row = next((one for one in _files(archive, limits) if one.name == name), None)
        content = archive.extractfile(row) if row is not None and row.size <= limits.cover_bytes else None
        if content is None:
            raise gone(name)
        return content.read()


@contextmanager
def _archive(file: BinaryIO, limits: Limits) -> Iterator[tarfile.TarFile]:
    """The archive, however it is packed; what goes wrong inside with it is told as BrokenFile."""
    head = file.read(8)
    file.seek(0)
    unpack = next((unpack for mark, unpack in _PACKED if head.startswith(mark)), None)
    try:
        with _tar(file, unpack, limits) as archive:
            yield archive
    except _FAULTS as error:
        raise _broken(error) from error
    except OSError as error:
        if error.errno is not None:
            raise  # the disk's word; gzip and bzip2 say OSError without a number
        raise _broken(error) from error


def _tar(file: BinaryIO, unpack: Callable[[BinaryIO], _Source] | None, limits: Limits) -> tarfile.TarFile:
    if unpack is None:
        return tarfile.open(fileobj=file, mode="r:")
    source: Any = _Bounded(unpack(file), MIB + size_of(file) * limits.ratio, limits.member_bytes)
    return tarfile.open(fileobj=source, mode="r|")


def _gathered(archive: tarfile.TarFile, limits: Limits) -> Contents:
    contents = Contents()
    for one in _files(archive, limits):
        contents.members.append(Member(one.name, one.size))
        if describes(one.name) and len(contents.documents) < MOST_TAGS:
            content = archive.extractfile(one)
            if one.size > limits.text_bytes or content is None:
                contents.notes.append(f"{one.name} in the archive is larger than {limits.text_bytes} bytes")
            else:
                contents.documents[one.name] = content.read()
    return contents


def _files(archive: tarfile.TarFile, limits: Limits) -> Iterator[tarfile.TarInfo]:
    for number, one in enumerate(archive, 1):
        if number > limits.entries:
            raise BrokenFile("limit", f"the archive has more than {limits.entries} entries (formats.max_entries)")
        if one.isreg():
            yield one


def _broken(error: BaseException) -> BrokenFile:
    return BrokenFile("broken-archive", f"the tar archive is cut short or damaged ({error}); it was not read")
