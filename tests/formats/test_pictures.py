import pytest

from shishod.formats.pictures import MARK_BYTES, picture_type
from tests.samples import a_jpeg, a_png, a_webp


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (a_png(), "image/png"),
        (a_jpeg(), "image/jpeg"),
        (a_webp(), "image/webp"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"<svg/>", None),
        (b"", None),
    ],
)
def test_a_picture_is_told_by_its_first_bytes(content: bytes, mime: str | None):
    assert picture_type(content[:MARK_BYTES]) == mime
