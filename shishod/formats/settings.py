"""What an operator may say about reading files."""

from pydantic import ByteSize, Field

from shishod.formats.limits import MIB, Limits
from shishod.settings import RoomSettings, Seconds


class FormatSettings(RoomSettings):
    """Bounds for hostile and broken files; a file that reaches one is listed with the reason and left alone."""

    max_entries: int = Field(default=100_000, ge=1)
    """Entries that an archive may have."""

    max_member: ByteSize = Field(default=ByteSize(64 * MIB), ge=MIB)
    """Bytes read from one member of an archive, or from the tags of one audio file."""

    max_text: ByteSize = Field(default=ByteSize(8 * MIB), ge=MIB)
    """Bytes of one XML document, such as the package file of an EPUB."""

    max_cover: ByteSize = Field(default=ByteSize(20 * MIB), ge=MIB)
    """Bytes of a cover picture; a larger one is passed over."""

    max_cover_pixels: int = Field(default=50_000_000, ge=1_000_000)
    """Width times height of a cover picture; a larger one is passed over."""

    timeout: Seconds = Field(default=30.0, gt=0)
    """How long the reading of one file may take before it is stopped."""

    memory: ByteSize = Field(default=ByteSize(512 * MIB), ge=128 * MIB)
    """Address space of a parse process; a file that wants more is given up."""

    def limits(self) -> Limits:
        """The same bounds in the form that travels into parse processes."""
        return Limits(
            entries=self.max_entries,
            member_bytes=int(self.max_member),
            text_bytes=int(self.max_text),
            cover_bytes=int(self.max_cover),
            cover_pixels=self.max_cover_pixels,
            file_s=self.timeout,
            memory_bytes=int(self.memory),
        )
