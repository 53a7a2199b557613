"""What a daemon had in hand when it died is known to the next one."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from shishod.model.sighting import Sighting
from shishod.scan.inhand import Answer, InHand
from shishod.scan.inspection import Assignment, Inspection, Outcome
from shishod.work.runners import Failed
from tests.hearing import capture_logs


class Died(BaseException):
    """The daemon ends in the middle of it."""


def a_file(name: str, size: int = 1) -> Assignment:
    return Assignment(b"/books", Sighting(name.encode(), size, 7, 7, 1, 0))


A, B, DEADLY = a_file("a.epub"), a_file("b.epub"), a_file("deadly.epub")


def well(files: Sequence[Assignment]) -> list[Answer]:
    return [Inspection(one.seen, Outcome.READ) for one in files]


def dying(folder: Path, *files: Assignment) -> list[list[Assignment]]:
    """A daemon that dies of the deadly one: what it had in hand at once, to its end."""
    batches: list[list[Assignment]] = []
    with pytest.raises(Died), pytest.MonkeyPatch.context() as patch:

        def read(some: Sequence[Assignment]) -> list[Answer]:
            batches.append(list(some))
            if DEADLY in some:
                patch.setattr(Path, "unlink", lambda *_, **__: None)  # who is killed tidies nothing up
                raise Died
            return well(some)

        InHand(folder).read(files, read)
    return batches


def test_a_file_that_ends_the_daemon_twice_is_not_read_a_third_time_and_its_neighbours_are(tmp_path: Path) -> None:
    assert dying(tmp_path, A, DEADLY, B) == [[A, DEADLY, B]]
    assert dying(tmp_path, A, DEADLY, B) == [[A], [DEADLY]]

    batches: list[Sequence[Assignment]] = []
    answers = InHand(tmp_path).read([A, DEADLY, B], lambda some: (batches.append(some), well(some))[1])

    assert batches == [[B], [A]]
    assert [one.reason if isinstance(one, Inspection) else "" for one in answers] == ["", "quarantined", ""]
    condemned = answers[1]
    assert isinstance(condemned, Inspection)
    assert (condemned.outcome, condemned.stage, condemned.reader) == (Outcome.FAILED, "crash", "epub")
    assert "shishoctl scan --reread '/books/deadly.epub'" in condemned.text


def test_another_content_is_suspected_of_nothing(tmp_path: Path) -> None:
    dying(tmp_path, DEADLY)
    dying(tmp_path, DEADLY)
    mended = a_file("deadly.epub", size=2)

    assert InHand(tmp_path).read([mended], well) == well([mended])


def test_who_was_told_once_is_tried_anew_when_asked_for(tmp_path: Path) -> None:
    dying(tmp_path, DEADLY)
    dying(tmp_path, DEADLY)
    in_hand = InHand(tmp_path)
    in_hand.read([A, DEADLY], well)
    in_hand.recorded([A, DEADLY])

    assert in_hand.read([DEADLY], well) == well([DEADLY])
    assert InHand(tmp_path).read([DEADLY], well) == well([DEADLY])


def test_who_is_condemned_stays_so_until_that_is_recorded_whatever_ends_the_daemon_before(tmp_path: Path) -> None:
    dying(tmp_path, DEADLY)
    dying(tmp_path, DEADLY)
    InHand(tmp_path).read([DEADLY], well)  # and killed before its book was recorded

    (again,) = InHand(tmp_path).read([DEADLY], well)

    assert isinstance(again, Inspection)
    assert again.reason == "quarantined"


def test_that_others_are_recorded_acquits_nobody(tmp_path: Path) -> None:
    dying(tmp_path, DEADLY)
    dying(tmp_path, DEADLY)
    in_hand = InHand(tmp_path)
    in_hand.recorded([A, B])

    (again,) = in_hand.read([DEADLY], well)

    assert isinstance(again, Inspection)
    assert again.reason == "quarantined"


def test_a_suspect_that_was_never_tried_is_one_still(tmp_path: Path) -> None:
    dying(tmp_path, DEADLY)
    InHand(tmp_path).read([DEADLY], lambda some: [Failed("stopped", "") for _ in some])

    assert dying(tmp_path, A, DEADLY) == [[DEADLY]]


def test_a_daemon_that_ends_as_it_should_suspects_nobody(tmp_path: Path) -> None:
    in_hand = InHand(tmp_path)

    def read(some: Sequence[Assignment]) -> list[Answer]:
        in_hand.close()  # while it is being read
        return well(some)

    in_hand.read([A], read)
    with capture_logs() as said:
        batches: list[Sequence[Assignment]] = []
        InHand(tmp_path).read([A, B], lambda some: (batches.append(some), well(some))[1])

    assert batches == [[A, B]]
    assert said == []


def test_without_a_folder_everything_is_read(tmp_path: Path) -> None:
    (tmp_path / "in-hand").write_text("in the way")

    with capture_logs() as said:
        assert InHand(tmp_path / "in-hand").read([A, B], well) == well([A, B])

    assert [one["event"] for one in said] == ["what is read cannot be noted; it is read all the same"]


def test_notes_that_are_spoiled_keep_nobody_from_reading(tmp_path: Path) -> None:
    (tmp_path / "suspects").write_bytes(b"\xff\xfe nonsense")
    (tmp_path / "1.read").write_bytes(b"")

    assert InHand(tmp_path).read([A], well) == well([A])
