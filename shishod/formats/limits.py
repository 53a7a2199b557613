"""How much a reader may take in before it gives a file up."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Plain and frozen, so that it travels into a parse process as it is. Reaching one is a named reason, not a crash.

    `file_s` and `memory_bytes` are kept by whoever runs the process; the readers keep the others.
    """

    entries: int = 100_000
    member_bytes: int = 64 * MIB
    text_bytes: int = 8 * MIB
    cover_bytes: int = 20 * MIB
    cover_pixels: int = 50_000_000
    ratio: int = 1_000  # inflated bytes for one stored byte, above a first MiB
    words: int = 1_000  # characters of a title or a name
    description: int = 100_000  # characters
    values: int = 1_000  # people, genres, identifiers of one file
    chapters: int = 10_000
    file_s: float = 30.0
    memory_bytes: int = 512 * MIB
