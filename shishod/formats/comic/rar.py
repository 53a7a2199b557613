"""CBR: a RAR of pages. rarfile reads its index; what is compressed is unpacked by libarchive, or else by a program."""

import os
from dataclasses import replace
from typing import Any, BinaryIO

from shishod.errors import BrokenFile
from shishod.formats.comic.contents import MOST_TAGS, Contents, Member, by_depth, describes
from shishod.formats.comic.unpacker import member_of
from shishod.formats.extras import LIBARCHIVE, RARFILE, UNPACKER
from shishod.formats.limits import Limits
from shishod.formats.pictures import gone
from shishod.formats.source import opened, size_of

_STORED = 0x30  # RAR's method without compression


def gather(path: bytes, limits: Limits) -> Contents:
    """No page is unpacked. Raises BrokenFile and OSError only."""
    with opened(path) as file:
        if not RARFILE.present():
            return Contents(listed=False, notes=[RARFILE.advice])
        archive, ended = _index(file, limits)
        rows = [one for one in archive.infolist() if one.is_file()]
        if _cut_short(file, archive, rows, ended):
            raise BrokenFile("truncated", "the RAR archive ends before its last page does; it was cut short")
        contents = Contents(
            members=[Member(one.filename, one.file_size) for one in rows],
            comment=_bytes(archive.comment),
            locked=archive.needs_password(),
            listed=bool(rows) or not archive.needs_password(),
        )
        if not contents.locked:
            _read_documents(path, file, archive, contents, limits)
        return contents


def picture(path: bytes, name: str, limits: Limits) -> bytes:
    """One page: stored as it is, else unpacked by libarchive, else by a program."""
    contents = Contents()
    with opened(path) as file:
        if not RARFILE.present():
            raise BrokenFile("unsupported", RARFILE.advice)
        archive, _ = _index(file, limits)
        row = next((one for one in archive.infolist() if one.is_file() and one.filename == name), None)
        if row is None or row.file_size > limits.cover_bytes:
            raise gone(name)
        if row.needs_password():
            raise BrokenFile("encrypted", f"{name} in the archive is locked with a password")
        if row.compress_type == _STORED:
            _read_stored(archive, row, contents)
        elif LIBARCHIVE.present():
            _ask_libarchive(file, [name], contents, replace(limits, text_bytes=limits.cover_bytes))
    content = contents.documents.get(name) or member_of(path, name, limits.cover_bytes)
    if content is None:
        raise BrokenFile("broken-archive", f"{name} in the archive could not be unpacked")
    return content


def _index(file: BinaryIO, limits: Limits) -> tuple[Any, bool]:
    """The archive's members, and whether it has the block that ends an archive."""
    import rarfile

    # It would unpack the comment of an old archive by running a program on a file of its own making.
    rarfile.rar3_decompress = _stored_comment
    seen, ended = 0, False

    def count(block: Any) -> None:
        nonlocal seen, ended
        seen += 1
        ended = ended or block.type == rarfile.RAR_BLOCK_ENDARC
        if seen > limits.entries * 2:  # a member may have blocks beside its own
            raise BrokenFile("limit", f"the archive has more than {limits.entries} entries (formats.max_entries)")

    try:
        return rarfile.RarFile(file, info_callback=count, part_only=True), ended
    except (rarfile.Error, ValueError, IndexError, TypeError, AttributeError, OverflowError, EOFError) as error:
        raise BrokenFile("broken-archive", f"the RAR archive is cut short or damaged ({error})") from error


def _cut_short(file: BinaryIO, archive: Any, rows: list[Any], ended: bool) -> bool:
    """RAR 5 always ends with a block that says so; before, a member beyond the end of the file is all that tells."""
    if rows and max(one.data_offset + one.compress_size for one in rows) > size_of(file):
        return True
    return bool(not ended and not archive.needs_password() and _is_rar5(file))


def _is_rar5(file: BinaryIO) -> bool:
    return os.pread(file.fileno(), 8, 0).startswith(b"Rar!\x1a\x07\1")


def _stored_comment(_version: int, method: int, packed: bytes, *_: object, **__: object) -> bytes:
    return packed if method == _STORED else b""


def _bytes(comment: object) -> bytes:
    return comment.encode("utf-8", "replace") if isinstance(comment, str) else b""


def _read_documents(path: bytes, file: BinaryIO, archive: Any, contents: Contents, limits: Limits) -> None:
    rows = {one.filename: one for one in archive.infolist() if one.is_file() and describes(one.filename)}
    wanted = by_depth(rows)[:MOST_TAGS]
    for name in list(wanted):
        if rows[name].file_size > limits.text_bytes:
            contents.notes.append(f"{name} in the archive is larger than {limits.text_bytes} bytes")
            wanted.remove(name)
        elif rows[name].compress_type == _STORED:
            _read_stored(archive, rows[name], contents)
            wanted.remove(name)
    if not wanted:
        return
    if LIBARCHIVE.present():
        _ask_libarchive(file, wanted, contents, limits)
    missing = [name for name in wanted if name not in contents.documents]
    for name in missing:
        if (content := member_of(path, name, limits.text_bytes)) is not None:
            contents.documents[name] = content
        else:
            absent = [one.advice for one in (LIBARCHIVE, UNPACKER) if not one.present()]
            contents.notes.append(
                f"{name} in the archive could not be unpacked" + "".join(f"; {one}" for one in absent)
            )


def _read_stored(archive: Any, row: Any, contents: Contents) -> None:
    import rarfile

    try:
        contents.documents[row.filename] = archive.read(row)
    except (rarfile.Error, ValueError, EOFError) as error:
        contents.notes.append(f"{row.filename} in the archive is damaged ({error})")


def _ask_libarchive(file: BinaryIO, wanted: list[str], contents: Contents, limits: Limits) -> None:
    from shishod.formats.comic.libarchive import Unreadable, rar_formats, unpacked

    form = "rar5" if _is_rar5(file) else "rar"
    if form not in rar_formats():
        return
    try:
        contents.documents |= unpacked(file, limits, form, wanted).documents
    except Unreadable:
        return  # a program may know better; who cannot unpack it at all says so
