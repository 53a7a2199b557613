"""Claiming: how a file is kept for one who reads it, and taken back from one who never finished."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol


class Claims(Protocol):
    """A part of the port Catalog. Each claim is PROCESSING with the moment when it began. All raise Unreachable."""

    def claim(self, file_ids: Collection[int], now: datetime) -> frozenset[int]:
        """Set PROCESSING on those of the files that nobody holds, as one statement; which of them are ours now.

        Of those who claim a file at once one has it, however many they are. A claim older than LEASE is nobody's.
        """

    def release(self, file_ids: Collection[int], since: datetime) -> int:
        """Set CHANGED on those of the files that are PROCESSING since then: what is still to be read; how many.

        Those that were recorded meanwhile, or claimed by another, stay as they are.
        """

    def reclaim(self) -> int:
        """Release whatever is PROCESSING, and have its folders compared; for a start, when nobody holds anything."""
