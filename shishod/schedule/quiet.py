"""Quiet hours: when nothing that the clock asks for may begin to look at a disk."""

import re
from datetime import datetime, time, timedelta
from typing import NamedTuple

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


class Span(NamedTuple):
    """From the first minute to before the last, every day; one that ends earlier than it begins goes over midnight."""

    begins: time
    ends: time

    def until(self, now: datetime) -> datetime | None:
        """The end of the span that this moment lies in, on the same clock; None outside it."""
        for back in (0, 1):  # it may have begun yesterday
            day = now.date() - timedelta(days=back)
            begins = datetime.combine(day, self.begins, now.tzinfo)
            ends = datetime.combine(day + timedelta(days=self.ends <= self.begins), self.ends, now.tzinfo)
            if begins.replace(tzinfo=None) <= now.replace(tzinfo=None) < ends.replace(tzinfo=None):
                return ends
        return None


def span_of(text: str) -> Span:
    """What "23:00-07:00" means. Raises ValueError with a text for the operator."""
    match, wrong = _SPAN.fullmatch(text.strip()), f'"{text}" is no span of hours; write it as "23:00-07:00"'
    if match is None:
        raise ValueError(wrong)
    hours = [int(one) for one in match.groups()]
    try:
        span = Span(time(hours[0], hours[1]), time(hours[2], hours[3]))
    except ValueError as error:
        raise ValueError(wrong) from error
    if span.begins == span.ends:
        raise ValueError(wrong)
    return span


def quiet_until(spans: tuple[Span, ...], now: datetime) -> datetime | None:
    """When it is quiet no more, on the clock that `now` is told by; None when it is not quiet."""
    end, moment = None, now
    for _ in range(len(spans) + 1):  # one span may lead into another
        later = max((until for span in spans if (until := span.until(moment))), default=None)
        if later is None or later == end:
            break
        end = moment = later
    return end
