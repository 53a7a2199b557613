"""A labelled set for matching: books as a library knows them, what a catalogue offers, and whether it is the same."""

import csv
import json
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from shishod.model.book import BookKind, Contribution, Identifier, SeriesEntry, Technical
from shishod.model.finding import Candidate, Question
from shishod.model.metadata import Reading

NEAR_MISSES = (
    *("other author", "other volume", "other language", "abridged", "other year", "sequel", "stranger"),
    *("same family", "same title in the series", "box set", "companion", "same author"),
)
_COMPANIONS = ("Summary of {}", "The Art of {}", "{}: A Reader's Guide", "The Making of {}", "{} (Sparknotes)")
_SETS = ("{}: Books 1-3", "{} Trilogy Boxed Set", "{} / Another Road", "{}: The Complete Series")


class Pair(NamedTuple):
    """One question with one offer; `why` tells what was done to it."""

    question: Question
    candidate: Candidate
    same: bool
    why: str


class Work(NamedTuple):
    """What all editions of a book share."""

    title: str
    author: str
    year: int
    series: str
    number: int
    kind: BookKind


_ADJECTIVES = ("Last", "Broken", "Silent", "Golden", "Winter", "Hidden", "Second", "Burning", "Empty", "Iron", "Long")
_NOUNS = ("Road", "Harbor", "King", "Garden", "Empire", "River", "Night", "House", "Tower", "Song", "Machine", "Mirror")
_GIVEN = ("Ursula", "John", "Ann", "Mary", "Frank", "Isaac", "Octavia", "Terry", "Iain", "Agatha", "Jules", "Nnedi")
_FAMILY = ("Herbert", "Quill", "Vance", "Okafor", "Lem", "Harrow", "Peake", "Moreau", "Lindqvist", "Tanaka", "Novak")
_FIRST, _LATEST = 1920, 2022


def works(dice: random.Random, count: int) -> Iterator[Work]:
    """Made books, some with a series; names repeat as they do on shelves."""
    kinds = (BookKind.EBOOK, BookKind.AUDIOBOOK, BookKind.COMIC, BookKind.MOVIE)
    for _ in range(count):
        title = f"The {dice.choice(_ADJECTIVES)} {dice.choice(_NOUNS)}"
        title += dice.choice(["", "", f" of {dice.choice(_NOUNS)}s", f" and the {dice.choice(_NOUNS)}"])
        author = f"{dice.choice(_GIVEN)} {dice.choice('ABCDEFGHJKL')}. {dice.choice(_FAMILY)}"
        series = dice.choice(["", f"{dice.choice(_NOUNS)} Cycle"])
        yield Work(title, author, dice.randint(_FIRST, _LATEST), series, dice.randint(1, 9), dice.choice(kinds))


def from_corpus() -> list[Work]:
    """The books of the public corpus that say both a title and an author."""
    place = os.environ.get("SHISHOD_CORPUS")
    if not place:
        return []
    found = {}
    with (Path(place) / "index.tsv").open(encoding="utf-8", newline="") as source:
        csv.field_size_limit(1 << 24)
        for row in csv.DictReader(source, delimiter="\t"):
            said = _agreed(row.get("expected") or "")
            title, people = said.get("title"), said.get("authors") or said.get("author") or said.get("creator")
            people = people if isinstance(people, list) else [people]
            if isinstance(title, str) and len(title) > 3 and people and isinstance(people[0], str) and people[0]:
                year = str(said.get("date") or "")[:4]
                number = int(year) if year.isdigit() and int(year) > _FIRST else 1999
                found[title, people[0]] = Work(title, people[0], number, "", 1, BookKind.EBOOK)
    return list(found.values())


def _agreed(expected: str) -> dict[str, Any]:
    try:
        told = json.loads(expected)
    except ValueError:
        return {}
    return {**(told.get("one_tool") or {}), **(told.get("agreed") or {})} if isinstance(told, dict) else {}


def as_known(work: Work, dice: random.Random) -> Question:
    """The book as files tell it: spelt in one of many ways, with some of its facts."""
    title = dice.choice([work.title, work.title, work.title.upper(), work.title.removeprefix("The "), f"{work.title} "])
    given, _, family = work.author.rpartition(" ")
    author = dice.choice([work.author, work.author, f"{family}, {given}", f"{given[:1]}. {family}"])
    series = (SeriesEntry(work.series, str(work.number)),) if work.series and dice.random() < 0.5 else ()
    video = work.kind is BookKind.MOVIE
    return Question(
        1,
        work.kind,
        title,
        authors=() if video else (author,),
        series=series,
        date=str(work.year + dice.choice([0, 0, 1])) if video or dice.random() < 0.7 else None,
        language=dice.choice(["en", "en-US", None]),
        duration_ms=36_000_000 + dice.randint(-99_000, 99_000) if work.kind is BookKind.AUDIOBOOK else None,
        abridged=False if work.kind is BookKind.AUDIOBOOK else None,
    )


def as_offered(work: Work, dice: random.Random, **change: Any) -> Candidate:
    """The book as a catalogue has it."""
    series = (SeriesEntry(work.series, str(work.number)),) if work.series else ()
    video = work.kind is BookKind.MOVIE
    reading = Reading(
        title=work.title,
        contributions=() if video else (Contribution(work.author),),
        series=series,
        date=str(work.year),
        language="en",
        technical=Technical(duration_ms=36_000_000 if work.kind is BookKind.AUDIOBOOK else None),
        abridged=False if work.kind is BookKind.AUDIOBOOK else None,
    )
    return Candidate(str(dice.randrange(10**9)), "work", replace(reading, **change))


def near_miss(work: Work, other: Work, why: str, dice: random.Random) -> tuple[Question, Candidate] | None:
    """The book beside one that is easily taken for it; None where there is no such thing of its kind."""
    known = as_known(work, dice)
    video = work.kind is BookKind.MOVIE
    offered: Candidate | None = None
    if why == "other author" and not video and other.author.split()[-1] != work.author.split()[-1]:
        offered = as_offered(work._replace(author=other.author), dice)
    elif why == "other volume" and not video:
        known = replace(known, title=f"{work.title}, Vol. {work.number}", series=())
        offered = as_offered(work._replace(title=f"{work.title}, Volume {work.number + 1}", series=""), dice)
    elif why == "other language" and not video:
        known = replace(known, language="en")
        offered = as_offered(work, dice, language="de")
    elif why == "abridged" and work.kind is BookKind.AUDIOBOOK:
        offered = as_offered(
            work, dice, abridged=dice.choice([True, None]), technical=Technical(duration_ms=14_000_000)
        )
    elif why == "other year" and video:
        offered = as_offered(work._replace(year=work.year + dice.randint(4, 30)), dice)
    elif why == "same family" and not video:
        given = dice.choice([one for one in _GIVEN if one[0] != work.author[0]])
        offered = as_offered(work._replace(author=f"{given} {work.author.split()[-1]}"), dice)
    elif why == "same title in the series" and work.series:
        known = replace(known, series=(SeriesEntry(work.series, str(work.number)),))
        offered = as_offered(work._replace(number=work.number + dice.randint(1, 5)), dice)
    elif why in ("box set", "companion"):
        called = dice.choice(_SETS if why == "box set" else _COMPANIONS).format(work.title)
        author = work.author if why == "box set" or dice.random() < 0.3 else other.author
        offered = as_offered(work._replace(title=called, author=author, series=""), dice)
    elif why == "same author" and not video and other.title != work.title:
        offered = as_offered(work._replace(title=other.title, year=other.year, series=""), dice)
    elif why == "sequel":
        offered = as_offered(
            work._replace(title=f"{work.title} {dice.choice(['Returns', '2', 'and After', 'II'])}"), dice
        )
    elif why == "stranger" and (other.title, other.author) != (work.title, work.author):
        if other.title == work.title and abs(other.year - work.year) < 3:
            return None
        offered = as_offered(other, dice) if not video or other.kind is BookKind.MOVIE else None
    return None if offered is None else (known, offered)


def labelled(seed: int, count: int) -> list[Pair]:
    """Every work once as itself, and once beside each of its near misses."""
    dice = random.Random(seed)
    every = [*works(dice, count), *from_corpus()]
    pairs = []
    for work in every:
        pairs.append(Pair(as_known(work, dice), as_offered(work, dice), True, "the same"))
        for why in NEAR_MISSES:
            if (made := near_miss(work, dice.choice(every), why, dice)) is not None:
                pairs.append(Pair(*made, False, why))
    return pairs


def with_isbn(question: Question, candidate: Candidate, isbn: str = "9780306406157") -> tuple[Question, Candidate]:
    """Both with the same ISBN, found by it."""
    same = (Identifier("isbn", isbn),)
    return replace(question, identifiers=same), replace(candidate, exact="isbn")
