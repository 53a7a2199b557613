"""Window: a file of which small pieces are asked for here and there, read a few at once."""

from typing import BinaryIO

_PIECE = 4096


class Window:
    """The bytes of a source up to an end, read in pieces as they are asked for: most of them are pictures and sound,
    which nobody looks at."""

    __slots__ = ("_base", "_held", "_source", "end")

    def __init__(self, source: BinaryIO, end: int) -> None:
        self.end = end
        self._source = source
        self._base, self._held = 0, b""

    def at(self, place: int, count: int) -> bytes:
        """So many bytes, or those up to the end."""
        here = place - self._base
        if here < 0 or here + count > len(self._held):
            self._source.seek(place)
            self._held = self._source.read(max(min(max(count, _PIECE), self.end - place), 0))
            self._base, here = place, 0
        return self._held[here : here + count]
