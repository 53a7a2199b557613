"""LogDesk: what a scan said while it ran."""

from collections.abc import Callable

from shishod.model.progress import ScanSnapshot
from shishod.model.scanlog import LogQuery, ScanLog
from shishod.operations.report import Row


class LogDesk:
    """Shared: by every face. `written` has the words of living scans written down first."""

    def __init__(
        self, kept: ScanLog, scan: Callable[[str], ScanSnapshot], written: Callable[[], object] = lambda: None
    ) -> None:
        self._kept = kept
        self._scan = scan
        self._written = written

    def lines(self, query: LogQuery) -> tuple[list[Row], int | None]:
        """A page of a scan's lines, and the id to go on after. Raises Refused where there is no such scan."""
        self._scan(query.scan_id)
        self._written()
        return self._kept.scan_log(query)
