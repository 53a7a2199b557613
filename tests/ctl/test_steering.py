"""shishoctl says how many work, and whether anybody does."""

import json
import os
import pwd
from dataclasses import dataclass, field
from typing import Any

import pytest

from shishod.errors import Refused
from tests.control.standin import Standin
from tests.ctl.conftest import Shishoctl


@dataclass
class Wheel:
    """Does as it is told, and remembers it."""

    now: dict[str, Any] = field(
        default_factory=lambda: {
            "level": "normal",
            "level_reason": "",
            "workers": 4,
            "fixed": False,
            "reason": "as many as usual",
            "paused": "",
            "paused_by": "",
            "paused_since": None,
            "paused_for_s": None,
        }
    )

    def report(self) -> dict[str, Any]:
        return dict(self.now)

    def set_workers(self, count: int | None) -> dict[str, Any]:
        if count == 999:
            raise Refused("999 workers cannot be: it is 1 to 256, or auto")
        self.now |= {"workers": count or 4, "fixed": count is not None, "reason": "the operator says so"}
        return self.report()

    def pause(self, for_s: float | None = None, by: str = "") -> dict[str, Any]:
        self.now |= {"paused": "the operator has paused all work", "paused_for_s": for_s}
        self.now |= {"paused_by": by, "paused_since": "2026-05-01T12:00:00+00:00"}
        return self.report()

    def resume(self) -> dict[str, Any]:
        if not self.now["paused"]:
            raise Refused("nothing is paused")
        self.now |= {"paused": "", "paused_by": "", "paused_since": None, "paused_for_s": None}
        return self.report()


@pytest.fixture
def daemon(daemon: Standin) -> Standin:
    daemon.steering = Wheel()
    return daemon


def test_so_many_workers_are_set_and_left_to_the_load_again(shishoctl: Shishoctl, daemon: Standin) -> None:
    said = shishoctl("set-workers", "8")
    assert (said.code, said.out) == (0, "8 workers: the operator says so\n")
    assert daemon.steering.report()["fixed"]

    shishoctl("set-workers", "auto")
    assert not daemon.steering.report()["fixed"]


@pytest.mark.parametrize("count", ["0", "-1", "many", "1.5", "²"])
def test_what_is_no_number_of_workers_is_wrong_usage(shishoctl: Shishoctl, count: str) -> None:
    assert shishoctl("set-workers", "--", count).code == 64


def test_a_number_that_the_daemon_refuses_is_told_as_it_says(shishoctl: Shishoctl) -> None:
    said = shishoctl("set-workers", "999")

    assert said.code == 1
    assert "1 to 256" in said.err


def test_work_is_paused_told_in_the_status_and_resumed(shishoctl: Shishoctl) -> None:
    assert "until `shishoctl resume`" in shishoctl("pause").out
    status = shishoctl("status").out
    assert "the operator has paused all work" in status
    assert "PAUSED" in status

    assert shishoctl("resume").out == "work goes on\n"
    assert "PAUSED" not in shishoctl("status").out


def test_a_pause_is_told_with_who_asked_for_it_and_what_ends_it(shishoctl: Shishoctl) -> None:
    shishoctl("pause", "--for", "90m")
    me = pwd.getpwuid(os.geteuid()).pw_name

    status = shishoctl("status").out

    assert f"the operator has paused all work ({me}), since 2026-05-01" in status
    assert "for 1 h 30 min more; `shishoctl resume` ends that" in status


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_who_asks_for_a_scan_meanwhile_hears_that_nothing_is_read(shishoctl: Shishoctl, more: list[str]) -> None:
    assert shishoctl("scan", *more).err == ""
    shishoctl("pause")

    said = shishoctl("scan", *more)

    assert said.code == 0
    assert said.err.startswith("nothing is read now: the operator has paused all work")
    assert "`shishoctl resume`" in said.err


def test_a_pause_may_end_by_itself(shishoctl: Shishoctl, daemon: Standin) -> None:
    assert "paused for 1 h 30 min" in shishoctl("pause", "--for", "90m").out
    assert daemon.steering.report()["paused_for_s"] == 5400


def test_a_time_without_its_unit_is_refused_with_an_example(shishoctl: Shishoctl) -> None:
    said = shishoctl("pause", "--for", "90")

    assert said.code == 1
    assert '"30s"' in said.err


def test_resuming_what_is_not_paused_fails(shishoctl: Shishoctl) -> None:
    assert shishoctl("resume").code == 1


def test_the_load_and_its_reason_are_told(shishoctl: Shishoctl, daemon: Standin) -> None:
    assert isinstance(daemon.steering, Wheel)
    daemon.steering.now |= {"level": "elevated", "level_reason": "other programs use 95 % of the processors"}

    assert "elevated: other programs use 95 % of the processors; 4 workers" in shishoctl("status").out
    assert json.loads(shishoctl("status", "--json").out)["load"]["level"] == "elevated"
