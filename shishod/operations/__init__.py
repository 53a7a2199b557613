"""Everything that a face (the socket, later the page) may ask of a running daemon."""

from shishod.operations.events import event_row
from shishod.operations.losses import LossRules
from shishod.operations.modes import ModeWish
from shishod.operations.operations import Operations
from shishod.operations.ports import Probes, Roots, Scans, WaitingRow, WatchRow, WorkerRow
from shishod.operations.report import Row, scan_row, verdict
from shishod.operations.words import EditWish

__all__ = [
    "EditWish",
    "LossRules",
    "ModeWish",
    "Operations",
    "Probes",
    "Roots",
    "Row",
    "Scans",
    "WaitingRow",
    "WatchRow",
    "WorkerRow",
    "event_row",
    "scan_row",
    "verdict",
]
