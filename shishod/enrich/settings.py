"""What an operator may say of enrichment: which catalogues are asked, who asks, and how."""

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, ByteSize, Field, create_model, model_validator

from shishod.enrich.provider import ProviderSettings
from shishod.enrich.providers import BY_NAME, PROVIDERS
from shishod.settings import RoomSettings

_CONTACT = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|https?://\S+")


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    if unknown := [name for name in names if name not in BY_NAME]:
        raise ValueError(f'there is no provider "{unknown[0]}"; there are {", ".join(BY_NAME)}')
    if len(set(names)) < len(names):
        raise ValueError("each provider is named once")
    return names


def _contact(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        raise ValueError("goes with every request, which takes plain ASCII alone; write a name as in xn--bcher-kva.de")
    if text and not _CONTACT.fullmatch(text.strip()):
        raise ValueError("must be an e-mail address or a web page by which you can be reached")
    return text.strip()


def _server(url: str) -> str:
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("is no address of a Redis server; write it as redis://host:6379/0")
    return url


class _EnrichSettings(RoomSettings):
    """Which web catalogues are asked for what books lack. None is, until it is named here."""

    providers: Annotated[tuple[str, ...], AfterValidator(_known)] = ()
    """The catalogues that are asked, the most believed first: openlibrary, googlebooks, audnexus, musicbrainz, tmdb."""
    contact: Annotated[str, AfterValidator(_contact)] = ""
    """Your e-mail address or web page, which every request names; the catalogues ask for it, so it is needed."""
    books: Literal["thin", "all"] = "thin"
    """Which books are looked up: "thin" those without description, date or cover, or "all"."""
    workers: int = Field(default=2, ge=1, le=16)
    """How many threads ask. One that has nothing to do asks ahead for the next books, within the same limits."""
    cache: ByteSize = ByteSize(512 * 2**20)
    """How much room answers may take in the catalogue; the oldest go first."""
    limits_url: Annotated[str, AfterValidator(_server)] = ""
    """A Redis or Valkey server that keeps the limits for several daemons behind one address, as redis://host/0; empty
    means the catalogue's PostgreSQL, and this machine where there is none."""

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.providers and not self.contact:
            raise ValueError("enrich.contact is needed as soon as a provider is named: your e-mail address or web page")
        return self

    def of(self, name: str) -> ProviderSettings:
        """What is said of one provider."""
        found: ProviderSettings = getattr(self, name)
        return found


if TYPE_CHECKING:
    EnrichSettings = _EnrichSettings
else:
    _OWN: dict[str, Any] = {
        one.name: (one.Settings, Field(default=one.Settings(), description=one.about)) for one in PROVIDERS
    }
    EnrichSettings = create_model("EnrichSettings", __base__=_EnrichSettings, __doc__=_EnrichSettings.__doc__, **_OWN)
