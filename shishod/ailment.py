"""Ailment: one thing that is wrong, why, and what mends it; and how it is told."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

SEVERITIES = ("error", "warning")


class Ailment(NamedTuple):
    """`about` is the place or thing, `remedy` the command or setting that helps, `check` what found it.

    An "error" keeps something from working until it is mended; with a "warning" it works, and not as it should.
    """

    severity: str
    about: str
    reason: str
    remedy: str
    check: str = ""


def told(ailments: Iterable[Ailment]) -> Iterator[str]:
    """Lines for people, the gravest first, each remedy below its reason; and a last one that counts."""
    found = sorted(ailments, key=lambda one: SEVERITIES.index(one.severity))
    for one in found:
        yield f"{one.severity:<8} {one.about}: {one.reason}"
        yield f"{'':8} > {one.remedy}"
    counts = [(sum(one.severity == severity for one in found), severity) for severity in SEVERITIES]
    said = ", ".join(f"{count} {severity}{'s' * (count != 1)}" for count, severity in counts if count)
    yield said or "nothing is wrong"
