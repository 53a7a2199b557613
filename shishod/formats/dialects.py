"""Dialects: which names of a format's tags mean which fact, the one to believe first in front."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

_IDENTIFIERS = {"ASIN": "asin", "AUDIBLE_ASIN": "asin", "CDEK": "asin", "ISBN": "isbn"}

TONES = ("PART",)
"""Where tone keeps the number, whichever tag the series is in."""
NUMBERS = (
    "SERIES-PART", "SERIES_PART", "SERIESPART", "SERIES_INDEX", "SERIES-INDEX", "SERIES_NUMBER", "SERIESNUMBER", *TONES,
)  # fmt: skip
"""Where programs keep the number for a SERIES."""


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """Tag names by fact. A series and its number stand at the same place of `series` and `numbers`.

    Each is itself and equal to no other, so that what was made by its rules can be remembered by it.
    """

    album: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    subtitle: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    sort_names: tuple[str, ...] = ()
    narrators: tuple[str, ...] = ()  # said outright
    composers: tuple[str, ...] = ()  # the narrators of an audiobook for want of a place of their own
    series: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    grouping: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    publisher: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    description: tuple[str, ...] = ()
    disc: tuple[str, ...] = ()
    track: tuple[str, ...] = ()
    abridged: tuple[str, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=lambda: _IDENTIFIERS)  # name -> scheme

    def then(self, other: "Dialect") -> "Dialect":
        """For a file that may speak both: this one is believed first."""
        names = (one.name for one in fields(self) if one.name != "identifiers")
        both = {name: (*getattr(self, name), *getattr(other, name)) for name in names}
        return Dialect(**both, identifiers={**self.identifiers, **other.identifiers})


ID3 = Dialect(
    album=("TALB",),
    title=("TIT2",),
    subtitle=("TIT3", "SUBTITLE"),
    authors=("TPE1", "TPE2", "AUTHOR", "TEXT"),
    sort_names=("TSOP", "TSO2"),
    narrators=("NARRATOR", "NARRATEDBY"),
    composers=("TCOM",),
    series=("SERIES", "MVNM"),
    numbers=("SERIES-PART", "MVIN"),
    grouping=("GRP1", "TIT1"),
    genres=("TCON",),
    publisher=("TPUB", "PUBLISHER"),
    dates=("TDRC", "TDRL", "TDOR", "TORY", "TYER"),
    language=("TLAN", "LANGUAGE"),
    description=("DESCRIPTION", "COMM"),
    disc=("TPOS",),
    track=("TRCK",),
    abridged=("ABRIDGED",),
)
"""Frames of ID3v2.4, the dates of 2.3, and TXXX by their description in capitals."""

ITUNES = Dialect(
    album=("©alb",),
    title=("©nam",),
    subtitle=("SUBTITLE", "©st3"),
    authors=("©ART", "aART", "AUTHOR"),
    sort_names=("soar", "soaa"),
    narrators=("©nrt", "NARRATOR", "NARRATEDBY"),
    composers=("©wrt",),
    series=("SERIES", "©mvn"),
    numbers=("SERIES-PART", "©mvi"),
    grouping=("©grp",),
    genres=("©gen", "gnre"),
    publisher=("©pub", "PUBLISHER", "publ"),
    dates=("rldt", "©day"),
    language=("LANGUAGE", "©lan"),
    description=("ldes", "desc", "©des", "DESCRIPTION", "©cmt"),
    abridged=("ABRIDGED", "FORMAT"),
)
"""Atoms of an MP4, and freeform atoms by their name in capitals."""

VORBIS = Dialect(
    album=("ALBUM",),
    title=("TITLE",),
    subtitle=("SUBTITLE",),
    authors=("ARTIST", "ALBUMARTIST", "ALBUM ARTIST", "AUTHOR"),
    sort_names=("ARTISTSORT", "ALBUMARTISTSORT"),
    narrators=("NARRATOR", "NARRATEDBY", "PERFORMER"),
    composers=("COMPOSER",),
    series=("SERIES", "MOVEMENTNAME"),
    numbers=("SERIES-PART", "MOVEMENT"),
    grouping=("GROUPING", "CONTENTGROUP"),
    genres=("GENRE",),
    publisher=("PUBLISHER", "LABEL", "ORGANIZATION"),
    dates=("DATE", "RELEASEDATE", "YEAR", "ORIGINALDATE"),
    language=("LANGUAGE",),
    description=("DESCRIPTION", "SYNOPSIS", "COMMENT"),
    disc=("DISCNUMBER", "DISC"),
    track=("TRACKNUMBER", "TRACK"),
    abridged=("ABRIDGED",),
)
"""Vorbis comments in capitals. Source: xiph's field names; its PERFORMER is who reads an audiobook."""

WINDOWS_MEDIA = Dialect(
    album=("WM/AlbumTitle", "ALBUM"),
    title=("TITLE",),
    subtitle=("WM/SubTitle", "SUBTITLE"),
    authors=("AUTHOR", "WM/AlbumArtist", "ARTIST"),
    sort_names=("WM/ArtistSortOrder", "WM/AlbumArtistSortOrder"),
    narrators=("NARRATOR", "NARRATEDBY"),
    composers=("WM/Composer", "COMPOSER"),
    series=("SERIES", "MOVEMENTNAME"),
    numbers=("SERIES-PART", "MOVEMENT"),
    grouping=("WM/ContentGroupDescription", "GROUPING"),
    genres=("WM/Genre", "GENRE"),
    publisher=("WM/Publisher", "PUBLISHER", "LABEL"),
    dates=("WM/Year", "DATE", "YEAR", "WM/OriginalReleaseYear"),
    language=("WM/Language", "LANGUAGE"),
    description=("WM/SubTitleDescription", "DESCRIPTION", "WM/Comments"),
    disc=("WM/PartOfSet", "DISCNUMBER"),
    track=("WM/TrackNumber", "TRACKNUMBER"),
    abridged=("ABRIDGED",),
)
"""Attributes of ASF, those that are not Microsoft's in capitals; WM/Track is left out, which counts from nought."""

RIFF_TEXTS = Dialect(
    album=("IPRD",),
    title=("INAM",),
    authors=("IART",),
    composers=("IMUS",),
    genres=("IGNR",),
    publisher=("IPUB",),
    dates=("ICRD",),
    language=("ILNG",),
    description=("ICMT",),
    track=("ITRK", "IPRT"),
)
"""Texts in the LIST INFO of a WAV."""

AIFF_TEXTS = Dialect(title=("NAME",), authors=("AUTH",), description=("ANNO",))
"""Texts that are chunks of an AIFF."""
