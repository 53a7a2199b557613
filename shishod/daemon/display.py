"""Display: the scan that is going on, drawn on the terminal that the daemon was started from."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from shishod.model.progress import ScanSnapshot

CURRENT_WIDTH = 40


class Display:
    """Owned by the main thread. Drawn while a scan is alive and gone with it; log lines appear above."""

    def __init__(self, progress: Callable[[], Sequence[ScanSnapshot]], console: Console | None = None) -> None:
        self._progress = progress
        self._drawing = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[current]}", markup=False, style="dim"),
            console=console or Console(stderr=True),
            transient=True,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._clear()

    def refresh(self) -> None:
        """Draw what is true now; called at every turn of the supervisor."""
        scan = next(iter(self._progress()), None)
        if scan is None:
            self._clear()
            return
        if self._task is None:
            self._task = self._drawing.add_task("", total=None, current="")
            self._drawing.start()
        self._drawing.update(
            self._task,
            description=f"{scan.tier} scan",
            completed=scan.processed,
            total=scan.total if scan.discovered else None,
            current=scan.current[-CURRENT_WIDTH:],
        )

    def _clear(self) -> None:
        if self._task is not None:
            self._drawing.stop()
            self._drawing.remove_task(self._task)
            self._task = None
