"""When scans, refreshes, purges and copies are asked for by the clock."""

from shishod.schedule.arrivals import DAYS
from shishod.schedule.clockwork import BACKUP, PURGE, TRIGGER, Asks, LastRuns, Schedule
from shishod.schedule.settings import PlanSettings, ScheduleSettings
from shishod.schedule.when import LOCAL, OFF, When, trigger_of

__all__ = [
    "BACKUP",
    "DAYS",
    "LOCAL",
    "OFF",
    "PURGE",
    "TRIGGER",
    "Asks",
    "LastRuns",
    "PlanSettings",
    "Schedule",
    "ScheduleSettings",
    "When",
    "trigger_of",
]
