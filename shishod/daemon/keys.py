"""The key of a web catalogue, from where the configuration says."""

from typing import Any

from shishod.enrich.secrets import secret_of
from shishod.enrich.settings import EnrichSettings

_SECRETS = ("key_file", "token_file")


def key_of(provider: Any, said: EnrichSettings) -> str:
    """What this provider is asked with, "" where it needs nothing. Raises SettingsError where it is not to be had."""
    own = said.of(provider.name)
    setting = next((name for name in _SECRETS if hasattr(own, name)), "")
    return secret_of(provider.name, setting, getattr(own, setting)) if provider.needs_secret else ""
