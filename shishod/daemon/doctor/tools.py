"""Programs and libraries that some formats need."""

from collections.abc import Iterator

from shishod.ailment import Ailment
from shishod.daemon.doctor.patient import Patient, warning
from shishod.formats.extras import EXTRAS
from shishod.model.library import LibraryKind

COMICS = frozenset({LibraryKind.COMICS, LibraryKind.MIXED})
FILMS = frozenset({LibraryKind.MOVIES, LibraryKind.SHOWS})
SERVES = {
    "libarchive": COMICS,
    "rarfile": COMICS,
    "unrar or unar": COMICS,
    "pikepdf": frozenset({LibraryKind.EBOOKS}),
    "ffprobe": FILMS,
    "guessit": FILMS,
}
"""The kinds of library that go short where an extra is missing; the others need not hear of it."""


def programs(patient: Patient) -> Iterator[Ailment]:
    """Those that this configuration's libraries ask for."""
    kinds = {library.kind for library in patient.settings.as_libraries()}
    for extra in EXTRAS:
        if kinds & SERVES[extra.name] and not extra.present():
            yield warning(
                extra.name,
                f"it is not installed; {extra.serves.rstrip(',')} need it",
                f"{extra.install}, then systemctl restart shishod",
            )
