"""From what ffprobe says of a film to a Reading."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from shishod.formats.audio import FRONT, Picture, Tags, front_cover, tagged_track, tidy_chapters
from shishod.formats.boxes import covers_in
from shishod.formats.dialects import VORBIS
from shishod.formats.limits import Limits
from shishod.formats.series import series_number
from shishod.formats.source import opened, size_of
from shishod.formats.video.matroska import MARK, attachments
from shishod.formats.video.playback import playback_of
from shishod.formats.video.probe import Silent, probe
from shishod.formats.video.streams import Streams, milliseconds, streams_of, texts_of
from shishod.formats.video.wholeness import faults_of
from shishod.model.book import Contribution, Identifier, SeriesEntry
from shishod.model.metadata import Reading

_PEOPLE = {  # tag -> MARC role
    "DIRECTOR": "drt", "WRITTEN_BY": "aus", "SCREENPLAY_BY": "aus", "WRITER": "aus", "ACTOR": "act",
    "COMPOSER": "cmp", "PRODUCER": "pro", "ARTIST": "prf",
}  # fmt: skip
_MIMES = {"mjpeg": "image/jpeg", "png": "image/png", "bmp": "image/bmp"}
_SHOWS = ("SHOW", "TVSHOW", "SERIES", "WM/SERIESTITLE")
_NUMBERS = ("EPISODE_SORT", "EPISODE", "EPISODE_NUMBER", "WM/EPISODENUMBER", "SERIES_PART")
_SEASONS = ("SEASON_NUMBER", "SEASON", "WM/SEASONNUMBER")
_STUDIOS = ("NETWORK", "PUBLISHER", "PRODUCTION_STUDIO", "STUDIO", "WM/PUBLISHER")
_IDS = (
    ("imdb", ("IMDB", "IMDB_ID"), re.compile(r"(?:title/)?(tt\d{7,9})/?")),
    ("tmdb", ("TMDB", "TMDB_ID"), re.compile(r"(?:(?:movie|tv)/)?(\d{1,9})")),
    ("tvdb", ("TVDB", "TVDB2", "TVDB_ID"), re.compile(r"(?:\w+/)?(\d{1,9})")),
)
_OF_THE_FILE = re.compile(  # words of those who copy films, which stand in titles that are none
    r"\b(?:\d{3,4}[pi]|x26[45]|h\.?26[45]|xvid|divx|hevc|web-?(?:dl|rip)|b[dr]rip|dvdrip|hdtv|blu-?ray)\b"
    r"|\bs\d{1,2}e\d{1,3}\b|\bwww\.|https?://|^(?:untitled|no title|title|video|movie)$",
    re.IGNORECASE,
)
_MOST_NOTES = 3


def read(path: bytes, container: str, demuxer: str, limits: Limits, *, sound: bool) -> Reading:
    """The facts of one film, or of a track where it is `sound`.

    Raises BrokenFile when its content is at fault, OSError when the disk is.
    """
    with opened(path) as file:
        faults = faults_of(container, file)
        try:
            said = probe(path, demuxer, limits)
            streams = streams_of(said)
            pictures = _pictures(container, streams, file)
        except Silent as silent:
            return Reading(reader=container, notes=(str(silent),))
    if not (streams.video or streams.audio):
        faults = [*faults, "there is neither a picture nor a sound in it"]
    technical, notes = streams.technical, list[str]()
    playback, reasons = playback_of(streams, faults)
    cover = front_cover(pictures, limits, notes)
    tags = Tags({name: [text] for name, text in _texts(streams).items()}, limits)
    return replace(
        tagged_track(tags, VORBIS) if sound else _tagged(tags),
        reader=container,
        language=streams.language or tags.language(VORBIS.language),
        chapters=tidy_chapters(_marks(said), technical.duration_ms, limits),
        cover=cover,
        technical=technical,
        drm="encrypted" if streams.locked else None,
        playback="" if sound and not faults else playback,
        reasons=() if sound and not faults else reasons,
        particulars=tuple(streams.particulars()),
        places=(
            *tags.places.items(),
            *([("language", "audio")] if streams.language else []),
            *([("cover", cover.member)] if cover else []),
        ),
        notes=(*_notes(tags, limits), *notes, *(f"ffprobe says: {one}" for one in said["complaints"][:_MOST_NOTES])),
    )


def _pictures(container: str, streams: Streams, file: BinaryIO) -> list[Picture]:
    """Those that lie beside the film in its file: by name in Matroska, by number in an MP4."""
    told = [(texts_of(one), _MIMES.get(str(one.get("codec_name")), "")) for one in streams.stills]
    if container == "quicktime" and told:
        sizes = [one.length for one in covers_in(file, size_of(file))]
        return [
            Picture(f"covr:{at}", FRONT, mime, size)
            for at, ((_, mime), size) in enumerate(zip(told, sizes, strict=False))
        ]
    if container not in ("matroska", "mka") or not told:
        return []
    named = {tags.get("FILENAME", ""): tags.get("MIMETYPE") or mime for tags, mime in told}
    return [
        Picture(MARK + name, FRONT if name.lower().startswith("cover.") else -1, named[name], size)
        for name, size in attachments(file)
        if name in named
    ]


def _texts(streams: Streams) -> dict[str, str]:
    """The tags of the file before those of its picture, where some containers keep them."""
    return (texts_of(streams.picture) if streams.picture else {}) | texts_of(streams.whole)


def _tagged(tags: Tags) -> Reading:
    """What the tags alone say."""
    title = tags.line(("TITLE",), "title")
    if title and _OF_THE_FILE.search(title):
        title = None
        del tags.places["title"]
    show, season = tags.line(_SHOWS, "series"), tags.line(_SEASONS, "season") or ""
    return Reading(
        title=title,
        subtitle=tags.line(("SUBTITLE", "WM/SUBTITLE"), "subtitle"),
        contributions=tuple(_people(tags)),
        series=(SeriesEntry(show, series_number(tags.line(_NUMBERS))),) if show else (),
        season=int(season) if season.isdecimal() and len(season) < 5 else None,
        genres=tags.genres(("GENRE", "WM/GENRE")),
        publisher=tags.line(_STUDIOS, "publisher"),
        date=tags.date(("DATE_RELEASED", "DATE", "YEAR", "WM/YEAR")),
        identifiers=tuple(_identifiers(tags)),
        description=tags.prose(("SYNOPSIS", "DESCRIPTION", "SUMMARY", "COMMENT"), "description"),
    )


def _people(tags: Tags) -> Iterator[Contribution]:
    for tag, role in _PEOPLE.items():
        yield from (Contribution(name, role) for name in tags.people((tag,), "contributions"))


def _identifiers(tags: Tags) -> Iterator[Identifier]:
    for scheme, names, form in _IDS:
        if match := form.fullmatch(tags.line(names, "identifiers") or ""):
            yield Identifier(scheme, match[1])


def _notes(tags: Tags, limits: Limits) -> Iterator[str]:
    said = Tags(tags.texts, limits).line(("TITLE",))
    if said and "title" not in tags.places:
        yield f'its title "{said[:100]}" tells of the file, not of the film'


def _marks(said: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
    listed = said.get("chapters")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict):
            yield texts_of(one).get("TITLE", ""), milliseconds(one.get("start_time")), milliseconds(one.get("end_time"))
