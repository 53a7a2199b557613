"""The shipped unit in a real systemd: what an administrator would see."""

import json
import os
import re
import time
from pathlib import Path

import pytest

from shishod.work.runners import landlock
from tests.samples import an_epub
from tests.system.conftest import UNIT, Service
from tests.waiting import wait_until

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

EXPOSURE = 1.1  # what a daemon that may speak https to anywhere cannot go below


def test_the_unit_says_nothing_that_systemd_does_not_understand(service: Service) -> None:
    said = service.box.run("systemd-analyze", "verify", "--man=no", f"/usr/lib/systemd/system/{UNIT}", check=False)

    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_the_sandbox_is_as_tight_as_it_can_be(service: Service) -> None:
    assert service.box.exposure(UNIT) <= EXPOSURE


def test_start_returns_when_the_socket_answers(service: Service) -> None:
    service.box.systemctl("start", UNIT)

    assert service.answers()
    assert service.show("ActiveState") == "active"


def test_a_daemon_that_cannot_answer_is_never_ready(service: Service) -> None:
    service.configure("control: {socket: /etc/not-writable/s.sock}\n")

    assert service.box.systemctl("start", UNIT, check=False).returncode != 0
    assert service.show("ActiveState") == "failed"
    assert "/etc/not-writable" in service.box.journal(UNIT)


def test_a_refused_configuration_is_told_in_the_journal_and_not_tried_again(service: Service) -> None:
    service.configure("log: {level: loud}\n")

    service.box.systemctl("start", UNIT, check=False)

    assert service.show("ExecMainStatus") == "78"
    assert (service.show("ActiveState"), service.show("NRestarts")) == ("failed", "0")
    assert "/etc/shishod/config.yaml:1: log.level: should be" in service.box.journal(UNIT)


def test_the_status_line_shows_roots_watches_and_the_last_scan(service: Service) -> None:
    service.box.systemctl("start", UNIT)

    said = wait_until(
        lambda: re.search(r"1 roots?\b.*\b1 folders? watched.*last scan .*completed", service.show("StatusText")),
        20,
        "the status line is whole",
    )
    assert said


def test_a_book_that_is_dropped_is_read_inside_the_sandbox(service: Service) -> None:
    service.box.systemctl("start", UNIT)
    an_epub(service.box.root / "srv/books/dropped.epub", title="The Dispossessed")

    wait_until(lambda: "The Dispossessed" in service.ask("books"), 30, "the book is in the catalogue")


def test_the_journal_finds_by_their_fields_what_is_said_of_a_root_a_file_and_a_scan(service: Service) -> None:
    broken = service.box.root / "srv/books/broken.epub"
    broken.write_bytes(b"PK\3\4 and no more")
    os.utime(broken, (1e9, 1e9))
    service.box.systemctl("start", UNIT)
    wait_until(lambda: "completed" in service.show("StatusText"), 20, "the first scan has ended")

    (told,) = found(service, "SHISHOD_PATH=/srv/books/broken.epub")

    assert (told["PRIORITY"], told["_SYSTEMD_UNIT"], told["_TRANSPORT"]) == ("4", UNIT, "journal")
    assert (told["SHISHOD_LIBRARY"], told["SHISHOD_ROOT"]) == ("Books", "/srv/books")
    assert told["MESSAGE"].startswith("a file could not be read  library=Books root=/srv/books scan=")
    sentences = [one["MESSAGE"].split("  ")[0] for one in found(service, f"SHISHOD_SCAN={told['SHISHOD_SCAN']}")]
    assert sentences == ["scan started", "a file could not be read", "scan ended"]
    assert found(service, "SHISHOD_ROOT=/srv/books", "--priority=err") == []


def found(service: Service, *words: str) -> list[dict[str, str]]:
    """The entries of the journal since the unit was started last, as they are."""
    since = f"_SYSTEMD_INVOCATION_ID={service.show('InvocationID')}"
    said = service.box.run("journalctl", "--output=json", "--no-pager", since, *words).stdout
    return [json.loads(line) for line in said.splitlines()]


def test_reading_processes_confine_themselves_further_inside_the_sandbox(service: Service) -> None:
    service.box.systemctl("start", UNIT)

    wanted = [f"landlock {landlock.version()}"] * bool(landlock.version()) + ["seccomp"]
    wait_until(lambda: f"sandbox    {', '.join(wanted)}\n" in service.ask("status", check=False), 30)


def test_who_asks_beside_the_service_is_told_of_the_service_and_of_no_catalogue_of_his_own(service: Service) -> None:
    box = service.box
    service.configure("libraries: {Books: {kind: ebooks, paths: [/srv/books]}}\n")
    an_epub(box.root / "srv/books/kept.epub", title="Four Ways to Forgiveness")
    box.systemctl("start", UNIT)
    wait_until(lambda: "Four Ways" in service.ask("books"), 30, "the book is in the catalogue")

    told = box.run("shishod", "check-config").stdout
    assert "catalogue  /var/lib/shishod\n" in told and "socket     /run/shishod/shishod.sock\n" in told
    assert box.run("shishod", "doctor", check=False).stdout == "nothing is wrong\n"
    stranger = box.run("setpriv", "--reuid=nobody", "--clear-groups", "shishod", "doctor", check=False).stdout
    assert "it belongs to the service" in stranger and "> sudo shishod doctor\n1 error\n" in stranger
    copy = json.loads(service.ask("backup", "--json"))["path"]
    service.ask("set", "1", "title=Mistaken")
    box.systemctl("stop", UNIT)
    assert box.run("shishod", "doctor", check=False).stdout == "nothing is wrong\n"
    assert "no daemon answers at /run/shishod/shishod.sock" in box.run("shishoctl", "status", check=False).stderr
    box.run("shishod", "restore", copy)
    box.systemctl("start", UNIT)

    assert "Four Ways" in service.ask("books")
    assert box.run("sh", "-c", "ls ~/.local", check=False).returncode != 0, "nothing was made elsewhere"


def test_reload_applies_a_good_configuration_and_refuses_a_bad_one(service: Service) -> None:
    service.box.systemctl("start", UNIT)
    before = service.show("MainPID")

    service.configure("libraries: {Books: {paths: [/srv/books]}}\nlog: {level: debug}\n")
    service.box.systemctl("reload", UNIT)
    assert service.show("ActiveState") == "active"

    service.configure("log: {level: loud}\n")
    assert service.box.systemctl("reload", UNIT, check=False).returncode != 0
    assert service.answers()
    assert service.show("MainPID") == before


@pytest.mark.parametrize(("name", "freeze"), [("the event loop", "SIGUSR1"), ("the supervisor", "SIGUSR2")])
def test_what_freezes_is_killed_by_the_watchdog_and_started_again(service: Service, name: str, freeze: str) -> None:
    service.drop_in("[Service]\nWatchdogSec=3\nRestartSec=0\n")
    service.box.systemctl("start", UNIT)
    before = service.show("MainPID")

    service.signal(freeze)

    wait_until(lambda: service.show("NRestarts") == "1", 40, f"{name} froze and the daemon is started again")
    wait_until(service.answers, 20)
    assert service.show("MainPID") != before
    journal = service.box.journal(UNIT)
    assert "Watchdog timeout" in journal
    assert "most recent call first" in journal, "every thread's place is in the journal"


def test_an_idle_daemon_is_left_alone_by_an_impatient_watchdog(service: Service) -> None:
    service.drop_in("[Service]\nWatchdogSec=3\n")
    service.box.systemctl("start", UNIT)
    began = time.monotonic()

    wait_until(lambda: time.monotonic() - began > 8, 20)

    assert (service.show("NRestarts"), service.show("ActiveState")) == ("0", "active")


def test_a_killed_daemon_is_started_again(service: Service) -> None:
    service.box.systemctl("start", UNIT)
    service.signal("SIGKILL")

    wait_until(lambda: service.show("NRestarts") == "1", 20)
    wait_until(service.answers, 20)


def test_stop_in_the_middle_of_a_scan_takes_less_than_five_seconds(service: Service, tmp_path: Path) -> None:
    template = an_epub(tmp_path / "template.epub", title="One of many").read_bytes()
    for number in range(12_000):  # some ten seconds of work
        folder = service.box.root / f"srv/books/{number % 100}"
        folder.mkdir(exist_ok=True)
        (folder / f"{number}.epub").write_bytes(template)
    service.box.systemctl("start", UNIT)
    wait_until(lambda: re.search(r"scan running: [1-9]", service.show("StatusText")), 30, "the scan is going on")

    began = time.monotonic()
    service.box.systemctl("stop", UNIT)

    assert time.monotonic() - began < 5
    assert (service.show("Result"), service.show("ActiveState")) == ("success", "inactive")


def test_a_stopped_file_server_makes_its_root_stalled_and_nothing_more(service: Service) -> None:
    service.drop_in("[Service]\nWatchdogSec=6\n")
    service.configure(
        """
        libraries:
          Local: {paths: [/srv/books]}
          Share: {paths: [/mnt/share]}
        scan: {stall_after: 2s, settle_network: 1s}
        """
    )
    box = service.box
    box.run("mkdir", "-p", "/mnt/share", "/srv/behind")
    an_epub(box.root / "srv/behind/far.epub", title="Far away")
    box.run("bindfs", "-o", "allow_other", "/srv/behind", "/mnt/share")
    try:
        box.systemctl("start", UNIT)
        wait_until(lambda: "Far away" in service.ask("books"), 30, "the share is catalogued")
        box.run("pkill", "-STOP", "bindfs")

        box.run("shishoctl", "scan", "--full", check=False)

        wait_until(lambda: "stalled" in service.show("StatusText"), 60, "the root is stalled")
        an_epub(box.root / "srv/books/near.epub", title="Near by")
        wait_until(lambda: "Near by" in service.ask("books"), 30, "the other root goes on")
        began = time.monotonic()
        wait_until(lambda: time.monotonic() - began > 12, 20)
        assert (service.show("NRestarts"), service.show("ActiveState")) == ("0", "active")
        stopped = time.monotonic()
        box.systemctl("stop", UNIT)
        assert time.monotonic() - stopped < 5
    finally:
        box.run("pkill", "-CONT", "bindfs", check=False)
        box.run("umount", "--lazy", "/mnt/share", check=False)
