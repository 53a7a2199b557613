"""How far a Reading agrees with what independent tools say of the same file: loose on spelling, strict on content."""

import base64
import csv
import html
import json
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shishod.formats import SUFFIXES
from shishod.formats.dates import partial_date
from shishod.formats.identifiers import identifier
from shishod.formats.names import split_people
from shishod.formats.series import series_number
from shishod.model.metadata import Reading, load_reading

OURS = (*(ending.decode() for ending in SUFFIXES), ".opf", ".nfo", ".cue", "/metadata.json")
_WORD = re.compile(r"[^\w]+")
_TWO_COPIES = "comic/kavita/ComicInfo_duplicateInfos_reversed.cbz"
_TWO_TITLES = ("epub/idpf-samples/childrens-literature.epub", "hostile/truncated/bitrot.epub")
EXCUSED: dict[tuple[str, str], str] = {
    **{(path, "title"): "the title said here is refined as the subtitle; ours as main" for path in _TWO_TITLES},
    ("hostile/audio-odd/id3-cp1251-as-latin1.mp3", "title"): "it is Cyrillic, and `must` says that it may be recovered",
    (
        "hostile/audio-odd/id3-cp1251-as-latin1.mp3",
        "artist",
    ): "it is Cyrillic, and `must` says that it may be recovered",
    ("hostile/epub-odd/latin1-declared-utf8.epub", "title"): "its letters can be recovered, and need no �",
    ("hostile/pdf-odd/xmp-vs-info.pdf", "title"): "the same row says that XMP must win, and the title is that of Info",
    ("pdf/opf-corpus/calistoMTNoFontsEmbedded.pdf", "title"): "what Word calls a file is no title",
    ("ogg-opus/mutagen/example.opus", "duration_s"): "its first 1.4 s are to be skipped (RFC 7845), and are not heard",
    **{
        (f"video/pymediainfo/sample.{ending}", name): "a video called sample is listed with its film, and not read"
        for ending in ("mkv", "mp4")
        for name in ("title", "duration_s", "width", "height", "audio_streams")
    },
    **{
        (_TWO_COPIES, f"embedded {name}"): "of two documents we believe the one at the root, the index shows the first"
        for name in ("Title", "Series", "Publisher", "Genre")
    },
}
"""Facts by file and field that the tools agree on and we do not believe, with the reason."""


@dataclass(frozen=True)
class Row:
    """One file of the corpus and what is expected of it."""

    path: str
    label: str
    must: str
    expected: dict[str, Any]

    @property
    def ending(self) -> str:
        return self.path.rpartition(".")[2].lower()


@dataclass
class Score:
    """Right answers of all, by format and field, and each miss."""

    right: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    asked: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    misses: list[str] = field(default_factory=list)

    def add(self, row: Row, name: str, expected: object, got: object, ok: bool) -> None:
        if (row.path, name) in EXCUSED:
            return
        self.asked[row.ending, name] += 1
        self.right[row.ending, name] += ok
        if not ok:
            self.misses.append(f"{row.path}: {name}: expected {expected!r}, read {got!r}")

    @property
    def share(self) -> float:
        return sum(self.right.values()) / max(sum(self.asked.values()), 1)

    def weak(self) -> dict[tuple[str, str], float]:
        """Formats and fields with ten facts or more of which less than 97 of a hundred are right."""
        shares = {key: self.right[key] / asked for key, asked in self.asked.items() if asked >= 10}
        return {key: share for key, share in shares.items() if share < 0.97}

    def table(self) -> str:
        rows = [f"{form:5} {name:14} {self.right[form, name]:4} of {asked:4}" for (form, name), asked in
                sorted(self.asked.items())]  # fmt: skip
        return "\n".join([*rows, f"in all {self.share:.4f}"])


def corpus() -> Path | None:
    """$SHISHOD_CORPUS, or the folder `shared/corpus` beside the project."""
    beside = Path(__file__).parents[3] / "shared" / "corpus"
    place = Path(os.environ.get("SHISHOD_CORPUS", beside))
    return place if (place / "index.tsv").is_file() else None


def rows(place: Path) -> Iterator[Row]:
    """Every file of the formats that we read."""
    csv.field_size_limit(1 << 30)
    with open(place / "index.tsv", newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file, delimiter="\t"):
            if line["path"].lower().endswith(OURS):
                yield Row(line["path"], line["label"], line["must"], json.loads(line["expected"] or "{}"))


def reading_of(answer: dict[str, Any]) -> Reading:
    """What was read of a file; an empty Reading where it was called broken."""
    return load_reading(base64.b64decode(answer["reading"])) if "reading" in answer else Reading()


def score(row: Row, reading: Reading, tally: Score) -> None:
    """Compare field by field, contested fields left out."""
    contested = set(row.expected.get("contested", ()))
    said = dict(row.expected.get("agreed", {}))
    for name, value in row.expected.get("given", {}).items():
        said[f"given {name}"] = value
    for name, value in row.expected.get("one_tool", {}).get("embedded", {}).get("ComicInfo.xml", {}).items():
        said[f"embedded {name}"] = value  # one tool only, but it shows the element as it stands there
    for name, value in said.items():
        if name not in contested and name in RULES:
            got, ok = RULES[name](value, reading)
            tally.add(row, name, value, got, ok)


def loose(text: object) -> str:
    """Letters and digits only, without markup, case and accents' forms."""
    plain = re.sub(r"<[^>]+>", " ", html.unescape(str(text)))
    return _WORD.sub("", unicodedata.normalize("NFKC", plain).casefold().replace("_", ""))


def same(one: object, other: object) -> bool:
    """Equal loosely; a clipped text ("...") need only begin the other."""
    if str(one).endswith("…"):
        return loose(other).startswith(loose(str(one)[:-1]))
    return loose(one) == loose(other)


def _people(names: Iterable[str]) -> list[str]:
    return [loose(part) for name in names for part in split_people(name.replace("/", ";"), commas=True)]


def _title(value: str, r: Reading) -> tuple[object, bool]:
    joined = f"{r.title}: {r.subtitle}"
    return (r.title, r.part_title), any(same(value, got) for got in (r.title or "", r.part_title or "", joined))


def _album(value: str, r: Reading) -> tuple[object, bool]:
    return r.title, r.part_title is None or same(value, r.title)


def _credited(value: Any, r: Reading) -> tuple[object, bool]:
    names = [one.name for one in r.contributions]
    wanted = _people(value if isinstance(value, list) else [value])
    return names, set(wanted) <= set(_people(names))


def _first_line(value: str, r: Reading) -> tuple[object, bool]:
    return r.description, r.description is not None and same(value, r.description)


def _date(value: str, r: Reading) -> tuple[object, bool]:
    wanted = partial_date(value)
    return r.date, wanted == r.date or bool(wanted and r.date and r.date.startswith(wanted))


def _identified(value: str, r: Reading) -> tuple[object, bool]:
    wanted = identifier(value)
    shown = [one.value for one in r.identifiers]
    return shown, wanted in r.identifiers or any(loose(value).endswith(loose(one)) for one in shown)


def _language(value: str, r: Reading) -> tuple[object, bool]:
    """As with dates, a tag that is more exact ("en-US") is no disagreement: some tools tell the language only."""
    said, wanted = (r.language or "").casefold(), value.casefold()
    return r.language, said == wanted or said.startswith(f"{wanted}-")


def _base(value: str, r: Reading) -> tuple[object, bool]:
    return r.language, (r.language or "").partition("-")[0] == value


def _genres(value: Any, r: Reading) -> tuple[object, bool]:
    wanted = value if isinstance(value, list) else [value]
    return r.genres, loose("".join(wanted)) == loose("".join(r.genres))


def _duration(value: float, r: Reading) -> tuple[object, bool]:
    got = (r.technical.duration_ms or 0) / 1000
    return got, abs(got - value) <= max(0.15, value * 0.05)


def _chapters(value: Any, r: Reading) -> tuple[object, bool]:
    if isinstance(value, int):
        return len(r.chapters), len(r.chapters) == value
    got = [[one.start_ms, one.end_ms, one.title] for one in r.chapters]
    near = len(got) == len(value) and all(
        abs(a[0] - b[0]) <= 100 and abs(a[1] - b[1]) <= 100 and a[2] == b[2] for a, b in zip(got, value, strict=True)
    )
    return got, near


def _pages(value: int, r: Reading) -> tuple[object, bool]:
    return r.technical.pages, r.technical.pages == value


def _keywords(value: Any, r: Reading) -> tuple[object, bool]:
    wanted = value if isinstance(value, list) else re.split("[,;]", value)
    return r.tags, {loose(one) for one in wanted} <= {loose(one) for one in r.tags}


def _number(value: str, r: Reading) -> tuple[object, bool]:
    return r.series, series_number(value) is None or any(one.number == series_number(value) for one in r.series)


def _credited_by_comma(value: str, r: Reading) -> tuple[object, bool]:
    names = {loose(one.name) for one in r.contributions}
    return names, {loose(one) for one in value.split(",")} <= names


def _streams(called: str) -> Any:
    """How many streams of a kind are told; a sound without a film has one that nobody counts."""

    def rule(value: int, r: Reading) -> tuple[object, bool]:
        told = dict(r.particulars).get(called)
        return told, (len(told.split("; ")) if told else 0) == value or (told is None and r.technical.width is None)

    return rule


RULES: dict[str, Any] = {
    "width": lambda value, r: (r.technical.width, r.technical.width == value),
    "height": lambda value, r: (r.technical.height, r.technical.height == value),
    "audio_streams": _streams("audio"),
    "subtitle_streams": _streams("subtitles"),
    "given size": lambda value, r: (size := f"{r.technical.width}x{r.technical.height}", size == value),
    "pages": _pages,
    "author": _credited,
    "creation_date": _date,
    "subject": _first_line,
    "keywords": _keywords,
    "title": _title,
    "album": _album,
    "authors": _credited,
    "artist": _credited,
    "composer": lambda value, r: _credited(re.sub("(?i)^narrated by ", "", value), r),
    "date": _date,
    "language": _language,
    "language_base": _base,
    "publisher": lambda value, r: (r.publisher, same(value, r.publisher)),
    "description": _first_line,
    "identifier": _identified,
    "isbn": _identified,
    "subjects": _genres,
    "genre": _genres,
    "series": lambda value, r: (r.series, any(same(value, one.name) for one in r.series)),
    "series_index": lambda value, r: (r.series, any(float(one.number or -1) == float(value) for one in r.series)),
    "duration_s": _duration,
    "given duration": _duration,
    "chapters": _chapters,
    "given chapters": _chapters,
    "embedded Title": _title,
    "embedded Series": lambda value, r: (r.series, any(same(value, one.name) for one in r.series)),
    "embedded Number": _number,
    "embedded Writer": _credited_by_comma,
    "embedded Penciller": _credited_by_comma,
    "embedded Publisher": lambda value, r: (r.publisher, same(value, r.publisher)),
    "embedded LanguageISO": _base,
    "embedded Genre": lambda value, r: (
        r.genres,
        {loose(one) for one in value.split(",")} == set(map(loose, r.genres)),
    ),
    "embedded Summary": _first_line,
    "embedded Year": lambda value, r: (r.date, (r.date or "").startswith(value) or len(value) != 4),
    "embedded Web": lambda value, r: (r.identifiers, any(one.value == value for one in r.identifiers)),
    "cover": lambda value, r: (r.cover, (r.cover is not None) == (value in ("yes", "True"))),
    "given cover": lambda value, r: (r.cover, (r.cover is not None) == value),
}
