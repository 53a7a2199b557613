"""The first page of a PDF as a picture."""

from io import BytesIO

from PIL import Image

from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.formats.pdf.pdfium import Document, Locked, Unreadable
from shishod.formats.pictures import gone
from shishod.formats.source import opened

_PAGE = "page "  # and its number: the place of a cover
_LONGER_SIDE = 1280  # pixels
_QUALITY = 85


def picture(path: bytes, member: str, _: Limits) -> bytes:
    """A JPEG of the page that the reader has named; the same page gives the same bytes."""
    number = member.removeprefix(_PAGE)
    if not number.isdecimal():
        raise gone(member)
    with opened(path) as file:
        try:
            with Document(file) as document:
                width, height, pixels = document.drawn(int(number), _LONGER_SIDE)
        except Locked as error:
            raise BrokenFile("encrypted", "it opens with a password only, so its first page cannot be drawn") from error
        except Unreadable as error:
            raise BrokenFile("no-picture", f"its first page cannot be drawn: {error}") from error
    made = BytesIO()
    Image.frombuffer("RGB", (width, height), pixels, "raw", "BGRX", 0, 1).save(made, "JPEG", quality=_QUALITY)
    return made.getvalue()
