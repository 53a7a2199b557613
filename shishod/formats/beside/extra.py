"""Trailers, samples and what else was filmed around a film; listed with it, not read."""

from shishod.formats.limits import Limits
from shishod.formats.source import opened
from shishod.model.metadata import Reading
from shishod.paths import base, suffix


def read(path: bytes, _limits: Limits) -> Reading:
    """A video whose name says that it goes with another."""
    with opened(path) as file:
        file.read(1)
    return Reading(reader="extra", format=suffix(base(path)).decode().lstrip("."))
