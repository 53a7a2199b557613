"""A PDF open in qpdf: its packet of XMP, and what can be saved of a damaged file."""

import logging
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

import pikepdf

from shishod.formats.limits import Limits
from shishod.formats.words import clean

logging.getLogger("pikepdf").setLevel(logging.CRITICAL)  # the notes of a reading say what matters of its mutter
_FLATE = ("/FlateDecode", "/Fl")
FAULTS = (
    pikepdf.PikepdfError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RuntimeError,
    OverflowError,
)


class Saved(NamedTuple):
    """What qpdf found in a file: the texts of Info, the number of pages, and the packet of XMP."""

    texts: dict[str, str]
    pages: int | None
    xmp: bytes | None
    notes: tuple[str, ...]


def saved(file: BinaryIO, limits: Limits) -> Saved:
    """Raises pikepdf.PasswordError, other FAULTS, and OSError as the disk says."""
    file.seek(0)
    with pikepdf.open(file) as document:
        said = {str(key).lstrip("/"): str(value) for key, value in _pairs(document.trailer.get("/Info"))}
        try:
            pages: int | None = len(document.pages)
        except FAULTS:
            pages = None
        xmp, note = _packet(document.Root.get("/Metadata"), limits)
        return Saved(said, pages, xmp, (note,) if note else ())


def _pairs(told: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(told, pikepdf.Dictionary):
        yield from ((key, value) for key, value in told.items() if isinstance(value, pikepdf.String | str))


def _packet(stream: Any, limits: Limits) -> tuple[bytes | None, str]:
    """The packet, inflated within bounds, and a note where it is not given."""
    if not isinstance(stream, pikepdf.Stream):
        return None, ""
    content = bytes(stream.read_raw_bytes())
    filters: Any = stream.get("/Filter", [])
    for one in [filters] if isinstance(filters, pikepdf.Name) else list(filters):
        if str(one) not in _FLATE:
            return None, f"its XMP is packed in a way that we do not read ({clean(str(one), 40)})"
        inflater = zlib.decompressobj()
        try:
            content = inflater.decompress(content, limits.text_bytes + 1)
        except zlib.error:
            return None, "its XMP is damaged"
    if len(content) > limits.text_bytes:
        return None, f"its XMP has more than {limits.text_bytes} bytes (formats.max_text); it was not read"
    return content, ""
