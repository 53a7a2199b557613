"""Aside: what one walk found that is there and does not count, until its books are done."""

from collections.abc import Callable
from dataclasses import dataclass, field

from shishod.model.state import KnownFile


def _nothing(_: bytes) -> str:
    return ""


@dataclass(slots=True)
class Aside:
    """Shared: by nobody at a time; the walk fills it, and what settles the sweep reads it afterwards.

    `refusal` tells why a file that is there is not taken. `files` and `folders` are remembered and passed over, each
    with the reason; folders have `left` once that is written. `odd` could not be made out; `told` was known before.
    `eyes` stand for all that decides what counts, where that is news.
    """

    refusal: Callable[[bytes], str] = _nothing
    files: list[tuple[KnownFile, str]] = field(default_factory=list)
    folders: list[tuple[bytes, str]] = field(default_factory=list)
    left: list[bytes] = field(default_factory=list)
    odd: set[bytes] = field(default_factory=set)
    told: frozenset[bytes] = frozenset()
    eyes: bytes = b""
