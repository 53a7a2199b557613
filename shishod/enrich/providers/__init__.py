"""The web catalogues that may be asked; a new one is a file beside this one and a line here."""

from shishod.enrich.provider import Provider
from shishod.enrich.providers.audnexus import Audnexus
from shishod.enrich.providers.googlebooks import GoogleBooks
from shishod.enrich.providers.musicbrainz import MusicBrainz
from shishod.enrich.providers.openlibrary import OpenLibrary
from shishod.enrich.providers.tmdb import Tmdb

PROVIDERS: tuple[Provider, ...] = (OpenLibrary(), GoogleBooks(), Audnexus(), MusicBrainz(), Tmdb())
BY_NAME: dict[str, Provider] = {one.name: one for one in PROVIDERS}
