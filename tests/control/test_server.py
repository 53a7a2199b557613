"""The socket file, and the thread that answers on it."""

import grp
import os
import pwd
import shutil
import socket
import stat
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from shishod.control.client import Client
from shishod.control.server import ControlServer
from shishod.control.settings import ControlSettings
from shishod.errors import Refused, SettingsError, Unreachable
from tests.control.standin import Standin, serving, until


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_socket_is_for_its_owner_and_group_only(server: ControlServer, socket_path: Path):
    assert permissions(socket_path) == 0o660


def test_the_umask_of_the_process_is_left_alone(daemon: Standin, socket_path: Path):
    before = os.umask(0o022)
    try:
        with serving(daemon, socket_path):
            assert permissions(socket_path) == 0o660
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)


def test_the_mode_is_the_operators_to_choose(daemon: Standin, socket_path: Path):
    with serving(daemon, socket_path, ControlSettings(mode="0600")):
        assert permissions(socket_path) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files to any group")
def test_the_socket_belongs_to_the_group_of_the_settings(daemon: Standin, tmp_path: Path):
    group = next(one for one in grp.getgrall() if one.gr_gid != os.getegid())

    with serving(daemon, tmp_path / "run" / "s.sock", ControlSettings(group=group.gr_name)):
        assert (tmp_path / "run" / "s.sock").stat().st_gid == group.gr_gid
        assert (tmp_path / "run").stat().st_gid == group.gr_gid


def test_a_group_that_does_not_exist_changes_nothing(daemon: Standin, socket_path: Path):
    with serving(daemon, socket_path, ControlSettings(group="no-such-group")):
        assert socket_path.stat().st_gid == os.getegid()


def test_a_missing_folder_is_made_for_owner_and_group(daemon: Standin, tmp_path: Path):
    with serving(daemon, tmp_path / "run" / "shishod" / "s.sock"):
        assert permissions(tmp_path / "run" / "shishod") == 0o750


def test_a_folder_that_is_there_keeps_its_permissions(daemon: Standin, tmp_path: Path):
    (tmp_path / "mine").mkdir(mode=0o700)

    with serving(daemon, tmp_path / "mine" / "s.sock"):
        assert permissions(tmp_path / "mine") == 0o700


def test_a_socket_that_a_dead_daemon_left_is_replaced(daemon: Standin, socket_path: Path):
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(socket_path))
    left.listen()
    left.close()

    with serving(daemon, socket_path):
        assert Client(socket_path).get("/v1/health")["ok"]


def test_a_living_daemon_is_not_pushed_aside(daemon: Standin, server: ControlServer, socket_path: Path, client: Client):
    with pytest.raises(SettingsError, match="another daemon answers"):
        ControlServer(daemon.operations(), socket_path).start()

    assert client.get("/v1/health")["ok"]


def test_a_file_in_the_way_is_left_alone(daemon: Standin, socket_path: Path):
    socket_path.write_text("precious")

    with pytest.raises(SettingsError, match="not a socket"):
        ControlServer(daemon.operations(), socket_path).start()

    assert socket_path.read_text() == "precious"


def test_a_path_too_long_for_a_socket_is_refused_in_words(daemon: Standin, tmp_path: Path):
    with pytest.raises(SettingsError, match="longer than 107 bytes"):
        ControlServer(daemon.operations(), tmp_path / ("x" * 108)).start()


def test_a_stopped_server_takes_its_socket_with_it(daemon: Standin, socket_path: Path):
    with serving(daemon, socket_path):
        pass

    assert not socket_path.exists()
    with pytest.raises(Unreachable, match="systemctl status shishod"):
        Client(socket_path).get("/v1/health")


def test_a_socket_that_another_daemon_has_put_there_since_is_not_removed(daemon: Standin, socket_path: Path):
    with serving(daemon, socket_path):
        socket_path.unlink()
        socket_path.write_text("somebody else's")

    assert socket_path.read_text() == "somebody else's"


def test_a_socket_that_was_removed_is_bound_again_and_said_once(
    server: ControlServer, socket_path: Path, caplog: pytest.LogCaptureFixture
):
    mode = socket_path.stat().st_mode
    for _ in range(3):
        socket_path.unlink()
        server.tick()
        server.tick()

        assert Client(socket_path).get("/v1/health")["ok"]
        assert socket_path.stat().st_mode == mode
    assert caplog.text.count("the socket's file was removed; it is bound again") == 3


def test_who_is_connected_when_the_socket_is_removed_stays_connected(server: ControlServer, socket_path: Path):
    with socket.socket(socket.AF_UNIX) as follower:
        follower.settimeout(5)
        follower.connect(str(socket_path))
        follower.sendall(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert follower.recv(12) == b"HTTP/1.1 200"
        shutil.rmtree(socket_path.parent)
        server.tick()
        assert Client(socket_path).get("/v1/health")["ok"]

        follower.sendall(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert follower.recv(65536)


def test_a_place_that_somebody_else_has_taken_is_left_to_them_and_said_once(
    server: ControlServer, socket_path: Path, caplog: pytest.LogCaptureFixture
):
    socket_path.unlink()
    socket_path.write_text("somebody else's")
    for _ in range(3):
        server.tick()

    assert socket_path.read_text() == "somebody else's"
    assert caplog.text.count("cannot be bound again") == 1
    socket_path.unlink()
    server.tick()
    assert Client(socket_path).get("/v1/health")["ok"]


def test_a_stopped_server_does_not_bind_again(daemon: Standin, socket_path: Path):
    with serving(daemon, socket_path) as server:
        pass

    server.tick()

    assert not socket_path.exists()


def test_a_server_can_be_started_again(daemon: Standin, socket_path: Path):
    server = ControlServer(daemon.operations(), socket_path)
    for _ in range(2):
        server.start()
        assert Client(socket_path).get("/v1/health")["ok"]
        assert server.stop()


def test_stop_is_quick_with_followers_connected(daemon: Standin, socket_path: Path):
    with serving(daemon, socket_path) as server:
        client = Client(socket_path)
        scan = client.post("/v1/scans")
        followers = [client.events(f"/v1/scans/{scan['id']}/events") for _ in range(5)]
        followers += [client.events("/v1/status/events") for _ in range(5)]
        for follower in followers:
            next(follower)

        started = time.monotonic()
        assert server.stop()
        took = time.monotonic() - started

    assert took < 1.0
    assert all(list(follower) == [] for follower in followers)


def test_stop_does_not_wait_for_a_call_that_hangs(daemon: Standin, socket_path: Path):
    release, entered = threading.Event(), threading.Event()

    def hang() -> None:
        entered.set()
        release.wait(30)

    daemon.on_books = hang
    with serving(daemon, socket_path) as server:
        outcome: list[Exception] = []
        caller = threading.Thread(target=lambda: outcome.append(raised(lambda: Client(socket_path).get("/v1/books"))))
        caller.start()
        assert entered.wait(5)

        started = time.monotonic()
        assert server.stop()
        took = time.monotonic() - started

    release.set()
    caller.join(5)
    assert took < 1.0
    assert isinstance(outcome[0], Unreachable | Refused)


def raised(call) -> Exception:
    with pytest.raises((Unreachable, Refused)) as caught:
        call()
    return caught.value


def test_the_beat_goes_on_while_calls_hang(daemon: Standin, server: ControlServer, client: Client):
    release = threading.Event()
    daemon.on_books = lambda: release.wait(30) and None
    callers = [threading.Thread(target=lambda: client.get("/v1/books")) for _ in range(8)]
    for caller in callers:
        caller.start()
    first = server.last_beat_s()

    until(lambda: server.last_beat_s() > first)

    assert client.get("/v1/health")["ok"]
    release.set()
    for caller in callers:
        caller.join(5)


def test_scans_asked_of_a_dead_share_take_no_place_from_other_calls(daemon: Standin, client: Client, books: Path):
    release = threading.Event()
    entered = threading.Semaphore(0)

    def hang(*_: object, **__: object) -> None:
        entered.release()
        release.wait(30)

    daemon.request = hang  # type: ignore[assignment,method-assign]
    callers = [threading.Thread(target=lambda: raised(lambda: client.post("/v1/scans"))) for _ in range(2)]
    for caller in callers:
        caller.start()
    assert all(entered.acquire(timeout=5) for _ in callers)

    started = time.monotonic()
    for _ in range(20):
        assert client.get("/v1/status")["roots"][0]["path"] == str(books)
    took = time.monotonic() - started

    release.set()
    for caller in callers:
        caller.join(10)
    assert took < 2.0


def test_it_is_alive_from_start_to_stop(daemon: Standin, socket_path: Path):
    server = ControlServer(daemon.operations(), socket_path)
    before = server.alive()
    server.start()
    during = server.alive()
    server.stop()

    assert (before, during, server.alive()) == (False, True, False)


def test_a_socket_from_systemd_is_used_and_left_in_place(tmp_path: Path):
    program = """
import os, socket, sys
from pathlib import Path
from tests.control.standin import Standin, serving
from shishod.control.client import Client
path = Path(sys.argv[1])
os.environ["LISTEN_PID"] = str(os.getpid())
with serving(Standin(), path.with_name("unused.sock")):
    assert Client(path).get("/v1/health")["ok"]
    assert not path.with_name("unused.sock").exists()
    assert "LISTEN_FDS" not in os.environ
assert path.exists()
"""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "a.sock"))
    listener.listen()
    launch = (
        f"import os, sys; os.dup2({listener.fileno()}, 3); os.set_inheritable(3, True); "
        "os.execv(sys.executable, [sys.executable, '-c', *sys.argv[1:]])"
    )

    ran = subprocess.run(
        [sys.executable, "-c", launch, program, str(tmp_path / "a.sock")],
        check=False,
        pass_fds=[listener.fileno()],
        env=os.environ | {"LISTEN_FDS": "1", "PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert ran.returncode == 0, ran.stderr


def test_whoever_asks_is_named_where_it_holds_up_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory on the network may take its time to answer."""
    asked_by, named = list[str](), pwd.getpwuid

    def getpwuid(uid: int) -> pwd.struct_passwd:
        asked_by.append(threading.current_thread().name)
        return named(uid)

    monkeypatch.setattr(pwd, "getpwuid", getpwuid)
    with serving(Standin(), tmp_path / "s.sock"), suppress(Refused):
        control = {thread.name for thread in threading.enumerate()}
        assert "control" in control
        Client(tmp_path / "s.sock").post("/v1/pause", {})

    assert asked_by
    assert "control" not in asked_by
