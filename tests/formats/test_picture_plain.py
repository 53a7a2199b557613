"""The plain header of a picture: what Pillow would say of it, and nothing of what is not plain."""

import random
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from shishod.errors import BrokenFile
from shishod.formats import thumbnails
from shishod.formats.limits import Limits
from shishod.formats.picture_plain import plain_picture

MODES = {"PNG": ("1", "L", "P", "LA", "RGB", "RGBA", "I;16"), "JPEG": ("L", "RGB", "CMYK")}


def a_picture(form: str, mode: str, **how: object) -> bytes:
    made = BytesIO()
    Image.new(mode, (30, 50)).save(made, form, **how)
    return made.getvalue()


def by_pillow(content: bytes) -> tuple[str, int, int] | None:
    try:
        with thumbnails._opened(content, Limits()) as picture:
            return thumbnails.FORMS[picture.format or ""], picture.width, picture.height
    except BrokenFile:
        return None


def a_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def a_segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def hurt(chance: random.Random, content: bytes) -> bytes:
    """With more chunks or segments behind the beginning, in half of all with bytes that are others."""
    if content.startswith(b"\x89PNG"):
        kinds = (b"pHYs", b"gAMA", b"sRGB", b"cHRM", b"PLTE", b"tEXt", b"tRNS", b"iCCP", b"tIME", b"acTL", b"IHDR")
        more = [
            a_chunk(chance.choice(kinds), bytes(chance.choice((9, 4, 1, 32, 13)))) for _ in range(chance.randrange(3))
        ]
        content = content[:33] + b"".join(more) + content[33:]
    else:
        bodies = (
            b"JFIF" + bytes(9),
            b"Exif\0\0",
            b"ICC_PROFILE\0\1\1",
            b"Adobe" + bytes(7),
            b"MPF\0",
            b"",
            bytes(65),
            b"x" * 9,
        )
        markers = (*range(0xC0, 0xD0), *range(0xDA, 0xF0), 0xFE, 0xDB, 0xE0, 0xE2, 0xEE)
        more = [a_segment(chance.choice(markers), chance.choice(bodies)) for _ in range(chance.randrange(3))]
        content = content[:2] + b"".join(more) + content[2:]
    changed = bytearray(content)
    for _ in range(chance.choice((0, 0, 1, 2))):
        changed[chance.randrange(min(len(changed), 700))] = chance.choice((0, 1, 8, 255, 254, chance.randrange(256)))
    return bytes(changed[: chance.choice((len(changed), len(changed), chance.randrange(len(changed))))])


@pytest.mark.parametrize("form", MODES)
def test_it_says_what_pillow_says_of_three_thousand_pictures_made_wrong(form: str) -> None:
    chance, heard = random.Random(form), 0
    made = [a_picture(form, mode) for mode in MODES[form]]
    made += [a_picture("JPEG", "RGB", progressive=True, comment=b"c", dpi=(72, 72))] if form == "JPEG" else []
    for _ in range(3000):
        content = hurt(chance, chance.choice(made))
        if (said := plain_picture(content)) is not None:
            heard += 1
            assert tuple(said) == by_pillow(content), content[:200]
    assert heard > 500


@pytest.mark.parametrize(("form", "mode"), [(form, mode) for form, modes in MODES.items() for mode in modes])
def test_pictures_as_programs_write_them_are_plain(form: str, mode: str) -> None:
    said = plain_picture(a_picture(form, mode))

    assert said == ({"PNG": "png", "JPEG": "jpeg"}[form], 30, 50)


def test_what_is_no_png_and_no_jpeg_is_left_to_pillow() -> None:
    assert plain_picture(a_picture("WEBP", "RGB")) is None
    assert plain_picture(b"") is None


def test_a_picture_of_more_pixels_than_may_be_is_told_so() -> None:
    content = a_picture("PNG", "L")

    with pytest.raises(BrokenFile, match="1000 pixels"):
        thumbnails.look(content, Limits(cover_pixels=1000))
