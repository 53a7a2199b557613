"""What an operator may say of the work."""

import os

import pytest
from pydantic import ValidationError

from shishod.work.settings import WorkSettings


def test_auto_is_as_many_as_there_are_cores_and_four_workers_at_least() -> None:
    said = WorkSettings.model_validate({"workers": "auto", "processes": "auto"})

    assert said == WorkSettings()
    assert said.worker_count() == max(os.cpu_count() or 1, 4)
    assert said.process_count() == (os.cpu_count() or 1)
    assert said.shares() == {"workers": said.worker_count(), "processes": said.process_count(), "cores": os.cpu_count()}


def test_a_number_is_taken_as_it_is() -> None:
    said = WorkSettings.model_validate({"workers": 1, "processes": 3})

    assert (said.worker_count(), said.process_count()) == (1, 3)


def test_settings_are_written_as_they_are_said() -> None:
    written = WorkSettings(workers=8).model_dump()

    assert (written["workers"], written["processes"], written["idle_retire"]) == (8, "auto", "1m")
    assert WorkSettings.model_validate(written) == WorkSettings(workers=8)


@pytest.mark.parametrize(
    "wrong",
    [
        {"workers": -1},
        {"processes": -2},
        {"workers": "many"},
        {"chunk": 0},
        {"runner": "threads"},
        {"idle_retire": 60},
        {"ageing": "0s"},
        {"wokers": 4},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        WorkSettings.model_validate(wrong)
