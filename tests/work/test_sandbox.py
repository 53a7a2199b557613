"""A parser that a file has taken over reads the libraries and touches nothing else; one file pays for it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shishod.work.runners import Failed, landlock, seccomp
from shishod.work.runners.ground import Ground, Sandbox, Standing, place_of
from shishod.work.runners.processes import ProcessRunner
from tests.contracts.deeds import deed
from tests.hearing import capture_logs
from tests.nobody import NOBODY
from tests.waiting import wait_until
from tests.work.crimes import crime
from tests.work.test_processes import is_gone

ROOT = Path(__file__).resolve().parents[2]
PRELOAD = ["tests.work.crimes", "tests.contracts.deeds"]

needs_landlock = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "book").write_bytes(b"a book")
    return folder


@pytest.fixture
def make(library: Path) -> Iterator[Callable[..., ProcessRunner]]:
    made: list[ProcessRunner] = []

    def make(ground: Ground | None = None, **rest: object) -> ProcessRunner:
        ground = ground or Ground([os.fsencode(library)])
        made.append(ProcessRunner(1, ground=ground, preload=PRELOAD, **rest))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for runner in made:
        runner.close()


def refused(outcome: object, *words: str) -> bool:
    """Whether the kernel said no, in one of the words it has for that."""
    return isinstance(outcome, Failed) and any(word in outcome.text for word in words or ("not permitted", "denied"))


def test_the_library_is_read_and_python_goes_on_working(make: Callable[..., ProcessRunner], library: Path) -> None:
    runner = make()

    told = runner.run(
        crime, [("read", f"{library}/book"), ("list", f"{library}"), ("spell",), ("run a program",), ("make a pair",)]
    )

    assert told == [b"a book", ["book"], 0, 0, 2]


@pytest.mark.parametrize(
    "what",
    [
        "overwrite",
        "remove",
        "truncate",
        "change its mode",
        "change its times",
        "create",
        "make a folder",
        "rename",
        "link",
    ],
)
def test_nothing_in_the_library_is_changed(make: Callable[..., ProcessRunner], library: Path, what: str) -> None:
    book, before = library / "book", (library / "book").stat()
    words = {"create": [f"{library}/new"], "make a folder": [f"{library}/new"]}.get(what, [str(book)])
    words += [f"{library}/other"] if what in ("rename", "link") else []

    told = make().run(crime, [("read", str(book)), (what, *words), ("read", str(book))])

    assert refused(told[1])
    assert (told[0], told[2]) == (b"a book", b"a book")
    after = book.stat()
    assert (after.st_mtime_ns, after.st_ctime_ns, after.st_mode) == (
        before.st_mtime_ns,
        before.st_ctime_ns,
        before.st_mode,
    )
    assert sorted(os.listdir(library)) == ["book"]


@needs_landlock
def test_nothing_outside_is_read_or_written(make: Callable[..., ProcessRunner], library: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"a password")
    (library / "way out").symlink_to(secret)

    told = make().run(
        crime,
        [
            ("read", str(secret)),
            ("read", f"{library}/way out"),
            ("read", "/etc/shadow"),
            ("list", str(tmp_path)),
            ("create", f"{tmp_path}/new"),
            ("overwrite", str(secret)),
            ("read", f"{library}/book"),
        ],
    )

    assert all(refused(one) for one in told[:-1]), told
    assert told[-1] == b"a book"
    assert secret.read_bytes() == b"a password"


def test_no_network_is_reached(make: Callable[..., ProcessRunner]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = str(server.getsockname()[1])

        told = make().run(crime, [("connect", port), ("connect by a program", port), ("spell",)])

        assert refused(told[0])
        assert told[1:] == [1, 0]
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.skipif(landlock.version() < 6, reason="this kernel's Landlock knows nothing of signals")
def test_no_other_process_is_ended(make: Callable[..., ProcessRunner]) -> None:
    with subprocess.Popen(["sleep", "60"]) as victim:
        told = make().run(crime, [("kill", str(victim.pid)), ("kill", str(os.getpid())), ("spell",)])

        assert victim.poll() is None
        victim.kill()
    assert refused(told[0])
    assert refused(told[1])
    assert told[2] == 0


def test_descriptors_memory_and_disk_run_out_for_one_thing_only(
    make: Callable[..., ProcessRunner], library: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "covers"
    cache.mkdir()
    runner = make(writable=[os.fsencode(cache)])

    told = runner.run(crime, [("hoard", f"{library}/book"), ("fill", str(cache)), ("create", f"{cache}/cover")])

    assert refused(told[0], "Too many open files")
    assert refused(told[1], "File too large")
    assert told[2] == 4
    assert (cache / "large").stat().st_size <= 64 * 2**20
    assert [one.reason if isinstance(one, Failed) else one for one in runner.run(deed, ["a", "eat", "b"])] == [
        "A",
        "memory",
        "B",
    ]


def test_who_may_write_writes_there_and_nowhere_else(
    make: Callable[..., ProcessRunner], library: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "covers"
    cache.mkdir()

    told = make(writable=[os.fsencode(cache)]).run(
        crime,
        [
            ("make a folder", f"{cache}/ab"),
            ("create", f"{cache}/ab/cover"),
            ("rename", f"{cache}/ab/cover", f"{cache}/cover"),
            ("remove", f"{cache}/cover"),
            ("change its times", f"{library}/book"),
            *([("create", f"{library}/new"), ("create", f"{tmp_path}/new")] if landlock.version() else []),
        ],
    )

    assert told[:4] == [None, 4, None, None]
    assert all(refused(one) for one in told[4:])


FORKING = f"""
import os, signal, sys
sys.path[:0] = [{str(ROOT)!r}]
from shishod.work.runners.confined import Limits, keep_within
from tests.work.crimes import crime
os.setpgid(0, 0)
if os.getuid() == 0:
    os.setgid({NOBODY})
    os.setuid({NOBODY})
keep_within(Limits(0, children=20))
print(crime(("multiply",)), flush=True)
os.killpg(0, signal.SIGKILL)
"""


def test_a_fork_bomb_goes_out() -> None:
    ran = subprocess.run([sys.executable, "-c", FORKING], capture_output=True, text=True, timeout=60, check=False)

    assert ran.returncode == -signal.SIGKILL, ran.stderr
    assert 1 <= int(ran.stdout) <= 20


def test_what_a_thing_has_started_is_ended_with_it(make: Callable[..., ProcessRunner]) -> None:
    runner = make(limit_s=1.0)
    (pid,) = runner.run(crime, [("be",)])

    (told,) = runner.run(crime, [("multiply and hang",)])

    assert isinstance(told, Failed)
    assert told.reason == "timeout"
    wait_until(lambda: not _group(int(str(pid))))


def _group(leader: int) -> list[int]:
    """The living processes of a group."""
    listed = subprocess.run(["ps", "-eo", "pid=,pgid="], capture_output=True, text=True, check=True).stdout
    rows = [tuple(map(int, line.split())) for line in listed.splitlines()]
    return [pid for pid, group in rows if group == leader and not is_gone(pid)]


def test_a_program_that_is_left_behind_has_no_more_processor_time_than_a_file(
    make: Callable[..., ProcessRunner],
) -> None:
    (pid,) = make(limit_s=1.0).run(crime, [("burn in a child", "")])

    assert isinstance(pid, int)
    wait_until(lambda: is_gone(pid), 30)


class TestGround:
    """Rights belong to folders, not to their names."""

    @needs_landlock
    def test_a_folder_that_takes_the_place_of_another_is_read_once_it_is_admitted(
        self, make: Callable[..., ProcessRunner], library: Path
    ) -> None:
        name = os.fsencode(library)
        ground = Ground([name])
        runner = make(ground)
        assert runner.run(crime, [("read", f"{library}/book")]) == [b"a book"]
        library.rename(library.with_name("old"))
        library.mkdir()
        (library / "book").write_bytes(b"another")

        assert refused(runner.run(crime, [("read", f"{library}/book")])[0])
        place = place_of(name)
        assert place is not None
        ground.stand(name, place)

        assert runner.run(crime, [("read", f"{library}/book")]) == [b"another"]

    @needs_landlock
    def test_a_folder_that_is_left_is_not_read_by_processes_that_start_later(
        self, make: Callable[..., ProcessRunner], library: Path, tmp_path: Path
    ) -> None:
        ground = Ground([os.fsencode(library)])
        ground.leave(os.fsencode(library))

        assert refused(make(ground).run(crime, [("read", f"{library}/book")])[0])

    @needs_landlock
    def test_a_disk_that_is_mounted_again_under_its_old_numbers_is_read_by_another_process(
        self, make: Callable[..., ProcessRunner], library: Path
    ) -> None:
        name = os.fsencode(library)
        ground = Ground([name])
        runner = make(ground)
        place = place_of(name)
        assert place is not None
        ground.stand(name, place)
        before = runner.run(crime, [("be",)])

        ground.shake()

        assert runner.run(crime, [("be",)]) != before

    @needs_landlock
    def test_a_cache_that_is_removed_and_made_again_is_written_into(
        self, make: Callable[..., ProcessRunner], tmp_path: Path
    ) -> None:
        cache = tmp_path / "covers"
        cache.mkdir()
        runner = make(writable=[os.fsencode(cache)])
        assert runner.run(crime, [("create", f"{cache}/one")]) == [4]
        (cache / "one").unlink()
        cache.rmdir()
        cache.mkdir()

        assert runner.run(crime, [("create", f"{cache}/two")]) == [4]

    def test_one_process_is_used_on_as_long_as_nothing_changes(
        self, make: Callable[..., ProcessRunner], library: Path
    ) -> None:
        name = os.fsencode(library)
        ground = Ground([name, b"/not/there"])
        runner = make(ground)
        pids = {str(runner.run(crime, [("be",)])) for _ in range(3)}
        place = place_of(name)
        assert place is not None

        ground.stand(name, place)
        pids |= {str(runner.run(crime, [("be",)])) for _ in range(3)}

        assert len(pids) == 1

    @needs_landlock
    def test_where_links_lead_anywhere_all_is_read_and_nothing_written(
        self, make: Callable[..., ProcessRunner], library: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "elsewhere").write_bytes(b"a book too")
        runner = make(Ground([os.fsencode(library)], reads_all=True))

        told = runner.run(crime, [("read", f"{tmp_path}/elsewhere"), ("create", f"{tmp_path}/new")])

        assert told[0] == b"a book too"
        assert refused(told[1])
        assert "of writing alone" in runner.confinement()

    def test_a_process_that_reads_anywhere_stands_on_any_ground(self) -> None:
        ground = Ground()
        ground.stand(b"/books", (1, 2))

        assert ground.carries(Standing())
        assert not ground.carries(Standing("landlock", {}, {}))
        assert not ground.carries(Standing("landlock", {b"/books": (1, 3)}, {}))
        assert ground.carries(Standing("landlock", {b"/books": (1, 2)}, {}))
        assert ground.sandbox((b"/covers",)) == Sandbox((b"/books",), (b"/covers",))


class TestWhatIsSaid:
    """The operator can see what holds the readers in."""

    def test_nothing_before_the_first_process_and_all_of_it_then(self, make: Callable[..., ProcessRunner]) -> None:
        runner = make()
        assert runner.confinement() == "not in use yet"

        runner.warm()

        wanted = [f"landlock {landlock.version()}"] if landlock.version() else []
        assert runner.confinement() == ", ".join([*wanted, "seccomp"])

    def test_what_the_operator_switched_off_is_off(self, library: Path) -> None:
        runner = ProcessRunner(1, preload=PRELOAD)
        try:
            assert runner.run(crime, [("create", f"{library}/new")]) == [4]
            assert runner.confinement() == "off (work.sandbox)"
        finally:
            runner.close()

    def test_what_is_lacking_is_said_once(self, make: Callable[..., ProcessRunner]) -> None:
        runner = make()
        with capture_logs() as said:
            runner._note(Standing("seccomp"))
            runner._note(Standing("seccomp"))

        assert [one["lacking"] for one in said] == [["landlock"]]
        assert runner.confinement() == "seccomp"
        runner._note(Standing(""))
        assert runner.confinement().startswith("none")


class TestOldKernels:
    """Every version of Landlock's interface is asked for what it knows and for nothing else."""

    @pytest.mark.parametrize(
        ("abi", "highest"),
        [(1, 1 << 12), (2, 1 << 13), (3, 1 << 14), (4, 1 << 14), (5, 1 << 15), (6, 1 << 15), (9, 1 << 15)],
    )
    def test_the_rights_of_a_version(self, abi: int, highest: int) -> None:
        assert landlock.files_known(abi) == 2 * highest - 1

    @needs_landlock
    @pytest.mark.parametrize("abi", range(1, landlock.version() + 1))
    def test_each_version_up_to_the_kernels_holds(self, tmp_path: Path, abi: int) -> None:
        program = (
            "import ctypes, os, sys\n"
            f"sys.path[:0] = [{str(ROOT)!r}]\n"
            "from shishod.work.runners import landlock\n"
            "ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)\n"
            f"folder = os.open({str(tmp_path)!r}, os.O_PATH)\n"
            f"landlock.restrict({abi}, [(folder, landlock.READ)])\n"
            "for act in (lambda: open('/etc/passwd'), lambda: open('new', 'w'), lambda: os.listdir('.')):\n"
            "    try: print(act() == [])\n"
            "    except OSError as error: print(error.errno)\n"
        )

        ran = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, timeout=30, check=False
        )

        assert ran.stdout.split() == ["13", "13", "True"], ran.stderr

    def test_calls_are_refused_by_the_names_that_this_machine_has(self) -> None:
        names = " ".join((*seccomp.REFUSED.values(), seccomp.OF_WRITERS, seccomp.UNREADABLE)).split()

        assert len(names) == len(set(names))
