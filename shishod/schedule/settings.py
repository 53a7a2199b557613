"""What an operator may say of the clock."""

from typing import Annotated, Literal

from pydantic import AfterValidator, model_validator

from shishod.schedule.quiet import Span, span_of
from shishod.schedule.when import LOCAL, When, zone
from shishod.settings import RoomSettings, Seconds


def _checked_zone(name: str) -> str:
    zone(name)
    return name


def _checked_span(text: str) -> str:
    span_of(text)
    return text


class PlanSettings(RoomSettings):
    """One scan of a part of the libraries at times of its own."""

    when: When
    """An interval such as "1h", cron fields, or "off"."""
    tier: Literal["quick", "full"] = "quick"
    """How deep it looks."""
    library: str | None = None
    """Which library; unset, and without a path, all of them."""
    path: str | None = None
    """Which folder of a library, its whole path."""

    @model_validator(mode="after")
    def _one_place(self) -> "PlanSettings":
        if self.library is not None and self.path is not None:
            raise ValueError("name a library or a path, not both")
        return self


class ScheduleSettings(RoomSettings):
    """What the operator may say of scheduled scans."""

    quick: When = "15m"
    """When changed folders and files are looked for: an interval such as "15m", cron fields, or "off"."""

    full: When = "0 3 * * *"
    """When everything is listed and compared: cron fields such as "0 3 * * *", an interval, or "off"."""

    refresh: When = "0 3 * * *"
    """When web catalogues are asked again for books of which what is known is old; it finds nothing without them."""

    plans: tuple[PlanSettings, ...] = ()
    """Further scans: a list, each with `when`, `tier`, and a `library` or a `path`."""

    leave_out: tuple[str, ...] = ()
    """Libraries that quick and full scans by the clock leave to their own plans."""

    quiet: tuple[Annotated[str, AfterValidator(_checked_span)], ...] = ()
    """Hours in which no scan by the clock and no poll begins, as "23:00-07:00"; what was due begins at their end."""

    learn: bool = True
    """Whether quick scans come sooner at hours when books often do, and later when none ever did (an interval only)."""

    spare_disks: bool = False
    """Whether quick scans and polls leave a disk alone that sleeps; a disk that others use is looked at as usual."""

    spare_at_most: Seconds = 86400.0
    """How long a disk that sleeps is left alone at most."""

    purge: When = "30 3 * * *"
    """When what has been missing for longer than `scan.missing_grace` is forgotten; written as the others, or "off"."""

    backup: When = "45 3 * * *"
    """When a SQLite catalogue is copied to the folder backups beside it; written as the others, or "off"."""

    timezone: Annotated[str, AfterValidator(_checked_zone)] = LOCAL
    """The time zone of the cron fields and the quiet hours, as in "Europe/Berlin"; "local" is the machine's own."""

    def spans(self) -> tuple[Span, ...]:
        return tuple(map(span_of, self.quiet))
