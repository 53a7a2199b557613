"""The chapters that OverDrive and Libby write into each part of an audiobook, as XML in a text of its ID3 tag."""

import re
from collections.abc import Iterator

from shishod.formats.xml import parse_xml

_TIME = re.compile(r"(?:(\d{1,3}):)?(\d{1,5}):(\d{1,2}(?:\.\d{1,6})?)")


def markers(text: str) -> Iterator[tuple[str, int, None]]:
    """Titles and starts in milliseconds. Source: what OverDrive's files hold, as Audiobookshelf reads them too."""
    root = parse_xml(text.encode())
    for marker in root.iter("{*}Marker") if root is not None else ():
        if match := _TIME.fullmatch((marker.findtext("{*}Time") or "").strip()):
            minutes = int(match[1] or 0) * 60 + int(match[2])
            yield marker.findtext("{*}Name") or "", minutes * 60_000 + round(float(match[3]) * 1000), None
