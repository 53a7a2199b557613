"""Matching: how surely a candidate is the book that was asked for, with the reasons; pure functions of the two."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz

from shishod.model.book import BookKind, Role
from shishod.model.finding import Candidate, Evidence, Question, Scored

EXACT = 0.97  # found by an identifier, and called alike
MISLABELLED = 0.5  # found by an identifier that belongs to something else
_MAIN_ONLY = 0.85  # of a title whose subtitle the other side does not have
_ANOTHER = 0.7  # at most, of a title with a word that the other does not have
_MISSPELT = 75  # per cent of its letters that a word shares with the one that it is meant to be

_SPLIT = re.compile(r"\s*(?::|;|\s[-–—]\s|[(\[])\s*")
_WORDS = re.compile(r"\w+")
_ARTICLES = frozenset({"the", "a", "an", "der", "die", "das", "le", "la", "les", "el", "los", "il"})
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_SPELT = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMERALS = {word: str(number) for words in (_ROMAN, _SPELT) for number, word in enumerate(words, 1)}
_LITTLE = frozenset({"and", "of", "in", "und", "et", "y", "de"})
_COUNTED = frozenset({"volume", "vol", "book", "part", "band", "tome", "no", "number", "season", "episode", "teil"})
_COLLECTION = re.compile(
    r"\b(?:box(?:ed)? ?set|omnibus|complete (?:series|collection|works|saga|trilogy|novels)|collection"
    r"|(?:book|volume|vol|part)s? \d+ ?(?:-|–|to|and|through) ?\d+|trilogy(?!.*\d))\b"
)
_COMPANION = re.compile(
    r"\b(?:summary|analysis of|(?:study|readers?|reading|teachers?|discussion|unofficial|visual) guide|companion"
    r"|workbook|sparknotes|cliffs ?notes|sampler|excerpt|screenplay)\b"
)
_APART = (("a collection", _COLLECTION), ("a companion to a book", _COMPANION))


class Weights(NamedTuple):
    """What a perfect agreement adds; a title and its people are nine tenths of it for what is read or heard, a title
    and its year for what is watched."""

    title: float
    people: float
    year: float


_READ, _WATCHED, _SHOWN = Weights(0.55, 0.35, 0.04), Weights(0.6, 0.0, 0.3), Weights(0.88, 0.0, 0.1)
_BY_KIND = {BookKind.MOVIE: _WATCHED, BookKind.EPISODE: _SHOWN}
_TIE = 0.02  # of two films or shows that are called alike and differ by less, neither is believed


def score(question: Question, candidate: Candidate) -> Scored:
    """How surely it is the book: 0 to 1, with every reason for and against it."""
    weights = _BY_KIND.get(question.kind, _READ)
    title = title_agreement(question, candidate)
    people = people_agreement(question, candidate)
    if candidate.exact:
        evidence = [*_by_identifier(candidate, title, people), *_against(question, candidate)]
    else:
        evidence = [
            Evidence("title", weights.title * title, f"the titles agree to {title:.0%}"),
            *_on_people(weights, people),
            *_on_year(weights, question, candidate),
            *_in_favour(question, candidate),
            *_against(question, candidate),
            *_apart_from_a_book(question, candidate),
        ]
        if title < _MAIN_ONLY:
            evidence.append(Evidence("title", -0.2, "the titles are not the same"))
    total = sum(one.weight for one in evidence)
    return Scored(candidate, round(min(max(total, 0.0), 1.0), 4), tuple(one for one in evidence if one.weight))


def ranked(question: Question, candidates: Sequence[Candidate]) -> list[Scored]:
    """Every candidate with its score, the surest first; of equal ones the one that the provider named first."""
    return sorted((score(question, one) for one in candidates), key=lambda scored: -scored.score)


def best(scored: Sequence[Scored], threshold: float) -> Scored | None:
    """The one that is believed; None where none is sure enough, or where a film has a namesake that is as sure."""
    if not scored or scored[0].score < threshold:
        return None
    first, *others = scored
    watched = first.candidate.provider_kind in ("movie", "tv") and not first.candidate.exact
    return None if watched and any(first.score - one.score < _TIE for one in others) else first


def title_agreement(question: Question, candidate: Candidate) -> float:
    """0 to 1: how much one of its names is one of ours. Numbers in them must be the same."""
    theirs = [candidate.reading.title or "", *candidate.titles]
    ours = list(_names(question.sought, question.subtitle))
    names = [name for one in theirs for name in _names(one, candidate.reading.subtitle if one == theirs[0] else None)]
    return max((_alike(mine, other) for mine in ours for other in names), default=0.0)


def people_agreement(question: Question, candidate: Candidate) -> float | None:
    """The share of the shorter list of authors that is in the other; None where one of them names nobody."""
    theirs = [one.name for one in candidate.reading.contributions if one.role == Role.AUTHOR]
    ours = question.authors
    if not ours or not theirs:
        return None
    same = sum(1 for mine in ours if any(same_person(mine, other) for other in theirs))
    return min(1.0, same / min(len(ours), len(theirs)))


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: in any order, with initials or without what stands between."""
    first, second = _person(one), _person(other)
    if not first or not second:
        return False
    if fuzz.token_sort_ratio(" ".join(first), " ".join(second)) >= 93:
        return first[-1][:1] == second[-1][:1] or sorted(first) == sorted(second)
    if first[-1] != second[-1]:
        return "".join(first) == "".join(second)
    given, also = first[:-1], second[:-1]
    if not given or not also:
        return False
    short = len(given[0]) <= 2 or len(also[0]) <= 2
    if given[0] == also[0]:
        return True
    return short and given[0][0] == also[0][0] and _initials_fit(given, also)


def _initials_fit(given: Sequence[str], also: Sequence[str]) -> bool:
    """Whether the shorter row of initials begins the longer one."""
    one, other = _initials(given), _initials(also)
    return one.startswith(other[: len(one)]) or other.startswith(one[: len(other)])


def _initials(given: Sequence[str]) -> str:
    """JRR and J. R. R. are the same three; John is one."""
    run_together = len(given) == 1 and len(given[0]) <= 3
    return given[0] if run_together else "".join(word[0] for word in given)


def _person(name: str) -> list[str]:
    last, comma, given = name.partition(",")
    return _WORDS.findall(_plain(f"{given} {last}" if comma else name))


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold().replace("&", " and ").replace("'", "").replace("’", ""))
    return "".join(one for one in parts if not unicodedata.combining(one))


def _names(title: str, subtitle: str | None) -> Iterator[tuple[str, bool]]:
    """A title as it stands, with its subtitle, and without what follows a colon or stands in brackets; each with
    whether something was left away."""
    if not title.strip():
        return
    yield title, False
    if subtitle:
        yield f"{title} {subtitle}", False
    main = _SPLIT.split(title.strip(), maxsplit=1)[0]
    if main and main != title.strip():
        yield main, True


def _alike(mine: tuple[str, bool], other: tuple[str, bool]) -> float:
    (one, cut), (two, also_cut) = mine, other
    if cut and also_cut:
        return 0.0  # two subtitles that differ are two books
    words, further = _title_words(one), _title_words(two)
    if not words or not further or _numbers(words) != _numbers(further):
        return 0.0
    if "".join(words) == "".join(further):
        ratio = 1.0
    else:
        ratio = fuzz.token_sort_ratio(" ".join(words), " ".join(further)) / 100
        if _strange(words, further) or _strange(further, words):
            ratio = min(ratio, _ANOTHER)
    return ratio if not (cut or also_cut) else ratio * _MAIN_ONLY


def _strange(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether one of the words is not among the others, misspelt or not: a sequel's name often holds the first's."""
    missing = [word for word in words if word not in others and word not in _LITTLE]
    return any(max(fuzz.ratio(word, other) for other in others) < _MISSPELT for word in missing)


def _title_words(title: str) -> list[str]:
    words = _WORDS.findall(_plain(title))
    numbered = [_NUMERALS.get(word, word) if at and _is_place(words, at) else word for at, word in enumerate(words)]
    kept = [word.lstrip("0") or "0" if word.isdigit() else word for word in numbered if word not in _ARTICLES]
    return kept or words


def _is_place(words: Sequence[str], at: int) -> bool:
    """Whether a numeral there is a place in a row: behind "part", or at the very end."""
    return words[at - 1] in _COUNTED or (at == len(words) - 1 and words[at] != "i")


def _numbers(words: Sequence[str]) -> list[str]:
    return sorted(word for word in words if word.isdigit())


def _by_identifier(candidate: Candidate, title: float, people: float | None) -> Iterator[Evidence]:
    yield Evidence(candidate.exact, EXACT, f"it has the same {candidate.exact}")
    called = candidate.reading.title or candidate.titles
    if called and title < 0.5 and not people:
        text = f"it is called otherwise: the titles agree to {title:.0%}"
        yield Evidence("title", MISLABELLED - EXACT, text)


def _on_people(weights: Weights, people: float | None) -> Iterator[Evidence]:
    if people is None:
        return
    yield Evidence("authors", weights.people * people, f"the authors agree to {people:.0%}")
    if people == 0:
        yield Evidence("authors", -0.15, "it is by somebody else")


def _on_year(weights: Weights, question: Question, candidate: Candidate) -> Iterator[Evidence]:
    ours, theirs = _year(question.date), _year(candidate.reading.date)
    if ours is None or theirs is None:
        return
    apart = abs(ours - theirs)
    if apart <= 1:
        yield Evidence("year", weights.year * (1.0 if apart == 0 else 0.85), f"both say {theirs}, or a year beside it")
    elif question.kind is BookKind.MOVIE:
        yield Evidence("year", -0.3, f"it is of {theirs}, not of {ours}")


def _in_favour(question: Question, candidate: Candidate) -> Iterator[Evidence]:
    said = candidate.reading
    apart = _apart(question.duration_ms, said.technical.duration_ms)
    if apart is not None and apart <= 0.03:
        yield Evidence("duration", 0.06, "it lasts as long")
    apart = _apart(question.pages, said.technical.pages)
    if apart is not None and apart <= 0.1:
        yield Evidence("pages", 0.03, "it has as many pages")
    if any(place[1] for place in _common_places(question, candidate)):
        yield Evidence("series", 0.05, "it has the same place in the same series")


def _against(question: Question, candidate: Candidate) -> Iterator[Evidence]:
    said = candidate.reading
    places = _common_places(question, candidate)
    if places and not any(same for _, same in places):
        yield Evidence("series", -0.45, "it has another place in the series")
    spoken = {one.partition("-")[0] for one in (said.language, *candidate.languages) if one}
    if question.language and spoken and question.language.partition("-")[0] not in spoken:
        yield Evidence("language", -0.35, f"it is in {', '.join(sorted(spoken))}, not in {question.language}")
    apart = _apart(question.duration_ms, said.technical.duration_ms)
    if apart is not None and apart > 0.08:
        yield Evidence("duration", -0.3, f"it lasts {apart:.0%} more or less")
    apart = _apart(question.pages, said.technical.pages)
    if apart is not None and apart > 0.4 and not candidate.exact:
        yield Evidence("pages", -0.1, f"it has {apart:.0%} more or fewer pages")
    if question.abridged is not None and said.abridged is not None and question.abridged != said.abridged:
        yield Evidence("abridged", -0.3, "one is abridged, and the other is not")


def _apart_from_a_book(question: Question, candidate: Candidate) -> Iterator[Evidence]:
    """What stands behind a title may tell that it is several books, or about one."""
    ours = _plain(f"{question.sought} {question.subtitle or ''}")
    theirs = _plain(f"{candidate.reading.title or ''} {candidate.reading.subtitle or ''}")
    for called, words in _APART:
        if bool(words.search(ours)) != bool(words.search(theirs)):
            yield Evidence("title", -0.3, f"one of them is {called}")


def _common_places(question: Question, candidate: Candidate) -> list[tuple[str, bool]]:
    """The series that both are in with a number, and whether it is the same."""
    theirs = {" ".join(_title_words(one.name)): one.number for one in candidate.reading.series if one.number}
    ours = {" ".join(_title_words(one.name)): one.number for one in question.series if one.number}
    return [(name, _same_number(ours[name], theirs[name])) for name in ours.keys() & theirs.keys()]


def _same_number(one: str | None, other: str | None) -> bool:
    try:
        return float(one or "") == float(other or "")
    except ValueError:
        return one == other


def _apart(ours: int | None, theirs: int | None) -> float | None:
    """How far two sizes are apart, as a part of the larger; None where one of them is not known."""
    return abs(ours - theirs) / max(ours, theirs) if ours and theirs else None


def _year(date: str | None) -> int | None:
    return int(date[:4]) if date and date[:4].isdigit() else None
