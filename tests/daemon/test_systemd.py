"""What systemd hears of us, on a real socket."""

import os
import socket
from pathlib import Path
from typing import Any

import pytest

from shishod.daemon.reload import Reload
from shishod.daemon.systemd import Notifier
from shishod.errors import SettingsError


def test_a_status_in_any_script_arrives(systemd: Any) -> None:
    Notifier().status("watching Книги, 図書")

    systemd.heard(1)
    assert systemd.last_status() == "watching Книги, 図書"


def test_a_status_cannot_pass_for_another_word_to_systemd(systemd: Any) -> None:
    Notifier().status("scanning a\nMAINPID=1\udce9")

    assert systemd.heard(1) == ["STATUS=scanning a\\nMAINPID=1\\udce9"]


def test_no_child_can_speak_for_us(systemd: Any) -> None:
    notifier = Notifier()

    assert not {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} & set(os.environ)
    notifier.ready()
    assert systemd.heard(1) == ["READY=1"]


def test_the_watchdog_s_patience_is_read(systemd: Any) -> None:
    assert Notifier().watchdog_s == 9.0


def test_a_watchdog_that_watches_another_process_is_none_of_ours(systemd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_PID", "1")

    assert Notifier().watchdog_s is None


def test_where_nobody_listens_nothing_is_said_and_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    notifier = Notifier()

    notifier.ready("up")
    notifier.watchdog()
    notifier.stopping()

    assert notifier.watchdog_s is None


def test_a_reload_is_announced_with_its_moment_and_its_end(systemd: Any) -> None:
    answer = Reload(lambda: {"applied": ["log"]}, Notifier())()

    began, ended = systemd.heard(2)
    assert began.startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert int(began.rpartition("=")[2]) > 0
    assert ended == "READY=1"
    assert answer == {"applied": ["log"]}


def test_a_refused_reload_ends_for_systemd_too(systemd: Any) -> None:
    def refuse() -> dict[str, Any]:
        raise SettingsError("no")

    with pytest.raises(SettingsError):
        Reload(refuse, Notifier())()

    assert systemd.heard(2)[-1] == "READY=1"


def test_more_time_is_asked_for_in_microseconds(systemd: Any) -> None:
    Notifier().extend_timeout(1.5)

    assert systemd.heard(1) == ["EXTEND_TIMEOUT_USEC=1500000"]


def test_a_systemd_that_does_not_read_does_not_stop_us_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "deaf"))
        monkeypatch.setattr("shishod.daemon.systemd.PATIENCE_S", 0.001)
        notifier = Notifier()

        for _ in range(200):
            notifier.watchdog()
