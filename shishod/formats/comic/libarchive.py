"""Archives through the system's libarchive, told which format to expect and to take nothing else for it."""

import os
from collections.abc import Collection
from typing import Any, BinaryIO

from shishod.errors import BrokenFile
from shishod.formats.comic.contents import MOST_TAGS, Contents, Member, describes
from shishod.formats.extras import LIBARCHIVE_SO
from shishod.formats.limits import Limits

os.environ.setdefault("LIBARCHIVE", LIBARCHIVE_SO)  # else the wrapper runs ldconfig to find it

from libarchive import ArchiveError, fd_reader, ffi


class Unreadable(Exception):
    """libarchive gave up; its own words."""


def unpacked(file: BinaryIO, limits: Limits, form: str = "7zip", only: Collection[str] | None = None) -> Contents:
    """All members of an open archive, with the documents that describe the comic; with `only` the named instead.

    Raises BrokenFile at a limit and Unreadable where libarchive gives up.
    """
    contents = Contents()
    try:
        _walk(file, contents, limits, form, only)
    except ArchiveError as error:
        said = str(error).casefold()
        if "crypt" not in said and "passphrase" not in said:
            raise Unreadable(error.msg or "it does not say why") from error
        if contents.members:
            contents = unpacked(file, limits, form, ()) if only is None else contents  # names alone need no key
        contents.locked = True
        contents.listed = bool(contents.members)
    return contents


def _walk(file: BinaryIO, contents: Contents, limits: Limits, form: str, only: Collection[str] | None) -> None:
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    with fd_reader(file.fileno(), format_name=form, filter_name="none") as archive:
        for number, entry in enumerate(archive, 1):
            if number > limits.entries:
                raise BrokenFile("limit", f"the archive has more than {limits.entries} entries (formats.max_entries)")
            _take(entry, contents, limits, only)
            if only and contents.documents.keys() >= set(only):
                return


def rar_formats() -> tuple[str, ...]:
    """The names of RAR's formats that this libarchive can read."""
    return tuple(form for form in ("rar", "rar5") if hasattr(ffi.libarchive, f"archive_read_support_format_{form}"))


def _take(entry: Any, contents: Contents, limits: Limits, only: Collection[str] | None) -> None:
    name = entry.pathname
    if not isinstance(name, str) or not entry.isfile:
        return
    contents.members.append(Member(name, entry.size))
    wanted = describes(name) if only is None else name in only
    if not wanted or len(contents.documents) >= MOST_TAGS:
        return
    content = bytearray()
    for block in entry.get_blocks(1 << 16):
        content += block
        if len(content) > limits.text_bytes:
            contents.notes.append(f"{name} in the archive is larger than {limits.text_bytes} bytes")
            return
    contents.documents[name] = bytes(content)
