"""The web catalogues: whether each has what it is asked with, and answers."""

from collections.abc import Iterator

from shishod.ailment import Ailment
from shishod.daemon.doctor.patient import Patient, error, warning
from shishod.daemon.keys import lacking


def catalogues(patient: Patient) -> Iterator[Ailment]:
    """Each that is on has its key, and is not left alone by the daemon."""
    keyless = dict(lacking(patient.settings.enrich, None if patient.itself else patient.config))
    for name in patient.settings.enrich.providers:
        if name in keyless:
            about, _, reason = keyless[name].partition(": ")
            remedy = "mend that, then shishod check-config"
            yield error(about, f"{reason}. No daemon starts without it", remedy)
        else:
            yield from _left_alone(name, patient.web.get(name, ""))


def _left_alone(name: str, why: str) -> Iterator[Ailment]:
    state, _, reason = why.partition(": ")
    if state == "stopped":
        yield error(f"enrich.{name}", reason, "mend those, then shishoctl reload")
    elif state == "resting":
        remedy = "shishoctl providers tells when; where it cannot be reached, see whether this machine reaches anything"
        yield warning(f"enrich.{name}", f"it is left alone for a while, and asked again by itself: {reason}", remedy)
