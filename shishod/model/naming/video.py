"""The names of films and episodes, through guessit, which knows how they are released; it is slow and loaded late."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from shishod.model.folders import is_season
from shishod.model.naming.spelling import BRACKETS, bare
from shishod.model.naming.words import PathWords

_MOST = 1000  # characters
_ABSOLUTE = re.compile(r"\d{3,4} - (?=\S)")  # the place in the whole show, as Sonarr writes it before the title
_CALLED_AS_YEARS = re.compile(r"((?:19|20)\d\d)[ ._-]+s\d{1,3}e\d{1,4}", re.IGNORECASE)
_SEASON_OF_YEAR = re.compile(r"\bs((?:19|20)\d\d)[ ._-]?e(\d{1,4})\b(?: - ([^()\[\]{}]*[^()\[\]{} ]))?", re.IGNORECASE)
_FORMAL = re.compile(r"([^()\[\]{}]*[^()\[\]{} ]) \((?:19|20)\d\d\)(?=$|[ .\[{])")
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
    if episode:
        said = _in_season(_episode(said, path.rpartition("/")[2]), path)
    elif title := _formal_title(path, str(said.get("title") or "")):
        words.say("title", title, "Title (Year)")
    for field, key in (*named.items(), ("season", "season"), ("episode", "episode"), ("year", "year")):
        words.say(field, _text(said.get(key)), f"guessit: {key}")
    return words


def _episode(said: dict[str, Any], name: str) -> dict[str, Any]:
    """What guessit says of an episode, without what it takes for a title or for a year."""
    if (match := _CALLED_AS_YEARS.match(name)) and said.get("title") != match[1]:
        return {key: one for key, one in said.items() if key != "year"} | {
            "title": match[1],
            "episode_title": said.get("title"),
        }
    title = said.get("episode_title")
    return {**said, "episode_title": _ABSOLUTE.sub("", title, count=1)} if isinstance(title, str) else said


def _in_season(said: dict[str, Any], path: str) -> dict[str, Any]:
    """What was said, with what guessit does not see below the folder of a season that is called by its year."""
    *above, season, name = ("", *path.split("/"))
    if match := _SEASON_OF_YEAR.search(bare(name)):
        said = {"season": int(match[1]), "episode": int(match[2]), "episode_title": match[3], **said}
    title = said.get("title")
    if isinstance(title, str) and is_season(season) and season.casefold().startswith(title.casefold()) and above[-1:]:
        show = BRACKETS.sub("", above[-1]).strip()
        return {**said, "title": show or None}
    return said


def _formal_title(path: str, guessed: str) -> str | None:
    """The title before a year in round brackets, where guessit takes a part of it only: "A Saga - One (2003)"."""
    for name in reversed(path.split("/")[-2:]):
        if match := _FORMAL.match(name):
            whole = " - " in match[1] and ":" not in match[1] and guessed
            return match[1] if whole and match[1].startswith(guessed) else None
    return None


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
