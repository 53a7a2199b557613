import pytest

from shishod.model.library import Follow
from shishod.model.links import followed, reached_anyway


@pytest.mark.parametrize(
    ("how", "target", "answer"),
    [
        (Follow.NONE, b"/books/a", False),
        (Follow.INSIDE, b"/books/a", True),
        (Follow.INSIDE, b"/books", True),
        (Follow.INSIDE, b"/books2/a", False),
        (Follow.ALL, b"/elsewhere", True),
    ],
)
def test_a_link_is_followed_as_the_operator_said(how: Follow, target: bytes, answer: bool) -> None:
    assert followed(how, target, b"/books") is answer


@pytest.mark.parametrize(
    ("target", "answer"),
    [
        (b"/books/a", True),
        (b"/books", True),  # a circle
        (b"/books/.store/a", False),
        (b"/books/Samples/a", False),
        (b"/elsewhere", False),
        (b"/", False),
    ],
)
def test_what_is_reached_without_a_link_is_not_entered_by_one(target: bytes, answer: bool) -> None:
    assert reached_anyway(target, b"/books", ("Samples/",)) is answer


def test_a_library_of_the_whole_disk_reaches_everything() -> None:
    assert reached_anyway(b"/srv/x", b"/")
    assert followed(Follow.INSIDE, b"/srv/x", b"/")
