"""The names of films and episodes, through guessit, which knows how they are released; it is slow and loaded late."""

from collections.abc import Callable
from functools import cache
from typing import Any

from shishod.model.naming.words import PathWords

_MOST = 1000  # characters
_Guess = Callable[[str, bool], dict[str, Any]]


@cache
def _guesser() -> _Guess | None:
    """What asks guessit, which takes a tenth of a second to load; None where it is not installed."""
    try:
        from guessit.api import GuessitException, guessit
    except ImportError:
        return None

    def guess(path: str, episode: bool) -> dict[str, Any]:
        try:
            return guessit(path, {"type": "episode" if episode else "movie"})
        except GuessitException:  # a name that it cannot take apart says nothing
            return {}

    return guess


def words_of_video(path: str, *, episode: bool) -> PathWords:
    """What a path says of a film or of an episode; nothing where guessit is not installed."""
    words = PathWords()
    guess = _guesser()
    said = guess(path[-_MOST:], episode) if guess is not None else {}
    named = {"series": "title", "title": "episode_title"} if episode else {"title": "title"}
    for field, key in (*named.items(), ("season", "season"), ("episode", "episode"), ("year", "year")):
        words.say(field, _text(said.get(key)), f"guessit: {key}")
    return words


def _text(value: Any) -> str | None:
    """One word as it is, numbers in a row as a range, of several names the first."""
    if not isinstance(value, list):
        return None if value is None else str(value)
    if not all(isinstance(one, int) for one in value):
        return str(value[0])
    numbers = sorted(value)
    if numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]}-{numbers[-1]}"
    return ", ".join(map(str, numbers))
