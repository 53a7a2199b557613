"""The clock: whether it can be right."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from shishod import __file__ as here
from shishod.ailment import Ailment
from shishod.daemon.doctor.patient import Patient, error, warning

SLACK = timedelta(minutes=5)
REMEDY = "timedatectl; timedatectl set-ntp true"


def clock(patient: Patient) -> Iterator[Ailment]:
    """It is not before what has happened: the catalogue's last scan, and the program's installation."""
    newest = patient.checkup.newest
    if newest and newest > patient.now + SLACK:
        yield error("clock", f"it says {_told(patient.now)}, and a scan was written down at {_told(newest)}", REMEDY)
    installed = datetime.fromtimestamp(os.stat(here).st_ctime, UTC)
    if installed > patient.now + SLACK:
        reason = f"it says {_told(patient.now)}, and shishod was installed at {_told(installed)}"
        yield warning("clock", reason, REMEDY)


def _told(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
