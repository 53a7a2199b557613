"""A daemon that dies by SIGKILL at a step that is named: `python -m tests.journeys.faulty STEP COUNT run ...`.

The steps are found by the name of what is called there; the program itself knows nothing of them.
"""

import functools
import importlib
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, NamedTuple


class Step(NamedTuple):
    """Before or after a call of a function; `inside` names a class, "" a function of the module."""

    module: str
    inside: str
    function: str
    after: bool


STEPS: dict[str, Step] = {
    "start, before what was in hand is taken back": Step("shishod.store.claims", "Claiming", "reclaim", False),
    "start, after it": Step("shishod.store.claims", "Claiming", "reclaim", True),
    "schedule, before a scan is written down": Step("shishod.store.history", "History", "write_scan", False),
    "schedule, after it": Step("shishod.store.history", "History", "write_scan", True),
    "walk, before a folder is planned": Step("shishod.scan.survey", "Survey", "_plan", False),
    "claim, before": Step("shishod.store.claims", "Claiming", "claim", False),
    "claim, after": Step("shishod.store.claims", "Claiming", "claim", True),
    "intake, before the files are read": Step("shishod.scan.intake", "Intake", "_inspect", False),
    "intake, after it": Step("shishod.scan.intake", "Intake", "_inspect", True),
    "intake, before it is recorded": Step("shishod.scan.intake", "Intake", "_record", False),
    "commit, before": Step("shishod.store.saving", "Saving", "save", False),
    "commit, between its statements": Step("shishod.store.saving", "", "_save_files", True),
    "commit, before the relations": Step("shishod.store.saving", "", "relate", False),
    "commit, after": Step("shishod.store.saving", "Saving", "save", True),
    "intake, before its ticket is finished": Step("shishod.scan.intake", "Intake", "_report", False),
    "reconcile, before a loss is weighed": Step("shishod.scan.reconcile", "Reconciler", "lost", False),
    "reconcile, before it is noted": Step("shishod.store.memory", "Memory", "lose", False),
    "reconcile, between its statements": Step("shishod.store.memory", "", "_marked", True),
    "reconcile, after": Step("shishod.store.memory", "Memory", "lose", True),
    "sign, before": Step("shishod.store.memory", "Memory", "sign", False),
    "sign, after": Step("shishod.store.memory", "Memory", "sign", True),
}


def arm(step: Step, count: int) -> None:
    """Have this process killed at the `count`-th call."""
    module = importlib.import_module(step.module)
    place: Any = getattr(module, step.inside) if step.inside else module
    real: Callable[..., Any] = getattr(place, step.function)
    calls = iter(range(count - 1, -1, -1))

    @functools.wraps(real)
    def fatal(*given: Any, **named: Any) -> Any:
        left = next(calls, -1)
        if left == 0 and not step.after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = real(*given, **named)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(place, step.function, fatal)


if __name__ == "__main__":
    arm(STEPS[sys.argv[1]], int(sys.argv[2]))
    from shishod.daemon.main import main

    main(sys.argv[3:])
