"""Quarantine: a file that has ended whoever read it is left alone; what is said of it then."""

from shishod.paths import display
from shishod.scan.inspection import Inspection

KILLS_ALLOWED = 2  # a file that has cost so many workers, or daemons, is not tried again until it changes
QUARANTINED = "quarantined"


def quarantined(done: Inspection, path: bytes, cause: str) -> Inspection:
    """The failure as one that is not tried again: until the file or its reader changes, or somebody asks for it."""
    way_out = f"shishoctl scan --reread '{display(path)}'"
    text = f"{cause}; it is left alone until it changes or its reader is newer, or: {way_out}"
    return done._replace(stage="crash", reason=QUARANTINED, text=text)
