"""From the place where a cover lies to its bytes: one function a format, beside its reader, in the table TAKERS."""

from collections.abc import Callable, Mapping
from importlib import import_module

from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.formats.pictures import gone

TAKERS: Mapping[str, str] = {  # a reader's name -> module and function, imported when first used
    "picture": "beside.picture:picture",  # a file of its own
    "epub": "epub.cover:picture",
    "cbz": "comic.zipped:picture",
    "cbr": "comic.rar:picture",
    "cb7": "comic.sevenzip:picture",
    "cbt": "comic.tar:picture",
    "pdf": "pdf.drawing:picture",  # drawn, for no PDF has a cover of its own
    "mobi": "mobi.reading:picture",
    "fb2": "fb2.cover:picture",
    "fbz": "fb2.cover:packed_picture",
    "mp4": "mp4:picture",
    "quicktime": "mp4:picture",
    "matroska": "video.matroska:picture",
    "mka": "video.matroska:picture",
    "flac": "flac:picture",
    "ogg": "ogg:picture",
    "asf": "asf:picture",
    "wav": "chunked:wave_picture",
    "aiff": "chunked:aiff_picture",
    "ape": "apev2:picture",
    "wavpack": "apev2:picture",
    "aac": "id3:picture",
    "mp3": "id3:picture",
}


def take(path: bytes, reader: str, member: str, limits: Limits) -> bytes:
    """The bytes of the cover that a reader of that name has located in a file.

    Raises BrokenFile where it is not there or not to be had, OSError when the disk is at fault.
    """
    try:
        content = _taker(reader)(path, member, limits)
    except MemoryError as error:
        raise BrokenFile("limit", "taking it needs more memory than a reader may have (formats.memory)") from error
    if not content:
        raise gone(member)
    if len(content) > limits.cover_bytes:
        raise BrokenFile("limit", f"the cover is larger than {limits.cover_bytes} bytes (formats.max_cover)")
    return content


def _taker(reader: str) -> Callable[[bytes, str, Limits], bytes]:
    if reader not in TAKERS:
        raise BrokenFile("unsupported", f"no cover can be taken from what the reader {reader} reads")
    module, _, name = TAKERS[reader].partition(":")
    taker: Callable[[bytes, str, Limits], bytes] = getattr(import_module(f"{__package__}.{module}"), name)
    return taker
