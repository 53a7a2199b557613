"""Cover pictures beside a book: what they are and how large, from their headers; no pixel is decoded."""

import struct
from typing import BinaryIO

from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.formats.source import opened, size_of
from shishod.model.book import CoverPlace
from shishod.model.metadata import Reading

_FORMS = {
    JpegImagePlugin.JpegImageFile.format: "image/jpeg",
    PngImagePlugin.PngImageFile.format: "image/png",
    WebPImagePlugin.WebPImageFile.format: "image/webp",
}
_SAME = {"MPO": "JPEG"}  # two JPEGs in one file, as cameras for two eyes make


def read(path: bytes, limits: Limits) -> Reading:
    """Sources: Pillow for the headers; calibre's cover.jpg, Audiobookshelf's cover.*, Kodi's and Windows' folder.*."""
    with opened(path) as file:
        size = size_of(file)
        if size > limits.cover_bytes:
            raise BrokenFile("limit", f"the picture is larger than {limits.cover_bytes} bytes (formats.max_cover)")
        form, width, height = _header(file)
    if width * height > limits.cover_pixels:
        text = f"the picture has more than {limits.cover_pixels} pixels (formats.max_cover_pixels)"
        raise BrokenFile("limit", text)
    mime = _FORMS[form]
    cover = CoverPlace("", mime, size, width=width, height=height)
    return Reading(reader="picture", format=mime.partition("/")[2], cover=cover, places=(("cover", "file"),))


def picture(path: bytes, _: str, limits: Limits) -> bytes:
    """The file as it is; one byte more than a cover may have, where it has more."""
    with opened(path) as file:
        return file.read(limits.cover_bytes + 1)


def _header(file: BinaryIO) -> tuple[str, int, int]:
    try:
        with Image.open(file, formats=tuple(_FORMS)) as picture:
            form = picture.format or ""
            return _SAME.get(form, form), picture.width, picture.height
    except Image.DecompressionBombError as error:
        raise BrokenFile("limit", "the picture claims more pixels than could be shown; it is not used") from error
    except (OSError, ValueError, TypeError, SyntaxError, EOFError, KeyError, struct.error, OverflowError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's word, not the picture's
        raise BrokenFile("not-a-picture", "it is named as a picture, but is none that can be shown") from error
