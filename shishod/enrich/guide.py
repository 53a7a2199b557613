"""Guide: a provider as it is asked here, and who asks it ahead."""

from dataclasses import dataclass
from datetime import datetime

from shishod.enrich.polite import PoliteClient
from shishod.enrich.provider import Desk, Provider, ProviderSettings


@dataclass(frozen=True, slots=True)
class Guide:
    """A provider that is on: how it is asked, what of it is believed, and before whom (the lower `rank`).

    A `spare` one is asked only while nobody has to wait for a turn.
    """

    provider: Provider
    settings: ProviderSettings
    client: PoliteClient
    rank: int
    spare: bool = False

    @property
    def name(self) -> str:
        return self.provider.name

    def desk(self, since: datetime | None) -> Desk:
        return Desk(self.client, self.settings, since, self.spare)


@dataclass(frozen=True, slots=True)
class Ahead:
    """The subject of a ticket by which a worker that has nothing to do asks for what the next handful is to ask for."""

    provider: str

    def __str__(self) -> str:
        return f"{self.provider}, ahead"
