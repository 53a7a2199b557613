"""What an operator may say of how a face tells of books."""

from shishod.model.review import Wanted
from shishod.settings import RoomSettings


class ReviewSettings(RoomSettings):
    """What is wanted of a book for it to be complete; `shishoctl books --incomplete` lists those that lack some."""

    complete: tuple[Wanted, ...] = ("authors", "date", "language", "description", "cover")
    """The fields that make a book complete; your own word on a book counts whatever it lacks."""
