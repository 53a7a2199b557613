"""A file made wrong: bits flipped, an end lost, pieces moved, doubled, blanked, or taken from another file."""

import random
from collections.abc import Callable

_MOST_BYTES = 400_000
_EVIL = (b"\0", b"\xff", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"%n%s", b"\xed\xa0\x80", b"-1", b"<")


def _flip(content: bytearray, chance: random.Random, _: bytes) -> None:
    for _ in range(chance.choice((1, 3, 20, 200))):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def _cut(content: bytearray, chance: random.Random, _: bytes) -> None:
    del content[chance.randrange(len(content)) :]


def _lose(content: bytearray, chance: random.Random, _: bytes) -> None:
    start = chance.randrange(len(content))
    del content[start : start + chance.choice((1, 4, 100, 5000))]


def _double(content: bytearray, chance: random.Random, _: bytes) -> None:
    start = chance.randrange(len(content))
    content[start:start] = content[start : start + chance.choice((4, 100, 5000))] * chance.choice((1, 2, 30))


def _blank(content: bytearray, chance: random.Random, _: bytes) -> None:
    start = chance.randrange(len(content))
    length = min(chance.choice((4, 64, 1000)), len(content) - start)
    content[start : start + length] = bytes([chance.choice((0, 255))]) * length


def _provoke(content: bytearray, chance: random.Random, _: bytes) -> None:
    for _ in range(chance.choice((1, 5))):
        word = chance.choice(_EVIL)
        start = chance.randrange(len(content))
        content[start : start + len(word)] = word


def _head_of_another(content: bytearray, chance: random.Random, other: bytes) -> None:
    length = chance.choice((8, 64, 512))
    content[:length] = other[:length]


def _splice(content: bytearray, chance: random.Random, other: bytes) -> None:
    start = chance.randrange(len(other) or 1)
    content[chance.randrange(len(content)) :] = other[start:]


_WAYS: tuple[Callable[[bytearray, random.Random, bytes], None], ...] = (
    _flip, _flip, _flip, _cut, _lose, _double, _blank, _provoke, _provoke, _head_of_another, _splice,
)  # fmt: skip


def mutated(content: bytes, other: bytes, chance: random.Random) -> bytes:
    """The content after one or more accidents, `other` being what was on the disk beside it."""
    hurt = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        if hurt:
            chance.choice(_WAYS)(hurt, chance, other)
    return bytes(hurt[:_MOST_BYTES])
