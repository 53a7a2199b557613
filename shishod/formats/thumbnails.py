"""What a picture is, and the small form of it that lists of books show; made with Pillow, once for each cover."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO
from typing import NamedTuple

from PIL import Image

from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.formats.picture_plain import plain_picture
from shishod.model.covers import HEIGHT, WIDEST, is_small

FORMS: dict[str, str] = {  # what Pillow calls what we take -> the word it is stored under
    "JPEG": "jpeg", "MPO": "jpeg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "AVIF": "avif", "BMP": "bmp",
    "TIFF": "tiff",
}  # fmt: skip
_PLUGINS = ("Jpeg", "Mpo", "Png", "WebP", "Gif", "Avif", "Bmp", "Tiff")  # each costs a process milliseconds: no others
_QUALITY = 82
_ALWAYS = 50_000_000  # pixels that Pillow opens without a word
_FAULTS = (OSError, ValueError, TypeError, SyntaxError, EOFError, KeyError, IndexError, struct.error, OverflowError,
           ArithmeticError)  # fmt: skip


def _openers() -> tuple[str, ...]:
    """Those that this Pillow can open: a build may lack AVIF; an MPO is opened as the JPEG that it begins with."""
    for name in _PLUGINS:
        import_module(f"PIL.{name}ImagePlugin")
    return tuple(form for form in FORMS if form in Image.OPEN)


_OPENERS = _openers()  # as this is imported, which the server that processes are forked from does before any of them


class Shown(NamedTuple):
    """What a picture says of itself."""

    form: str
    width: int
    height: int


def look(content: bytes, limits: Limits) -> Shown:
    """What a picture is, by its header. Raises BrokenFile for what is none, or has more pixels than it may."""
    plain = plain_picture(content)
    if plain is not None and plain.width * plain.height <= min(limits.cover_pixels, _ALWAYS):
        return Shown(*plain)
    with _opened(content, limits) as picture:
        return Shown(FORMS[picture.format or ""], picture.width, picture.height)


def thumbnail(content: bytes, limits: Limits) -> bytes | None:
    """The small form of a picture; None where it is no larger itself. Raises BrokenFile where it is damaged."""
    with _opened(content, limits) as picture:
        if is_small(picture.width, picture.height):
            picture.load()  # what cannot be decoded is not shown to anybody
            return None
        return _lessened(picture)


@contextmanager
def _opened(content: bytes, limits: Limits) -> Iterator[Image.Image]:
    with _told(), Image.open(BytesIO(content), formats=_OPENERS) as picture:
        if picture.width * picture.height > limits.cover_pixels:
            text = f"the cover has more than {limits.cover_pixels} pixels (formats.max_cover_pixels)"
            raise BrokenFile("limit", text)
        yield picture


def _lessened(picture: Image.Image) -> bytes:
    picture.draft("RGB", (WIDEST, HEIGHT))  # a JPEG is decoded at a fraction of its size
    if picture.mode not in ("RGB", "L"):
        picture = _on_white(picture)
    picture.thumbnail((WIDEST, HEIGHT), reducing_gap=2.0)
    made = BytesIO()
    picture.save(made, "JPEG", quality=_QUALITY)
    return made.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    """Colours as a JPEG has them; what shines through is white."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    opaque = picture.convert("RGBA")
    paper = Image.new("RGB", opaque.size, "white")
    paper.paste(opaque, mask=opaque.getchannel("A"))
    return paper


@contextmanager
def _told() -> Iterator[None]:
    """What Pillow says of a bad picture, in our words."""
    try:
        yield
    except Image.DecompressionBombError as error:
        raise BrokenFile("limit", "the cover claims more pixels than could be shown; it is not used") from error
    except MemoryError as error:
        raise BrokenFile(
            "limit", "showing the cover needs more memory than a reader may have (formats.memory)"
        ) from error
    except _FAULTS as error:
        raise BrokenFile("not-a-picture", "what is named as the cover is no picture that can be shown") from error
