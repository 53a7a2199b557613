"""What a reader of one format promises."""

from typing import Protocol

from shishod.formats.limits import Limits
from shishod.model.book import BookKind
from shishod.model.metadata import Reading

HEAD_BYTES = 4096
TAIL_BYTES = 1 << 16


class Reads(Protocol):
    """What reads one kind of file. Stateless: one object serves every thread and process.

    Raise `version` when the same file would give another Reading; files read by an older one become STALE.
    """

    @property
    def name(self) -> str:
        """The word that is stored beside each file."""

    @property
    def version(self) -> int:
        """From 1 upwards."""

    @property
    def suffixes(self) -> frozenset[bytes]:
        """The endings to look for, in lower case with their dot."""

    def read(self, path: bytes, limits: Limits) -> Reading:
        """What the file says. Raises BrokenFile when its content is at fault, OSError when the disk is."""


class Reader(Reads, Protocol):
    """One format of media."""

    @property
    def kind(self) -> BookKind:
        """What a file of this format is, unless a library says otherwise."""

    def claims(self, head: bytes) -> bool:
        """Whether a file that begins with these bytes (at most HEAD_BYTES) is of this format, whatever its name.

        Behind the beginning of a zip may stand its end (at most TAIL_BYTES), where its index is; behind that of ISO
        media the handlers of its tracks; behind that of Matroska and ASF as many bytes more. An ID3 tag that is longer
        than HEAD_BYTES is left out, save for an empty one, so that what stands behind it is seen.
        """
