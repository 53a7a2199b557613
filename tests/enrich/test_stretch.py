"""How far a provider's walk along the books has come, and what is walked once more."""

import random

import pytest

from shishod.enrich.stretch import Stretch


def test_a_book_in_front_of_the_walk_is_met_by_it() -> None:
    assert Stretch(at=50).joined(Stretch(anew=70)) == Stretch(at=50)


def test_a_book_behind_the_walk_is_walked_to_after_it() -> None:
    walk = Stretch(anew=20).joined(Stretch(at=50)).joined(Stretch(anew=30))

    assert walk == Stretch(at=50, anew=20)
    assert walk.behind(60) == Stretch(at=60, anew=20)


def test_wishes_that_wait_together_are_one_walk_from_the_first_of_them() -> None:
    wish = Stretch(anew=70).joined(Stretch(anew=20))

    assert (wish.start, wish.behind(25)) == (20, Stretch(at=25))


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_joined_in_whatever_order_is_walked(seed: int) -> None:
    dice = random.Random(seed)
    wishes = [dice.randrange(100) for _ in range(6)]
    stretch = Stretch(at=dice.randrange(100))
    begun = stretch.start
    for wish in wishes:
        stretch = stretch.joined(Stretch(anew=wish)) if dice.random() < 0.5 else Stretch(anew=wish).joined(stretch)

    assert stretch.start == begun
    assert min(stretch.start, stretch.anew if stretch.anew is not None else 100) == min(begun, *wishes)
