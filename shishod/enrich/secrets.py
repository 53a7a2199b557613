"""Secrets: keys and tokens out of files that others cannot read; never kept, logged or shown."""

import os
from pathlib import Path

from shishod.errors import SettingsError

_MOST = 4096


def secret_of(provider: str, setting: str, path: str) -> str:
    """What a provider's key file holds, else the credential of its name that systemd hands over.

    Raises SettingsError, which names the file and never what is in it.
    """
    handed = os.environ.get("CREDENTIALS_DIRECTORY")
    place = Path(path) if path else Path(handed) / provider if handed else None
    if place is None:
        raise SettingsError(
            f"enrich.{provider}.{setting}: {provider} needs one. Name the file that holds it, or hand it over with"
            f" LoadCredential={provider}:/path/to/it in the unit"
        )
    try:
        found = place.read_bytes()[:_MOST].decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not plain text"
        raise SettingsError(f"enrich.{provider}.{setting}: {place} cannot be read: {reason}") from error
    if not found or not found.isprintable():
        raise SettingsError(f"enrich.{provider}.{setting}: {place} holds no key")
    return found
