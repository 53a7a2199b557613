"""The shapes of answers that scripts rely on, for the OpenAPI document; a test compares them with what is answered.

Within /v1 fields may be added to any of them, and none is taken away.
"""

from typing import Literal

from pydantic import AwareDatetime, BaseModel

from shishod.model.library import RootState
from shishod.model.progress import ScanStatus


class Watch(BaseModel):
    """How changes of a root are noticed; `remedy` is what helps where that is not in full."""

    mode: Literal["events", "degraded", "poll", "off", "arming"]
    armed: int
    needed: int | None
    poll_s: float | None
    reason: str
    remedy: str
    overflows: int


class RootShape(BaseModel):
    """A folder of a library; `path_b64` stands beside `path` where that is not UTF-8."""

    id: int
    library: str
    path: str
    path_b64: str | None = None
    state: RootState
    reason: str
    files: int
    watch: Watch


class ScanShape(BaseModel):
    """A scan as it stands; processed = succeeded + failed + skipped, always, and `total` grows until `discovered`."""

    id: str
    tier: str
    status: ScanStatus
    trigger: str
    scope: list[str]
    requested_at: AwareDatetime
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    discovered: bool
    total: int
    processed: int
    succeeded: int
    failed: int
    skipped: int
    unchanged: int
    missing: int
    moved: int
    books_new: int
    books_changed: int
    problems: int
    current: str
    reason: str


class Scans(BaseModel):
    """The scans that have not ended."""

    active: list[ScanShape]


class Catalogue(BaseModel):
    """Whether it answers and all is recorded, and why not."""

    ok: bool
    reason: str


class Worker(BaseModel):
    """A worker with something in hand, and for how many seconds."""

    worker: str
    doing: str
    since_s: float


class Status(BaseModel):
    """What `shishoctl status --json` prints: `ok` and `sentence` answer whether it is fine, the rest says more."""

    ok: bool
    severity: Literal["ok", "warning", "critical"]
    sentence: str
    version: str
    pid: int
    started_at: AwareDatetime
    uptime_s: float
    loops: dict[str, bool]
    catalogue: Catalogue
    roots: list[RootShape]
    scan: Scans
    last_scans: list[ScanShape]
    queue: dict[str, int]
    later: dict[str, int]
    workers: list[Worker]
    next_runs: dict[str, AwareDatetime]
    problems: int


class Fault(BaseModel):
    """`kind` is for programs, `text` and `hint` are for people."""

    kind: str
    text: str
    hint: str


class Problem(BaseModel):
    """The one form of every error."""

    error: Fault
