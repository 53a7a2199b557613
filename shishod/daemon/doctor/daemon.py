"""The daemon itself: whether another is in its place, and whether it has read what the operator has written."""

import fcntl
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from shishod.ailment import Ailment
from shishod.control.client import Client
from shishod.daemon.config import DROP_INS, FaultySettings, load
from shishod.daemon.doctor.patient import Patient, error, mistake, warning
from shishod.errors import Refused, ShishodError

ANSWER_S = 5.0


def daemon(patient: Patient) -> Iterator[Ailment]:
    """One daemon keeps this state folder and answers at this socket, or none does."""
    answers = patient.itself or _answers(patient.settings.socket_path())
    held = patient.itself or _held(patient.state / "lock")
    if held and not answers:
        reason = "a daemon keeps it and does not answer at the socket: it hangs, or answers elsewhere"
        yield error(patient.state, reason, "systemctl restart shishod; fuser -v " + str(patient.state / "lock"))
    if answers and not held:
        reason = "another daemon answers there, which keeps its catalogue elsewhere"
        yield error(patient.settings.socket_path(), reason, "stop that one, or give this one its own control.socket:")
    if patient.started_at and patient.config:
        yield from _not_read(patient.config, patient.started_at)


def _answers(place: Path) -> bool:
    try:
        Client(place, timeout_s=ANSWER_S).get("/v1/health")
    except Refused:
        return True
    except ShishodError:
        return False
    return True


def _held(lock: Path) -> bool:
    try:
        file = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _not_read(config: Path, started_at: datetime) -> Iterator[Ailment]:
    """What the operator has written since, with its mistakes: the daemon goes on by what it has read, and no other
    would start."""
    try:
        load(config)
    except FaultySettings as refused:
        yield from map(mistake, refused.faults)
        return
    files = [config, *sorted((config.parent / DROP_INS).glob("*.yaml"))]
    late = next((one for one in files if datetime.fromtimestamp(one.stat().st_mtime, UTC) > started_at), None)
    if late:
        yield warning(late, "it was changed after the daemon had read it", "shishoctl reload")
