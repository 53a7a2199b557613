"""What the catalogue remembers of that which is there and does not count."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol


class PassedOver(Protocol):
    """A part of the port Catalog. All raise Unreachable."""

    def pass_over(
        self, root_id: int, files: Mapping[int, tuple[bytes, str]], reopen: Collection[bytes], now: datetime
    ) -> int:
        """As `lose` does, for files that are there: by id their path and the reason. They count to no disappearance."""

    def compare_below(self, root_id: int, folder: bytes) -> None:
        """Have all that is remembered below a folder compared by the next look, whatever the folders' times say."""

    def odd_paths(self, root_id: int) -> frozenset[bytes]:
        """What is told already of entries that could not be made out, or are entered elsewhere."""

    def eyes(self, root_id: int) -> bytes:
        """Under which terms the root was last compared as a whole, b"" when it never was."""

    def note_eyes(self, root_id: int, eyes: bytes) -> None:
        """The root was compared as a whole under these terms."""
