import pickle

import pytest
from pydantic import ValidationError

from shishod.formats.limits import Limits
from shishod.formats.settings import FormatSettings


def test_the_settings_and_the_limits_have_the_same_defaults():
    assert FormatSettings().limits() == Limits()


def test_sizes_and_durations_are_written_with_their_units():
    limits = FormatSettings.model_validate({"max_cover": "5MiB", "timeout": "90s", "memory": "1GiB"}).limits()

    assert (limits.cover_bytes, limits.file_s, limits.memory_bytes) == (5 << 20, 90.0, 1 << 30)


@pytest.mark.parametrize("bad", [{"max_entries": 0}, {"memory": "1MiB"}, {"timeout": 30}, {"unheard_of": 1}])
def test_what_cannot_be_kept_is_refused(bad: dict):
    with pytest.raises(ValidationError):
        FormatSettings.model_validate(bad)


def test_limits_travel_into_another_process():
    assert pickle.loads(pickle.dumps(Limits(entries=3))) == Limits(entries=3)
