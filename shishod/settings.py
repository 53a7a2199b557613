"""The frame that every room's settings are written in: frozen, strict, durations as text."""

import os
from datetime import timedelta
from typing import Annotated, Any

import durationpy
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer

LONGEST = timedelta(days=36_500)  # the calendar ends before much longer ones do

os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"  # it would look through all that is installed at every start


class RoomSettings(BaseModel):
    """One room's settings: unknown keys are errors, every field has a sentence, which stands below it in the source.

    pydantic could keep the sentences too; it would read and parse our source for them at every start.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


def _seconds(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError('a duration needs its unit, as in "250ms", "30s", "15m", "6h" or "1d"')  # noqa: TRY004
    if not isinstance(value, str):
        raise ValueError('a duration is text, as in "250ms", "30s", "15m", "6h" or "1d"')  # noqa: TRY004
    try:
        span: timedelta = durationpy.from_str(value.strip())
    except (durationpy.DurationError, ValueError) as error:
        raise ValueError(f'"{value}" is not a duration; write it as "250ms", "30s", "15m", "6h" or "1d"') from error
    if span < timedelta(0):
        raise ValueError("a duration cannot be negative")
    if span > LONGEST:
        raise ValueError(f'"{value}" is longer than 100 years')
    return span.total_seconds()


def _text(seconds: float) -> str:
    return str(durationpy.to_str(timedelta(seconds=seconds)))


def _validate(value: Any) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else _seconds(value)


def _whole(path: str) -> str:
    if "\0" in path:
        raise ValueError("a path cannot hold a NUL character")
    if path and not path.startswith("/"):
        raise ValueError(f'"{path}" is not a whole path; begin it with /')
    return path


WholePath = Annotated[str, AfterValidator(_whole)]
"""Where something of ours lies, wherever the daemon is started; empty where the surroundings say it."""

Seconds = Annotated[float, BeforeValidator(_validate), PlainSerializer(_text)]
"""A duration: text in the configuration, float seconds in the program. Defaults are written in seconds."""
