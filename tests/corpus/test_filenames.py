"""The grammars of names against the table of names that others' test suites hold, with what they expect of each."""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from shishod.model.book import BookKind, Role
from shishod.model.naming import PathWords, words_of
from tests.corpus.scoring import corpus, loose

PLACE = corpus()
KINDS = {
    "ebook": BookKind.EBOOK,
    "audiobook": BookKind.AUDIOBOOK,
    "comic": BookKind.COMIC,
    "manga": BookKind.COMIC,
    "movie": BookKind.MOVIE,
    "tv": BookKind.EPISODE,
}
FEW = 150  # of fewer names than this three may be told wrong
ROLES = re.compile(r" - (?:translator|introduction)$")  # which is for us a role and no part of the name


@dataclass
class Tally:
    """Of the facts of one kind, how many were told right, wrong and not at all, by field, and each miss."""

    names: int = 0
    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    right: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    wrong: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    astray: set[str] = field(default_factory=set)
    misses: list[str] = field(default_factory=list)

    def add(self, row: dict[str, str], name: str, wanted: object, got: object) -> None:
        self.asked[name] += 1
        if spelt(wanted) == spelt(got):
            self.right[name] += 1
            return
        self.misses.append(f"{row['id']} {row['input']!r}: {name}: expected {wanted!r}, told {got!r}")
        if got:
            self.wrong[name] += 1
            self.astray.add(row["id"])

    @property
    def share(self) -> float:
        return sum(self.right.values()) / sum(self.asked.values())

    @property
    def share_wrong(self) -> float:
        return sum(self.wrong.values()) / sum(self.asked.values())

    def table(self, kind: str) -> str:
        lines = [
            f"{kind:9} {name:10} {self.right[name]:4} right {self.wrong[name]:3} wrong of {asked:4}"
            for name, asked in sorted(self.asked.items())
        ]
        return "\n".join([*lines, f"{kind:9} in all {self.share:.1%} right, {self.share_wrong:.1%} wrong"])


def rows(kind: str) -> Iterator[dict[str, str]]:
    assert PLACE is not None
    with open(PLACE / "filenames.tsv", newline="", encoding="utf-8") as file:
        yield from (row for row in csv.DictReader(file, delimiter="\t") if row["kind"] == kind)


def listed(text: str) -> list[Any]:
    found = json.loads(text) if text.startswith("[") else [text]
    return found if isinstance(found, list) else [found]


def spelt(value: object) -> list[str]:
    """Loosely, without leading noughts; "2-4" is three numbers."""
    texts = [str(one) for one in (value if isinstance(value, list) else [value])]
    plain = [re.sub(r"(?<![\d.])0+(?=\d)", "", ROLES.sub("", text)) for text in texts]
    return [text if re.fullmatch(r"[\d.]+-[\d.]+", text) else loose(text) for text in plain]


def numbers(text: str | None) -> list[str]:
    """ "2-4" as an episode list writes it."""
    if text and (match := re.fullmatch(r"(\d+)-(\d+)", text)):
        return [str(one) for one in range(int(match[1]), int(match[2]) + 1)]
    return text.split(", ") if text else []


def answers(kind: str, row: dict[str, str], words: PathWords) -> dict[str, object]:
    """What was told, under the names of the columns."""
    told: dict[str, object] = {name: getattr(words, name) for name in ("title", "series", "volume", "number", "year")}
    told["authors"] = [one.name for one in words.people if one.role != Role.NARRATOR]
    told["narrator"] = list(words.narrators)
    told["asin"] = next((one.value for one in words.identifiers if one.scheme == "asin"), None)
    told["season"], told["episode"] = numbers(words.season), numbers(words.episode)
    if kind == "ebook":
        told["volume"] = words.number  # a book has one place in its series, whatever that is called
    elif row["volume"] and row["volume"] == row["number"]:
        told["number"] = words.number or words.volume  # some say twice what a name says once
    return told


def tally(kind: str) -> Tally:
    made = Tally()
    for row in rows(kind):
        extra = json.loads(row["extra"] or "{}")
        words = words_of(row["input"].encode(), KINDS[kind])
        told = answers(kind, row, words)
        made.names += 1
        for name, got in told.items():
            wanted = extra.get("asin") if name == "asin" else row[name]
            if wanted:
                made.add(row, name, listed(wanted), got if isinstance(got, list) else [got] if got else [])
        for name in ("number", "volume"):
            if extra.get(f"no_{name}") and (got := getattr(words, name)):
                made.add(row, name, [], [got])
    return made


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[pytest.mark.long] if kind == "tv" else []) for kind in KINDS]
)
def test_names_are_told_right_or_not_at_all(kind: str) -> None:
    if PLACE is None or not (PLACE / "filenames.tsv").is_file():
        pytest.skip("no corpus: set SHISHOD_CORPUS to a folder with filenames.tsv")

    made = tally(kind)

    print("\n" + made.table(kind))
    misses = "\n".join(made.misses)
    assert made.share >= 0.9, misses
    assert len(made.astray) <= 3 if made.names < FEW else made.share_wrong <= 0.02, misses
