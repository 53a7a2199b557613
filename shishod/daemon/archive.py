"""The archive that `shishoctl backup --to` fetches: a copy of the catalogue and the covers, as a tar in pieces."""

import os
from collections.abc import Iterator
from pathlib import Path

PIECE = 1024 * 1024
BLOCK = 512
CATALOGUE, COVERS = "catalogue.sqlite", "covers"


def archived(copy: Path, covers: Path) -> Iterator[bytes]:
    """A tar (POSIX.1-2001) in pieces of about a megabyte, however large the files are."""
    held = bytearray()
    for part in _parts(copy, covers):
        held += part
        if len(held) >= PIECE:
            yield bytes(held)
            held.clear()
    yield bytes(held) + bytes(2 * BLOCK)


def _parts(copy: Path, covers: Path) -> Iterator[bytes]:
    yield from _member(copy, CATALOGUE)
    for folder, _, names in os.walk(covers):
        for name in sorted(names):
            path = Path(folder, name)
            try:
                yield from _member(path, f"{COVERS}/{path.relative_to(covers)}")
            except FileNotFoundError:
                continue  # no book shows it any more


def _member(path: Path, name: str) -> Iterator[bytes]:
    """One file; who owns it here means nothing where it is put back."""
    import tarfile  # no start waits for it

    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        about = tarfile.TarInfo(name)
        about.size, about.mtime, about.mode = status.st_size, int(status.st_mtime), 0o640
        yield about.tobuf(tarfile.PAX_FORMAT)
        left = about.size
        while left:
            piece = file.read(min(PIECE, left))
            if not piece:
                raise OSError(f"{path} became shorter while it was read")
            left -= len(piece)
            yield piece
        yield bytes(-about.size % BLOCK)
