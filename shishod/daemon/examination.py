"""shishod doctor: the examination from outside, as the user that the daemon runs as, whatever the configuration is."""

import json
import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shishod.ailment import Ailment, told
from shishod.clock import CLOCK
from shishod.daemon.config import FaultySettings, Settings, load, settings_for_run
from shishod.daemon.doctor import Patient, examine
from shishod.daemon.doctor.patient import mistake
from shishod.paths import SYSTEM_CONFIG

SERVICE = "shishod.service"
SERVICE_CONFIG = Path(SYSTEM_CONFIG)


def examination(config: Path | None, libraries: Sequence[bytes], overrides: Mapping[str, Any]) -> list[Ailment]:
    """What is wrong; where the configuration is refused, its faults and nothing else. Gives up root for good."""
    try:
        settings = load(config, overrides) if config else settings_for_run(libraries, overrides)
    except FaultySettings as refused:
        return [mistake(fault) for fault in refused.faults]
    _become_the_daemon(settings, config)
    if stranger := _of_another(settings, config):
        return [stranger]
    return examine(Patient(settings=settings, now=CLOCK.now(), config=config))


def rendered(ailments: Sequence[Ailment], as_json: bool) -> str:
    """As `shishoctl doctor` tells it."""
    if as_json:
        return json.dumps({"ailments": [one._asdict() for one in ailments]}, ensure_ascii=False)
    return "\n".join(told(ailments))


def _become_the_daemon(settings: Settings, config: Path | None) -> None:
    """Root may do everything, so what is denied to the daemon would not be seen."""
    if os.geteuid() != 0:
        return
    try:
        owner = settings.state_path().stat().st_uid
        user = pwd.getpwuid(owner) if owner else None
    except (OSError, KeyError):
        user = None
    if user is None and config == SERVICE_CONFIG:
        user = next((one for one in pwd.getpwall() if one.pw_name == "shishod"), None)
    if user is not None:
        os.setgroups([*os.getgrouplist(user.pw_name, user.pw_gid), *_granted_groups()])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)


def _of_another(settings: Settings, config: Path | None) -> Ailment | None:
    """The service is another user's: what is denied to us is not denied to it, and no fault."""
    try:
        owner = settings.state_path().stat().st_uid
    except OSError:
        return None
    if config != SERVICE_CONFIG or owner == os.geteuid():
        return None
    reason = "it belongs to the service, which is run by another user; nothing can be told of it so"
    return Ailment("error", str(settings.state_path()), reason, "sudo shishod doctor", "state folder")


def _granted_groups() -> list[int]:
    """The groups that a drop-in gives the service beyond its user's own."""
    import grp

    show = ["systemctl", "show", SERVICE, "--property=SupplementaryGroups", "--value"]
    try:
        said = subprocess.run(show, capture_output=True, text=True, check=False, timeout=5).stdout.split()
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [one.gr_gid for one in grp.getgrall() if one.gr_name in said]
