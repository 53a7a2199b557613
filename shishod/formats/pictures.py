"""Pictures inside books, told by their first bytes: what is said of them is often wrong."""

from shishod.errors import BrokenFile

_MARKS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
)
MARK_BYTES = 12


def picture_type(head: bytes) -> str | None:
    """The MIME type of a picture that begins with these bytes (MARK_BYTES are enough); None for no picture."""
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for mark, mime in _MARKS if head.startswith(mark)), None)


def gone(member: str) -> BrokenFile:
    """What is raised for a picture that was located once and is not there now."""
    return BrokenFile("no-picture", f"there is no picture {member or 'in it'}; the book is shown without a cover")
