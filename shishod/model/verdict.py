"""Verdict: what becomes of a file that somebody wants to open, and every reason why not."""

from typing import NamedTuple

from shishod.model.book import Playback
from shishod.model.metadata import Reading


class Verdict(NamedTuple):
    """`reasons` are sentences; there are none where it is playable."""

    playback: Playback
    reasons: tuple[str, ...] = ()


def verdict_of(reading: Reading, error: str | None) -> Verdict:
    """By what a file says and, where it could not be read, by the reason for that."""
    if error is not None:
        return Verdict(Playback.BROKEN, (error,))
    if reading.playback:
        return Verdict(Playback(reading.playback), reading.reasons)
    if reading.drm:
        return Verdict(Playback.LOCKED, (f"it is locked: {reading.drm}",))
    return Verdict(Playback.PLAYABLE)
