"""shishod restore: put a copy of the catalogue in its place, with what was there laid aside and nothing lost."""

import os
import re
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from shishod.daemon.archive import CATALOGUE, COVERS
from shishod.daemon.config import Settings
from shishod.daemon.launch import StateClaim
from shishod.errors import SettingsError
from shishod.store.checkup import check_up
from shishod.store.settings import StoreSettings

_MEMBER = re.compile(rf"{COVERS}(?:/[0-9a-f]{{1,4}}){{0,3}}/[0-9a-f]{{40}}(?:\.thumb)?\.[a-z]{{1,5}}")
_FIRST = "stop it first (`systemctl stop shishod`, or Ctrl-C where it runs), then restore, and start it again"
_OURS = ("catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm")


def restore(settings: Settings, copy: Path, now: datetime) -> tuple[Path | None, int]:
    """The folder where the catalogue before it lies now, if there was one, and how many covers came with the copy.

    Raises Unreachable while a daemon runs, SettingsError for a copy that cannot be used; nothing is changed then. Where
    the disk fails in between, SettingsError says what lies where.
    """
    if settings.store.url:
        raise SettingsError(
            "the catalogue is in a database of its own (store.url); put its dump back with its own tools"
        )
    state = settings.state_path()
    with StateClaim(state, _FIRST), _unpacked(copy, state) as (catalogue, covers):
        _judge(catalogue, copy)
        aside = _lay_aside(state, now)
        _put(catalogue, state, copy)
        count = _add(covers, state, copy)
        _give(state)
    return aside, count


@contextmanager
def _unpacked(copy: Path, state: Path) -> Iterator[tuple[Path, Path]]:
    """The catalogue and the folder of covers, on the disk where they are to be."""
    work = state / f".restore-{os.getpid()}"
    try:
        _unpack(copy, work)
        yield work / CATALOGUE, work / COVERS
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _unpack(copy: Path, work: Path) -> None:
    try:
        work.mkdir(mode=0o700)
        if tarfile.is_tarfile(copy):
            with tarfile.open(copy) as tar:
                _take_out(tar, work)
        else:
            shutil.copyfile(copy, work / CATALOGUE)
    except (OSError, tarfile.TarError) as error:
        raise SettingsError(f"{copy} cannot be read or unpacked: {error}; nothing was changed") from error


def _take_out(tar: tarfile.TarFile, work: Path) -> None:
    """Only files whose names an archive of ours has: no name of a stranger leads anywhere else."""
    for member in tar:
        if member.isreg() and (member.name == CATALOGUE or _MEMBER.fullmatch(member.name)):
            target = work / member.name
            target.parent.mkdir(parents=True, exist_ok=True)
            content = tar.extractfile(member)
            if content is not None:
                with content, target.open("wb") as file:
                    shutil.copyfileobj(content, file)


def _judge(catalogue: Path, copy: Path) -> None:
    """Raise SettingsError unless it is whole, a catalogue of ours, and not too new."""
    found = check_up(StoreSettings(url=f"sqlite:///{catalogue}"), catalogue.parent)
    if not catalogue.exists() or found.fault or found.damage or not found.revision:
        said = found.fault or "; ".join(found.damage) or "there is no catalogue in it"
        raise SettingsError(f"{copy} is not a copy that can be used: {said}; nothing was changed")
    if found.too_new:
        raise SettingsError(f"{copy} was made by a newer shishod (revision {found.revision}); nothing was changed")
    with closing(sqlite3.connect(catalogue)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")  # no log of another file's is taken for its own


def _lay_aside(state: Path, now: datetime) -> Path | None:
    there = [state / name for name in _OURS if (state / name).exists()]
    if not there:
        return None
    aside = state / f"before-restore-{now:%Y%m%dT%H%M%S}"
    try:
        aside.mkdir(mode=0o700)
        for one in there:
            os.replace(one, aside / one.name)
    except OSError as error:
        raise SettingsError(
            f"what is there cannot be laid aside: {error}; it lies in {state}, or what was moved already in {aside}"
        ) from error
    return aside


def _put(catalogue: Path, state: Path, copy: Path) -> None:
    try:
        os.replace(catalogue, state / CATALOGUE)
    except OSError as error:
        raise SettingsError(
            f"{copy} cannot be put in its place: {error}; what was there lies in {state}/before-restore-..., whole"
        ) from error


def _add(covers: Path, state: Path, copy: Path) -> int:
    try:
        return _merge(covers, state / COVERS)
    except OSError as error:
        _give(state)
        raise SettingsError(
            f"{copy} is the catalogue now, but its covers cannot be put back: {error}; mend {state / COVERS} and "
            "restore once more, or start: those of files that are there are taken again by `shishoctl scan --reread`"
        ) from error


def _merge(covers: Path, into: Path) -> int:
    """Each picture lies under the digest of its bytes, so one that is there already is the same."""
    count = 0
    for path in sorted(covers.rglob("*")) if covers.is_dir() else ():
        if path.is_file():
            target = into / path.relative_to(covers)
            target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            os.replace(path, target)
            count += 1
    return count


def _give(state: Path) -> None:
    """To whom the state folder belongs: root restores, and the daemon is not root."""
    owner = state.stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        return
    for path in (state / CATALOGUE, *state.glob("before-restore-*"), *state.glob(f"{COVERS}/**/*"), state / "lock"):
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
