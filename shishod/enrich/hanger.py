"""Hanger: fetches the pictures of a provider into the gallery, a few at a time."""

from collections.abc import Callable

from shishod.clock import Clock
from shishod.enrich.guide import Guide
from shishod.enrich.manners import Declined, Unanswered
from shishod.model.covers import PictureDue, PictureHung
from shishod.model.finding import WebShelf

AT_ONCE = 10
PICTURE_TRIES = 3  # each after a rest; then it is done without, for the pictures behind it wait


class Hanger:
    """Shared: by the web workers, each with a provider of its own in hand."""

    def __init__(
        self, shelf: WebShelf, keep: Callable[[PictureDue, bytes], PictureHung], most_bytes: int, clock: Clock
    ) -> None:
        self._shelf = shelf
        self._keep = keep
        self._most_bytes = most_bytes
        self._clock = clock
        self._unanswered: dict[str, tuple[str, int]] = {}  # of each the picture that it is at, and how often in vain

    def hang(self, guide: Guide) -> bool:
        """Fetch the next few pictures of a provider; whether there may be more. The client's errors pass through, but
        for those that are about one picture."""
        due = self._shelf.pictures_due(guide.name, AT_ONCE, self._clock.now())
        for one in due:
            try:
                content = guide.client.picture(one.url, self._most_bytes)
                hung = PictureHung(one, text="it is not there") if content is None else self._keep(one, content)
            except Declined as refusal:
                hung = PictureHung(one, text=str(refusal))
            except Unanswered as error:
                if not self._gives_up(guide, one.url):
                    raise
                hung = PictureHung(one, text=str(error))
            self._shelf.hang_picture(hung, self._clock.now())
        return bool(due)

    def _gives_up(self, guide: Guide, url: str) -> bool:
        """Note that a picture was asked for in vain; whether that was often enough."""
        before, tries = self._unanswered.get(guide.name, ("", 0))
        tries = tries + 1 if before == url else 1
        self._unanswered[guide.name] = (url, tries)
        return tries >= PICTURE_TRIES
