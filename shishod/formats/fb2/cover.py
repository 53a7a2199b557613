"""The cover of an FB2 out of its base64, by the id that the reader has named."""

import base64
import binascii

from shishod.formats.archive import Archive
from shishod.formats.fb2.document import BINARY
from shishod.formats.fb2.document import packed_picture as packed_in
from shishod.formats.fb2.letters import encoding_of, is_wide
from shishod.formats.fb2.reading import books_in
from shishod.formats.limits import Limits
from shishod.formats.pictures import gone
from shishod.formats.source import opened


def picture(path: bytes, member: str, limits: Limits) -> bytes:
    """Out of an FB2 as it is."""
    with opened(path) as file:
        return _unpacked(file.read(limits.member_bytes), member)


def packed_picture(path: bytes, member: str, limits: Limits) -> bytes:
    """Out of the largest FB2 in a zip."""
    with opened(path) as file:
        archive = Archive(file, limits)
        return _unpacked(archive.read(books_in(archive)[0].name), member)


def _unpacked(content: bytes, member: str) -> bytes:
    encoding, _ = encoding_of(content)
    if is_wide(encoding):
        content, encoding = content.decode(encoding, "replace").encode(), "utf-8"
    packed = packed_in(content, encoding, member.removeprefix(BINARY))
    if packed is None:
        raise gone(member)
    try:
        return base64.b64decode(packed + b"=" * (-len(packed) % 4))
    except binascii.Error as error:
        raise gone(member) from error
