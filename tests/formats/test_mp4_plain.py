"""The plain movie atom: what mutagen would say of it, and nothing of what is not plain."""

import random
import struct
from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats import mp4_plain
from shishod.formats.mp4_plain import plain_movie
from shishod.model.metadata import Reading
from tests.samples import Mark, a_png, an_m4b

KINDS = (b"\xa9nam", b"\xa9alb", b"\xa9ART", b"desc", b"ldes", b"\xa9nrt", b"trkn", b"disk", b"covr", b"----", b"cpil",
         b"stik", b"\xa9mvi", b"gnre", b"XYZW", b"soar", b"data", b"free")  # fmt: skip


def books(folder: Path) -> list[bytes]:
    made = [
        an_m4b(folder / "a.m4b", title="Salt", album="Salt", artist="Ann Author", narrator="Ned Quill", cover=a_png(),
               chapters=[Mark("One", 0, 1000), Mark("Zwei \u00e4", 1000, 2000)], custom={"SERIES": "Saga"}),
        an_m4b(folder / "b.m4b", title="Iron", album="Iron"),
        an_m4b(folder / "c.m4b", title="Cold", description="long " * 2000, custom={"ASIN": "B012345678"}),
    ]  # fmt: skip
    return [path.read_bytes() for path in made]


def an_atom(chance: random.Random) -> bytes:
    """One of a list of tags, of any kind, most of them sound."""
    kind, flags = chance.choice(KINDS), chance.choice((0, 1, 1, 1, 13, 14, 21))
    said = chance.choice((b"Salt", b"\xc3\xa4", b"\xe4", b"", bytes(8), b"\0\0\0\3\0\5\0\0"))
    body = b"".join(
        struct.pack(">I4sII", len(said) + 16, b"data", flags, 0) + said for _ in range(chance.choice((1, 1, 1, 2, 0)))
    )
    if kind == b"----":
        means = b"com.apple.iTunes"
        body = (
            struct.pack(">I4sI", len(means) + 12, b"mean", 0)
            + means
            + struct.pack(">I4sI", 18, b"name", 0)
            + b"SERIES"
            + body
        )
    return struct.pack(">I4s", len(body) + 8, kind) + body


def hurt(chance: random.Random, content: bytes) -> bytes:
    """With more tags in its list, as far as sizes are told of it, in half of all with bytes that are others."""
    at = content.index(b"ilst")
    more = b"".join(an_atom(chance) for _ in range(chance.randrange(3)))
    changed = bytearray(content[: at + 4] + more + content[at + 4 :])
    for name in (b"ilst", b"meta", b"udta", b"moov"):
        place = changed.index(name) - 4
        struct.pack_into(">I", changed, place, struct.unpack_from(">I", changed, place)[0] + len(more))
    first = changed.index(b"moov")
    for _ in range(chance.choice((0, 0, 0, 1, 2))):
        changed[chance.randrange(first, min(first + 3000, len(changed)))] = chance.choice(
            (0, 1, 8, 255, chance.randrange(256))
        )
    return bytes(changed)


def read(path: Path) -> Reading | str:
    try:
        return formats.read(bytes(path))
    except BrokenFile as broken:
        return broken.reason


def test_it_says_what_mutagen_says_of_fifteen_hundred_books_made_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, heard, made, path = random.Random(4), 0, books(tmp_path), tmp_path / "hurt.m4b"
    for number in range(1500):
        content = hurt(chance, made[number % len(made)])
        path.write_bytes(content)
        with path.open("rb") as file:
            if plain_movie(file) is None:
                continue
        heard += 1
        said = read(path)
        with monkeypatch.context() as patched:
            patched.setattr(mp4_plain, "plain_movie", lambda _: None)
            assert said == read(path), number
    assert heard > 300


@pytest.mark.parametrize("number", range(3))
def test_books_as_programs_write_them_are_plain(tmp_path: Path, number: int) -> None:
    path = tmp_path / "a.m4b"
    path.write_bytes(books(tmp_path)[number])

    with path.open("rb") as file:
        assert plain_movie(file) is not None


def test_a_book_that_ends_early_is_left_to_mutagen(tmp_path: Path) -> None:
    path = tmp_path / "a.m4b"
    path.write_bytes(books(tmp_path)[0][:-1])

    with path.open("rb") as file:
        assert plain_movie(file) is None
