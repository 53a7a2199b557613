"""Arrivals: at which hours books come, and how often quick scans look for them then; pure functions of moments."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import NamedTuple

DAYS = 28  # that are remembered
ENOUGH_DAYS = 7  # below which nothing is made of them
OFTEN = 3  # days on which books came at an hour, for it to be a busy one
QUICKER, SLOWER = 3, 2  # a third of the interval in a busy hour, twice as long where nothing ever came
SOONEST_S = 300.0


class Pace(NamedTuple):
    """How long until the next quick scan, and why it is not as it was set; "" where it is."""

    seconds: float
    reason: str = ""


def learned(base_s: float, came: Iterable[datetime], now: datetime, zone: tzinfo | None = None) -> Pace:
    """How long to wait from now, by the hours of the last DAYS days at which books came.

    `came` are aware moments, several of one hour count once. An hour counts with the one that follows it, so that the
    first book of a busy time is not missed. Never sooner than SOONEST_S, nor later than SLOWER times what was set.
    """
    local = [moment.astimezone(zone) for moment in came if 0 <= (now - moment).days < DAYS]
    by_hour: dict[int, set[object]] = defaultdict(set)
    for moment in local:
        by_hour[moment.hour].add(moment.date())
    days = {moment.date() for moment in local}
    span = (now.astimezone(zone).date() - min(days)).days + 1 if days else 0
    if span < ENOUGH_DAYS:
        return Pace(base_s)
    hour = now.astimezone(zone).hour
    here = by_hour[hour] | by_hour[(hour + 1) % 24]
    if len(here) >= OFTEN:
        sooner = max(base_s / QUICKER, min(SOONEST_S, base_s))
        return Pace(sooner, f"books came about {hour}:00 on {len(here)} of {span} days" if sooner < base_s else "")
    if not here:
        return Pace(base_s * SLOWER, f"no book came about {hour}:00 in {span} days")
    return Pace(base_s)
