"""Supplements: the booklet of an audiobook, the maps of a novel; listed with their book, not read."""

from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.formats.reader import HEAD_BYTES
from shishod.formats.source import opened
from shishod.model.metadata import Reading
from shishod.paths import base, suffix

_PDF = ("pdf", b"%PDF-")
_FORMS = {b".rtf": ("rtf", b"{\\rtf"), b".docx": ("docx", b"PK\3\4"), b".odt": ("odt", b"PK\3\4")}


def read(path: bytes, _limits: Limits) -> Reading:
    """A document whose name says that it goes with something."""
    form, mark = _FORMS.get(suffix(base(path)), _PDF)
    with opened(path) as file:
        head = file.read(HEAD_BYTES)
    if mark not in head:
        raise BrokenFile(f"not-a-{form}", f"it is named as {form.upper()}, but is none")
    return Reading(reader="supplement", format=form)
