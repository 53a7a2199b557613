"""How long a change must rest before it is believed, and how changes are looked for where nobody tells of them."""

from pydantic import Field

from shishod.model.library import Ways
from shishod.settings import RoomSettings, Seconds

LEAST_POLL_S = 1.0


class WatchSettings(RoomSettings):
    """What the operator may say of watching."""

    enabled: bool = True
    """Whether folders are watched at all; without it only scheduled scans find changes."""

    settle: Seconds = 0.25
    """How long after a file was closed or moved in it is read."""

    settle_tracks: Seconds = 1.0
    """How long a folder must be quiet where several of its files changed, so that an audiobook is read as one."""

    settle_quiet: Seconds = 3.0
    """How long size and times must stay the same where nobody said that the file was closed."""

    settle_gone: Seconds = 5.0
    """How long a file must be gone: programs that save by deleting first make it again soon after."""

    max_wait: Seconds = 10.0
    """How long a finished file may wait at most for its folder to become quiet."""

    check_every: Seconds = 5.0
    """How often each root is checked for having been unmounted, replaced or moved."""

    poll_interval: Seconds = Field(default=60.0, ge=LEAST_POLL_S)
    """How often folder times are looked at where the kernel tells of no changes, or not of all; less often where one
    look takes long."""

    share: float = Field(default=0.8, gt=0, le=1)
    """The part of the kernel's inotify watches that may be taken; the rest is left to other programs."""


def of_library(settings: WatchSettings, ways: Ways) -> WatchSettings:
    """The settings as a library's own words change them."""
    own: dict[str, float] = {}
    if ways.settle_s is not None:
        own |= {"settle": ways.settle_s, "settle_quiet": ways.settle_s}
    if ways.poll_interval_s is not None:
        own["poll_interval"] = max(LEAST_POLL_S, ways.poll_interval_s)
    return settings.model_copy(update=own)
