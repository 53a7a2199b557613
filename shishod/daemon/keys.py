"""The key of a web catalogue, from where the configuration says."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shishod.enrich.providers import BY_NAME
from shishod.enrich.secrets import secret_of
from shishod.enrich.settings import EnrichSettings
from shishod.errors import SettingsError
from shishod.paths import SYSTEM_CONFIG

_SECRETS = ("key_file", "token_file")


def key_of(provider: Any, said: EnrichSettings) -> str:
    """What this provider is asked with, "" where it needs nothing. Raises SettingsError where it is not to be had."""
    own = said.of(provider.name)
    setting = next((name for name in _SECRETS if hasattr(own, name)), "")
    return secret_of(provider.name, setting, getattr(own, setting)) if provider.needs_secret else ""


def lacking(said: EnrichSettings, config: Path | None) -> Iterator[tuple[str, str]]:
    """Each provider that is on and whose key is not to be had, with the reason. What the service's unit hands over is
    shown to nobody beside it, and missed by nobody."""
    for name in said.providers:
        try:
            key_of(BY_NAME[name], said)
        except SettingsError as error:
            if config != Path(SYSTEM_CONFIG) or not _handed_over(name):
                yield name, str(error)


def _handed_over(name: str) -> bool:
    unit = ["systemctl", "cat", "shishod.service"]
    try:
        written = subprocess.run(unit, capture_output=True, text=True, check=False, timeout=5).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    return re.search(rf"(?m)^(Load|Set)Credential(Encrypted)?={re.escape(name)}(:|$)", written) is not None
