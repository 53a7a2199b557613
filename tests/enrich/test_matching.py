"""Whether a candidate is the book: measured on a labelled set, and told with its reasons."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from shishod.enrich.matching import best, ranked, same_person, score
from shishod.model.book import BookKind, Contribution, SeriesEntry, Technical
from shishod.model.finding import Candidate, Question
from shishod.model.metadata import Reading
from tests.enrich.labelled import as_known, as_offered, labelled, with_isbn, works

THRESHOLD = 0.85
DUNE = Question(1, BookKind.EBOOK, "Dune", authors=("Frank Herbert",))


def a_candidate(title: str = "Dune", author: str = "Frank Herbert", **said: object) -> Candidate:
    people = (Contribution(author),) if author else ()
    return Candidate("x", "work", Reading(title=title, contributions=people, **said))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_of_a_hundred_that_are_believed_ninety_nine_are_right(seed: int) -> None:
    pairs = labelled(seed, 1500)
    believed = [pair for pair in pairs if score(pair.question, pair.candidate).score >= THRESHOLD]
    right = sum(pair.same for pair in believed)
    precision, recall = right / len(believed), right / sum(pair.same for pair in pairs)
    wrong = Counter(pair.why for pair in believed if not pair.same)
    print(f"{len(pairs)} pairs: precision {precision:.4f}, recall {recall:.4f}; wrong: {dict(wrong)}")

    assert precision >= 0.99, wrong
    assert recall >= 0.80


@pytest.mark.parametrize(
    ("title", "author"),
    [
        ("Dune", "Herbert, Frank"),
        ("DUNE", "F. Herbert"),
        ("Dune (S.F. Masterworks)", "Frank Herbert"),
        ("Dune: Deluxe Edition", "Frank Patrick Herbert"),
        ("Dune (The Dune Trilogy, Book 1)", "Frank Herbert"),
    ],
)
def test_a_book_spelt_otherwise_is_near(title: str, author: str) -> None:
    assert score(DUNE, a_candidate(title, author)).score >= 0.8


@pytest.mark.parametrize(
    "candidate",
    [
        a_candidate("Dune Messiah"),
        a_candidate("Dune", "Brian Herbert"),
        a_candidate("Dune", ""),
        a_candidate("Dune 2"),
        a_candidate("The Road to Dune"),
        a_candidate("Children of Dune"),
        a_candidate("Dune: Books 1-3", date="1965"),
        a_candidate("Dune: The Complete Series", date="1965"),
        a_candidate("Dune: A Reader's Guide", date="1965"),
        a_candidate("", ""),
    ],
    ids=lambda one: f"{one.reading.title} by {[p.name for p in one.reading.contributions]}",
)
def test_another_book_is_not_near_enough(candidate: Candidate) -> None:
    assert score(DUNE, candidate).score < THRESHOLD


def test_every_reason_is_told() -> None:
    question = replace(DUNE, language="en", series=(SeriesEntry("Dune", "1"),), duration_ms=75_600_000)
    candidate = a_candidate(
        language="de", series=(SeriesEntry("Dune", "2"),), technical=Technical(duration_ms=20_000_000)
    )

    told = {one.what: one.text for one in score(question, candidate).evidence}

    assert told == {
        "title": "the titles agree to 100%",
        "authors": "the authors agree to 100%",
        "series": "it has another place in the series",
        "language": "it is in de, not in en",
        "duration": "it lasts 74% more or less",
    }


def test_an_identifier_decides_unless_it_belongs_to_something_else() -> None:
    question, same = with_isbn(DUNE, a_candidate("Der Wüstenplanet"))
    assert score(question, same).score >= 0.95, "a translation has another title and the same author"

    question, other = with_isbn(DUNE, a_candidate("Cooking for Two", "Ann Cook"))
    assert score(question, other).score < THRESHOLD


def test_the_surest_is_believed_and_only_where_it_is_sure_enough() -> None:
    scored = ranked(DUNE, [a_candidate("Dune Messiah"), a_candidate("Dune", language="en"), a_candidate("Dune")])

    assert [one.candidate.reading.title for one in scored] == ["Dune", "Dune", "Dune Messiah"]
    assert best(scored, THRESHOLD) is scored[0]
    assert best(scored[2:], THRESHOLD) is None
    assert best([], THRESHOLD) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("J. R. R. Tolkien", "Tolkien, J.R.R.", True),
        ("JRR Tolkien", "J. R. R. Tolkien", True),
        ("John Ronald Reuel Tolkien", "J.R.R. Tolkien", True),
        ("Ursula K. Le Guin", "Ursula Le Guin", True),
        ("Émile Zola", "Emile Zola", True),
        ("George Orwell", "G. Orwell", True),
        ("Frank Herbert", "Brian Herbert", False),
        ("J. Smith", "K. Smith", False),
        ("Joe Hill", "Joe Hall", False),
        ("", "Ann", False),
    ],
)
def test_names_are_one_persons_or_not(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) is same_person(other, one) is same


def test_a_film_is_known_by_its_title_and_year() -> None:
    film = Question(1, BookKind.MOVIE, "Blade Runner", date="1982")

    assert score(film, a_candidate("Blade Runner", "", date="1982-06-25")).score >= THRESHOLD
    assert score(film, a_candidate("Blade Runner", "", date="2017")).score < THRESHOLD
    assert score(film, a_candidate("Blade Runner 2049", "", date="1982")).score < THRESHOLD
    assert score(replace(film, date=None), a_candidate("Blade Runner", "")).score < THRESHOLD


def test_a_score_is_between_0_and_1_and_the_same_each_time() -> None:
    dice = random.Random(7)
    for work in works(dice, 300):
        question, candidate = as_known(work, dice), as_offered(work, dice)
        scored = score(question, candidate)
        assert 0 <= scored.score <= 1
        assert scored == score(question, candidate)
