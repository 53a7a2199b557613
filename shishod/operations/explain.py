"""What a face may ask of any path: why it stands as it does."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shishod.errors import Refused
from shishod.model.library import Root
from shishod.operations.explanation import explanation_row
from shishod.operations.place import lies_in, real_place, root_list
from shishod.operations.ports import Probes
from shishod.paths import display, join, json_path

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sought:
    """A path as it was found: its root and what is below, None for a path of no library, and what a look at it said."""

    root: Root | None
    below: bytes = b""
    looked: object = ""


class ExplainDesk:
    """Shared: by every face. `look` may touch a disk; `explain` asks the catalogue alone and waits for nothing else."""

    def __init__(self, roots: Callable[[], Sequence[Root]], probes: Probes) -> None:
        self._roots = roots
        self._probes = probes

    def look(self, path: bytes) -> Sought:
        """Find the root that a path lies in, through links too, and look at what is there. Raises Refused for a path
        that is none; may hang on a share that dies at this moment."""
        path, roots = _absolute(path), self._roots()
        place = lies_in(path, roots) or real_place(path, roots)
        if place is None:
            return Sought(None)
        return Sought(*place, self._probes.look(*place))

    def unseen(self, path: bytes, reason: str) -> Sought:
        """The same without a look, for the reason that there was none."""
        place = lies_in(_absolute(path), self._roots())
        return Sought(None) if place is None else Sought(*place, reason)

    def explain(self, path: bytes, sought: Sought) -> Row:
        """Every decision about a path with its reason. Raises Refused for a path that is none."""
        path = _absolute(path)
        if sought.root is None:
            said = "it lies in no library"
            return {**json_path(path), "library": None, "verdict": said, "hint": root_list(self._roots())}
        explanation = self._probes.explain(sought.root, sought.below, sought.looked)
        row = explanation_row(explanation)
        return {**json_path(join(sought.root.path, sought.below).rstrip(b"/") or b"/"), **row, **self._looks()}

    def _looks(self) -> Row:
        """When the next looks are due by the clock."""
        due: Mapping[str, datetime] = self._probes.schedule()
        return {"next_looks": {name: when.isoformat() for name, when in due.items()}}


def _absolute(path: bytes) -> bytes:
    if not path.startswith(b"/") or b"\0" in path:
        raise Refused(f"{display(path)} is not an absolute path")
    return os.path.normpath(b"/" + path.lstrip(b"/"))
