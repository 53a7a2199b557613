from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as some

from shishod.model.state import State
from shishod.model.story import Turn, line_of, turns_of

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_file_of_which_nothing_is_told_has_no_turns() -> None:
    assert turns_of(None) == turns_of("") == ()


@given(some.lists(some.tuples(some.sampled_from(State), some.text(max_size=150)), max_size=9), some.integers(0, 300))
def test_a_story_that_was_cut_at_its_front_tells_its_last_turns(told: list[tuple[State, str]], cut: int) -> None:
    lines = [line_of(NOON, state, why) for state, why in told]
    whole = "".join(lines)

    turns = turns_of(whole[cut:])

    assert [turn.state for turn in turns] == [state for state, _ in told][len(told) - len(turns) :]
    assert whole[cut:].endswith("".join(lines[len(told) - len(turns) :]))
    assert all(turn.at == NOON for turn in turns)


def test_a_reason_is_kept_on_the_line_of_its_turn() -> None:
    assert turns_of(line_of(NOON, State.ERROR, "cut\nshort ")) == (Turn(NOON, State.ERROR, "cut short"),)
