"""Comics as zip, RAR 5, 7-Zip and tar, their pages stored; the two that Python cannot write are written here."""

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from os import PathLike, fspath
from typing import TypeVar
from xml.sax.saxutils import escape

from tests.samples.picture import a_png

AnyPath = TypeVar("AnyPath", bound=str | bytes | PathLike[str])


def comicinfo(**said: str) -> bytes:
    """A ComicInfo.xml; `Pages` is taken as XML."""
    pages = said.pop("Pages", "")
    rows = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in said.items())
    return f'<?xml version="1.0" encoding="utf-8"?><ComicInfo>{rows}<Pages>{pages}</Pages></ComicInfo>'.encode()


MARKS = '<Page Image="0" Bookmark="One"/><Page Image="1" Bookmark="Two"/>'
SAID = comicinfo(
    Title="A Book", Series="Saga", Number="2", Writer="Ann Author", Year="2012", LanguageISO="en", Pages=MARKS
)  # fmt: skip


def a_comic(
    path: AnyPath, members: Mapping[str, bytes] | None = None, *, pages: int = 2, tags: bytes | None = SAID
) -> AnyPath:
    """Write the kind of archive that the ending of `path` names, with so many pages, tags, and more `members`."""
    files = {f"page{number}.png": a_png() for number in range(1, pages + 1)}
    if tags is not None:
        files["ComicInfo.xml"] = tags
    files.update(members or {})
    text = fspath(path)
    name = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    with open(path, "wb") as target:
        target.write(_WRITERS[name[-3:].lower()](files))
    return path


def zipped(files: Mapping[str, bytes], comment: bytes = b"") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.comment = comment
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def tarred(files: Mapping[str, bytes], mode: str = "w") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            row = tarfile.TarInfo(name)
            row.size = len(content)
            archive.addfile(row, io.BytesIO(content))
    return packed.getvalue()


def rarred(files: Mapping[str, bytes], comment: bytes = b"", *, locked: bool = False) -> bytes:
    """RAR 5 without compression. Source: RARLAB's technical note on the format."""
    archive = [b"Rar!\x1a\x07\x01\x00", _block(1, _vint(0))]
    if comment:
        archive.append(_file(3, "CMT", comment, locked=False))
    archive += [_file(2, name, content, locked) for name, content in files.items()]
    return b"".join([*archive, _block(5, _vint(0))])


def _file(kind: int, name: str, content: bytes, locked: bool) -> bytes:
    encoded = name.encode()
    # algorithm, flags, strength of the key, salt and vector
    record = _vint(1) + _vint(0) + _vint(0) + b"\x0f" + bytes(32) if locked else b""
    extra = _vint(len(record)) + record if locked else b""
    fields = _vint(4) + _vint(len(content)) + _vint(0) + struct.pack("<L", zlib.crc32(content))
    fields += _vint(0) + _vint(1) + _vint(len(encoded)) + encoded
    return _block(kind, fields, content, extra)


def _block(kind: int, fields: bytes, content: bytes = b"", extra: bytes = b"") -> bytes:
    flags = bool(extra) | bool(content) << 1
    sizes = (_vint(len(extra)) if extra else b"") + (_vint(len(content)) if content else b"")
    header = _vint(kind) + _vint(flags) + sizes + fields + extra
    header = _vint(len(header)) + header
    return struct.pack("<L", zlib.crc32(header)) + header + content


def _vint(number: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def sevenzipped(files: Mapping[str, bytes], *, locked: bool = False) -> bytes:
    """7-Zip with its members copied, or as if they were locked. Source: 7zFormat.txt of the LZMA SDK."""
    coder = b"\x24\x06\xf1\x07\x01\x02\x13\x00" if locked else b"\x01\x00"
    content = b"".join(files.values())
    sizes = [len(one) for one in files.values()]
    names = b"".join(name.encode("utf-16-le") + b"\0\0" for name in files)
    crcs = b"".join(struct.pack("<L", zlib.crc32(one)) for one in files.values())
    header = b"\x01\x04"
    header += b"\x06" + _number(0) + _number(1) + b"\x09" + _number(len(content)) + b"\0"
    header += b"\x07\x0b\x01\x00" + b"\x01" + coder + b"\x0c" + _number(len(content)) + b"\0"
    header += b"\x08\x0d" + _number(len(sizes)) + b"\x09" + b"".join(map(_number, sizes[:-1]))
    header += b"\x0a\x01" + crcs + b"\0\0"
    header += b"\x05" + _number(len(sizes)) + b"\x11" + _number(len(names) + 1) + b"\0" + names + b"\0\0"
    start = struct.pack("<QQL", len(content), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<L", zlib.crc32(start)) + start + content + header


def _number(number: int) -> bytes:
    """As many leading ones as bytes follow, the lowest first."""
    for more in range(8):
        if number < 1 << (7 * (more + 1)):
            first = (0xFF00 >> more & 0xFF) | number >> 8 * more
            return bytes([first]) + (number & (1 << 8 * more) - 1).to_bytes(more, "little")
    raise ValueError(number)


_WRITERS: dict[str, Callable[[Mapping[str, bytes]], bytes]] = {
    "cbz": zipped, "cbr": rarred, "cb7": sevenzipped, "cbt": tarred,
}  # fmt: skip
