"""The doctor: every fault is seeded on a real disk, and found with what mends it; a healthy machine has none."""

import fcntl
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shishod.ailment import Ailment, told
from shishod.clock import CLOCK
from shishod.daemon.config import Settings
from shishod.daemon.doctor import Patient, examine
from shishod.formats.extras import FFPROBE, GUESSIT
from shishod.model.progress import ScanSnapshot, ScanStatus
from shishod.model.tier import Tier
from shishod.store.catalog import SqlCatalog, open_catalog
from tests.nobody import as_nobody
from tests.samples import an_epub
from tests.store.building import a_book, save

NOW = datetime.now(UTC)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that everybody may look into, with a library of one book and a catalogue that knows it."""
    tmp_path.chmod(0o755)
    for above in list(tmp_path.parents)[:3]:
        above.chmod(above.stat().st_mode | 0o011)
    (tmp_path / "books").mkdir()
    an_epub(tmp_path / "books" / "one.epub", title="One")
    return tmp_path


def settings(place: Path, **more: object) -> Settings:
    words = {
        "libraries": {"Books": {"kind": "ebooks", "paths": [str(place / "books")]}},
        "state_dir": str(place / "state"),
    }
    return Settings.model_validate(words | {"control": {"socket": str(place / "s")}} | more)


@contextmanager
def a_live_catalogue(place: Path) -> Iterator[SqlCatalog]:
    """Made by the program itself, open for a while."""
    ours = settings(place)
    with closing(open_catalog(ours.store, ours.state_path())) as catalogue:
        catalogue.enrol(ours.as_libraries(), CLOCK.now())
        yield catalogue


def a_catalogue(place: Path) -> Path:
    """Made and closed again; its path."""
    with a_live_catalogue(place):
        return place / "state" / "catalogue.sqlite"


def found(place: Path, *, now: datetime = NOW, started_at: datetime | None = None, **more: object) -> list[Ailment]:
    config = place / "config.yaml"
    ours = settings(place, **more)
    return examine(Patient(settings=ours, now=now, config=config if config.exists() else None, started_at=started_at))


def sole(place: Path, **more: object) -> Ailment:
    """The only thing that is wrong."""
    ailments = found(place, **more)  # type: ignore[arg-type]
    assert len(ailments) == 1, ailments
    return ailments[0]


def change(database: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement, values)


def test_nothing_is_wrong_before_the_first_start(place: Path) -> None:
    assert found(place) == []


def test_nothing_is_wrong_with_a_catalogue_that_is_well(place: Path) -> None:
    a_catalogue(place)

    assert found(place) == []
    assert list(told(found(place))) == ["nothing is wrong"]


def test_a_library_that_is_not_there(place: Path) -> None:
    (place / "books" / "one.epub").unlink()
    (place / "books").rmdir()

    one = sole(place)

    assert (one.check, one.severity, one.about) == ("libraries", "error", str(place / "books"))
    assert "is not there; its books are left" in one.reason
    assert f"mkdir -p {place}/books" in one.remedy


def test_a_library_that_is_a_file(place: Path) -> None:
    path = str(place / "books" / "one.epub")

    one = sole(place, libraries={"Books": {"kind": "ebooks", "paths": [path]}})

    assert (one.about, one.reason) == (path, "it is not a folder")


def test_a_library_that_may_not_be_read(place: Path) -> None:
    (place / "state").mkdir(mode=0o777)
    (place / "state").chmod(0o777)
    (place / "books").chmod(0o700)

    with as_nobody():
        one = next(one for one in found(place) if one.check == "libraries")

    assert "may not read it: Permission denied" in one.reason
    assert f"chmod o+rx {place}/books" in one.remedy and "group.conf" in one.remedy


def test_a_folder_in_a_library_that_may_not_be_read(place: Path) -> None:
    (place / "books" / "private").mkdir(mode=0o700)

    with as_nobody():
        one = next(one for one in found(place) if one.check == "libraries")

    assert one.severity == "warning"
    assert "1 of its folders: private" in one.reason


def test_one_folder_under_two_names(place: Path) -> None:
    (place / "again").symlink_to(place / "books")
    both = [str(place / "books"), str(place / "again")]

    one = sole(place, libraries={"Books": {"kind": "ebooks", "paths": both}})

    assert (one.about, one.reason) == (both[1], f"it is the same folder as {both[0]}")
    assert "keep one of them" in one.remedy


def test_a_library_that_is_away_with_its_books_is_to_be_mounted_and_not_made(place: Path) -> None:
    with a_live_catalogue(place) as catalogue:
        save(catalogue, a_book(catalogue.roots()[0], b"one.epub"))
    (place / "books").rename(place / "elsewhere")

    assert sole(place).remedy == "mount what belongs there, or correct it under libraries:"


def test_a_library_that_is_empty_where_files_are_known(place: Path) -> None:
    with a_live_catalogue(place) as catalogue:
        save(catalogue, a_book(catalogue.roots()[0], b"one.epub"))
    (place / "books" / "one.epub").unlink()

    one = sole(place)

    assert "it is empty, and the catalogue knows 1 file of it" in one.reason
    assert f"shishoctl accept {place}/books" in one.remedy


def test_no_library_at_all(place: Path) -> None:
    one = sole(place, libraries={})

    assert "no library is named" in one.reason


def test_a_state_folder_that_is_a_file(place: Path) -> None:
    (place / "state").write_text("in the way")

    one = next(one for one in found(place) if one.check == "state folder")

    assert one.reason == "it is not a folder"
    assert f"mv {place}/state" in one.remedy


def test_a_state_folder_of_somebody_else(place: Path) -> None:
    (place / "state").mkdir(mode=0o755)

    with as_nobody():
        one = next(one for one in found(place) if one.check == "state folder")

    assert "may not write there" in one.reason
    assert f"chown -R {one.reason.split()[0]}: {place}/state" in one.remedy


def test_a_damaged_catalogue_with_a_copy_of_it(place: Path) -> None:
    database = a_catalogue(place)
    copy = database.with_name("backups") / "catalogue-20260101T034500.sqlite"
    copy.parent.mkdir()
    copy.write_bytes(database.read_bytes())
    with database.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(os.urandom(4096 * 12))

    one = next(one for one in found(place) if one.check == "catalogue")

    assert one.severity == "error"
    assert f"shishod restore {copy}" in one.remedy


def test_a_damaged_catalogue_without_a_copy(place: Path) -> None:
    a_catalogue(place).write_bytes(b"no database at all" * 400)

    one = next(one for one in found(place) if one.check == "catalogue")

    assert "file is not a database" in one.reason
    assert "the disks are read anew" in one.remedy


def test_a_catalogue_that_may_not_be_read(place: Path) -> None:
    database = a_catalogue(place)
    database.parent.chmod(0o777)
    database.chmod(0o600)

    with as_nobody():
        one = next(one for one in found(place) if one.check == "catalogue")

    assert "it cannot be read: Permission denied" in one.reason


def test_a_catalogue_of_a_newer_shishod(place: Path) -> None:
    change(a_catalogue(place), "UPDATE alembic_version SET version_num = '9999'")

    one = sole(place)

    assert "a newer shishod has written it (revision 9999); it is left as it is" in one.reason
    assert "install that newer version again" in one.remedy


def test_a_log_of_the_database_that_nobody_takes_in(place: Path) -> None:
    with a_catalogue(place).with_name("catalogue.sqlite-wal").open("wb") as log:
        log.truncate(600 * 2**20)

    one = sole(place)

    assert "SQLite's log has grown to 600 MiB" in one.reason
    assert "fuser -v" in one.remedy


def test_a_program_that_keeps_the_catalogue_locked(place: Path) -> None:
    database = a_catalogue(place)
    hold = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN IMMEDIATE'); print(); input()"
    command = [sys.executable, "-uc", hold, database]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        one = sole(place)
        other.communicate(b"\n")

    assert (one.check, one.severity, one.about) == ("writer", "warning", str(database))
    assert one.reason.startswith(f"process {other.pid} (python") and "nothing new can be recorded" in one.reason
    assert one.remedy.startswith(f"fuser -v {database}")
    assert found(place) == [], "which is over with it"


def test_copies_that_are_not_made(place: Path) -> None:
    database = a_catalogue(place)
    old = (NOW - timedelta(days=9)).timestamp()
    copy = database.with_name("backups") / "catalogue-20260101T034500.sqlite"
    copy.parent.mkdir()
    copy.touch()
    os.utime(copy, (old, old))

    one = sole(place)

    assert one.reason == "the catalogue was last copied 9 days ago"
    assert "shishoctl backup" in one.remedy
    assert found(place, schedule={"backup": "off"}) == [], "who does not want copies is not told of them"


def test_a_postgresql_that_does_not_answer(place: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    one = sole(place, store={"url": f"postgresql://shishod@127.0.0.1:{port}/shishod"})

    assert "onnection refused" in one.reason or "connection failed" in one.reason
    assert "pg_isready" in one.remedy


def test_a_database_that_is_none_of_those_we_speak(place: Path) -> None:
    one = sole(place, store={"url": "mysql://shishod@localhost/shishod"})

    assert "mysql is not supported" in one.reason


def test_a_daemon_that_keeps_the_state_folder_and_does_not_answer(place: Path) -> None:
    a_catalogue(place)
    lock = os.open(place / "state" / "lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        one = sole(place)
    finally:
        os.close(lock)

    assert (one.check, one.severity) == ("daemon", "error")
    assert "does not answer at the socket" in one.reason
    assert "systemctl restart shishod" in one.remedy


def test_a_socket_that_a_dead_daemon_has_left(place: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(place / "s"))

    one = sole(place)

    assert (one.severity, one.about) == ("warning", str(place / "s"))
    assert "a daemon that died has left it" in one.reason
    assert f"rm {place}/s" in one.remedy


def test_a_file_in_the_place_of_the_socket(place: Path) -> None:
    (place / "s").write_text("not a socket")

    one = sole(place)

    assert one.reason == "it is in the way and is not a socket"
    assert one.remedy == f"mv {place}/s {place}/s.aside"


def test_a_socket_whose_path_is_too_long(place: Path) -> None:
    one = sole(place, control={"socket": str(place / ("s" * 110))})

    assert "longer than the 107 bytes" in one.reason


def test_a_configuration_that_has_not_been_read_again(place: Path) -> None:
    (place / "config.yaml").write_text("log: {level: debug}\n")

    one = sole(place, started_at=NOW - timedelta(hours=1))

    assert one.reason == "it was changed after the daemon had read it"
    assert one.remedy == "shishoctl reload"


def test_a_configuration_with_which_no_daemon_would_start_again(place: Path) -> None:
    a_catalogue(place)
    (place / "config.yaml").write_text("log: {level: loud}\n")

    (ailment,) = found(place, started_at=NOW - timedelta(hours=1))

    assert ailment.about == f"{place}/config.yaml:1"
    assert ailment.reason.startswith("log.level: should be 'debug'")
    assert ailment.remedy == f"correct it, then `shishod check-config {place}/config.yaml`"


def test_a_clock_that_has_gone_back(place: Path) -> None:
    a_catalogue(place)

    one = sole(place, now=NOW - timedelta(days=400))

    assert (one.check, one.about) == ("clock", "clock")
    assert "shishod was installed at" in one.reason
    assert "timedatectl set-ntp true" in one.remedy


def test_a_clock_that_is_behind_the_catalogue(place: Path) -> None:
    with a_live_catalogue(place) as catalogue:
        tomorrow = NOW + timedelta(days=1)
        catalogue.write_scan(ScanSnapshot("a", Tier.FULL, ScanStatus.COMPLETED, "start", (), tomorrow))

    one = sole(place)

    assert one.severity == "error"
    assert "a scan was written down at" in one.reason


@pytest.fixture
def without_programs(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PATH", str(place))
    FFPROBE.present.cache_clear()  # type: ignore[attr-defined]
    yield
    FFPROBE.present.cache_clear()  # type: ignore[attr-defined]


def test_no_ffprobe_for_a_library_of_films(place: Path, without_programs: None) -> None:
    films = {"Films": {"kind": "movies", "paths": [str(place / "books")]}}

    one = sole(place, libraries=films)

    assert (one.check, one.about) == ("programs", "ffprobe")
    assert "the Debian package ffmpeg" in one.remedy


def test_no_guessit_for_a_library_of_shows(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shows = {"Shows": {"kind": "shows", "paths": [str(place / "books")]}}
    assert found(place, libraries=shows) == []
    monkeypatch.setitem(sys.modules, "guessit", None)  # as where it is not installed
    GUESSIT.present.cache_clear()  # type: ignore[attr-defined]

    one = sole(place, libraries=shows)
    GUESSIT.present.cache_clear()  # type: ignore[attr-defined]

    assert (one.check, one.about) == ("programs", "guessit")
    assert "pip install guessit" in one.remedy


def web(**own: object) -> dict[str, object]:
    """Google Books is asked, which wants a key."""
    return {"enrich": {"providers": ["googlebooks"], "contact": "ann@example.org", "googlebooks": own}}


def test_a_web_catalogue_without_its_key(place: Path) -> None:
    one = sole(place, **web())

    assert (one.check, one.severity, one.about) == ("web catalogues", "error", "enrich.googlebooks.key_file")
    assert "googlebooks needs one. Name the file that holds it" in one.reason
    assert "No daemon starts without it" in one.reason


def test_a_web_catalogue_whose_key_may_not_be_read(place: Path) -> None:
    key = place / "key"
    key.write_text("hush")
    key.chmod(0o600)
    (place / "state").mkdir(mode=0o777)
    (place / "state").chmod(0o777)

    with as_nobody():
        one = next(one for one in found(place, **web(key_file=str(key))) if one.check == "web catalogues")

    assert one.reason.startswith(f"{key} cannot be read: Permission denied")
    assert found(place, **web(key_file=str(key))) == [], "who may read it finds nothing wrong"


ALONE = "it is left alone for a while, and asked again by itself"


@pytest.mark.parametrize(
    ("why", "severity", "reason", "remedy"),
    [
        ("stopped: it does not accept who is asking", "error", "it does not accept who is asking", "shishoctl reload"),
        (
            "resting: no answer",
            "warning",
            f"{ALONE}: no answer",
            "shishoctl providers",
        ),
    ],
)
def test_a_web_catalogue_that_the_daemon_leaves_alone(
    place: Path, why: str, severity: str, reason: str, remedy: str
) -> None:
    (place / "key").write_text("hush")
    ours = settings(place, **web(key_file=str(place / "key")))

    (one,) = examine(Patient(settings=ours, now=NOW, started_at=NOW, web={"googlebooks": why}))

    assert (one.about, one.severity, one.reason) == ("enrich.googlebooks", severity, reason)
    assert remedy in one.remedy
    assert examine(Patient(settings=ours, now=NOW, started_at=NOW, web={"googlebooks": ""})) == []


def test_a_check_that_cannot_look_says_so(place: Path) -> None:
    (place / "shut").mkdir(mode=0o700)

    with as_nobody():
        ailments = found(place, control={"socket": str(place / "shut" / "deep" / "s")})

    assert "socket" in {one.check for one in ailments}
