"""What web catalogues say in a merge: above the files, below the user and what lies beside, in their own order."""

from dataclasses import replace
from datetime import UTC, datetime

from shishod.model.book import Chapter, Contribution, CoverPlace, FileRole, Identifier, Role, Technical
from shishod.model.contest import contest
from shishod.model.merge import merge
from shishod.model.metadata import FieldSource, Finding, Metadata, Reading, Source, UserWord
from shishod.model.parts import Part

THEN = datetime(2026, 11, 1, tzinfo=UTC)
PATH = Reading(title="By Path", places=(("title", "name"),))
FILE = Part(b"a.epub", Reading(reader="epub", title="By File", description="File", language="en"))
BESIDE = Part(b"metadata.opf", Reading(reader="opf", description="Beside"), FileRole.SIDECAR)


def said_by(provider: str, **said: object) -> Finding:
    return Finding(provider, f"{provider}-1", 0.9, Reading(reader=provider, **said), THEN)  # type: ignore[arg-type]


def source_of(believed: Metadata, field: str) -> FieldSource:
    return next(one for one in believed.sources if one.field == field)


def test_a_catalogue_is_believed_before_the_file_and_told_with_its_id_and_time() -> None:
    believed = merge([FILE], (), PATH, [said_by("lib", description="Web")])

    assert (believed.title, believed.description) == ("By File", "Web")
    assert source_of(believed, "description") == FieldSource("description", Source.WEB, "lib lib-1", THEN)
    assert source_of(believed, "title") == FieldSource("title", Source.FILE, "epub")


def test_what_lies_beside_is_believed_before_a_catalogue_and_the_user_before_all() -> None:
    web = said_by("lib", description="Web", publisher="Web House", subtitle="Web")
    words = (UserWord("publisher", None, "cleared"), UserWord("subtitle", "Mine"))

    believed = merge([FILE, BESIDE], words, PATH, [web])

    assert (believed.description, believed.publisher, believed.subtitle) == ("Beside", None, "Mine")


def test_of_two_catalogues_the_first_is_believed_and_the_second_where_it_is_silent() -> None:
    first, second = said_by("one", description="One"), said_by("two", description="Two", publisher="Two House")

    believed = merge([FILE], (), PATH, [first, second])

    assert (believed.description, believed.publisher) == ("One", "Two House")


def test_a_catalogue_adds_people_and_identifiers_that_the_file_does_not_name() -> None:
    narrator, author = Contribution("Ned", Role.NARRATOR), Contribution("Ann")
    heard = Part(b"a.m4b", Reading(reader="mp4", contributions=(author,), identifiers=(Identifier("asin", "B0"),)))
    web = said_by("lib", contributions=(narrator,), identifiers=(Identifier("isbn", "978"),))

    believed = merge([heard], (), PATH, [web])

    assert set(believed.contributions) == {narrator, author}
    assert {one.scheme for one in believed.identifiers} == {"asin", "isbn"}


def heard(*chapters: Chapter, lasts_ms: int = 60_000) -> Part:
    return Part(b"a.m4b", Reading(reader="mp4", chapters=chapters, technical=Technical(duration_ms=lasts_ms)))


TOLD = (Chapter("Opening", 0, 20_000), Chapter("Ending", 20_000, 61_000))


def test_a_catalogues_chapters_fill_a_recording_without_any_and_end_with_it() -> None:
    filling = replace(said_by("lib"), humble=Reading(reader="lib", chapters=TOLD))

    believed = merge([heard()], (), PATH, [filling])

    assert believed.chapters == (TOLD[0], Chapter("Ending", 20_000, 60_000))
    assert source_of(believed, "chapters") == FieldSource("chapters", Source.WEB, "lib lib-1", THEN)


def test_a_files_own_chapters_stay_but_where_the_catalogue_is_believed_above_it() -> None:
    own = Chapter("Its own", 0, 60_000)

    filled = merge([heard(own)], (), PATH, [replace(said_by("lib"), humble=Reading(reader="lib", chapters=TOLD))])
    above = merge([heard(own)], (), PATH, [said_by("lib", chapters=TOLD)])

    assert filled.chapters == (own,)
    assert [one.title for one in above.chapters] == ["Opening", "Ending"]


def test_chapters_of_another_recording_are_not_taken() -> None:
    assert merge([heard(lasts_ms=70_000)], (), PATH, [said_by("lib", chapters=TOLD)]).chapters == ()


def test_a_picture_in_the_web_is_no_place_in_a_file() -> None:
    assert merge([FILE], (), PATH, [said_by("lib", cover=CoverPlace("x", "image/jpeg"))]).cover is None


def test_without_catalogues_everything_is_as_it_was() -> None:
    assert merge([FILE, BESIDE], (), PATH, []) == merge([FILE, BESIDE], (), PATH)


def test_an_explanation_tells_what_the_catalogue_said_and_why_it_lost() -> None:
    outcomes = {one.field: one for one in contest([FILE, BESIDE], (), PATH, [said_by("lib", description="Web")])}

    (lost, _) = outcomes["description"].lost
    assert (lost.value, lost.source, lost.place) == ("Web", Source.WEB, "lib lib-1")
    assert lost.why == "a sidecar is believed before web catalogue"


def test_the_catalogues_that_are_silent_on_a_field_are_named_once_each_and_those_that_fill_it_are_not() -> None:
    fills = replace(said_by("two"), humble=Reading(reader="two", date="1969"))

    told = {one.field: one.silent for one in contest([FILE], (), PATH, [said_by("one", publisher="House"), fills])}

    assert told["date"] == ("one", "the file", "the path")
    assert told["publisher"] == ("two", "the file", "the path")
