"""Libraries and roots as rows: those the settings name, and what was found out about each."""

from collections.abc import Mapping, Sequence
from dataclasses import fields as parts
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, null, select, update

from shishod import paths
from shishod.model.library import Hold, Library, LibraryKind, Root, RootIdentity, RootState, Ways
from shishod.model.state import State
from shishod.store.border import Noun
from shishod.store.dialect import insert
from shishod.store.tables import folders, libraries, media_files, roots

_IDENTITY = tuple(field.name for field in parts(RootIdentity))
_HELD = ("held_paths", "held_digest", "held_equal", "held_counted_at")


_EVERY_ROOT = (
    select(roots, libraries.c.name.label("library"), libraries.c.kind)
    .join(libraries)
    .order_by(roots.c.position, roots.c.id)
)


_NAMED = select(roots.c.id).where(roots.c.enrolled)


class Roots(Noun):
    """What is watched, and whether it can be believed."""

    _ways: Mapping[str, Ways] = {}  # of the last `enrol`, by library; settings are no facts, so no table holds them
    _roots_kept: tuple[tuple[int, Mapping[str, Ways]], tuple[Root, ...]] = (-1, {}), ()  # with when they were read

    def enrol(self, libraries: Sequence[Library], now: datetime) -> tuple[Root, ...]:
        """Make the libraries and roots of the settings known; what is gone from them stays, not listed.

        A root that was not named meanwhile is compared anew, file by file: those that it held may be another root's by
        now, and nothing of that is to be seen on its disk.
        """
        with self._writing() as connection:
            before = set(connection.scalars(_NAMED))
            connection.execute(update(roots).values(enrolled=False, walked_at=None))
            position = 0
            for library in libraries:
                library_id = _library(connection, library, now)
                for path in library.roots:
                    _root(connection, library_id, path, position, now)
                    position += 1
            if back := set(connection.scalars(_NAMED)) - before:
                unsigned = update(folders).values(mtime_ns=0, packed=b"")
                connection.execute(unsigned.where(folders.c.root_id.in_(back)))
        self._ways = {library.name: library.ways for library in libraries}
        return self.roots()

    def roots(self) -> tuple[Root, ...]:
        """The roots of the last `enrol`, in the order of the settings."""
        return tuple(root for root in self.every_root() if root.enrolled)

    def every_root(self) -> tuple[Root, ...]:
        """Every root that was ever enrolled, in the order of the settings that named it last.

        They are kept until anything may have been written of them: every walk asks several times.
        """
        now = self._roots_epoch, self._ways
        kept_at, kept = self._roots_kept
        if kept_at == now:
            return kept
        with self._reading() as connection:
            found = tuple(_as_root(row, now[1]) for row in connection.execute(_EVERY_ROOT).mappings())
        if self._database.path is not None:  # else others write there, too
            self._roots_kept = now, found
        return found

    def note_root(
        self, root_id: int, state: RootState, reason: str, identity: RootIdentity | None, now: datetime
    ) -> None:
        """Store what a root turned out to be; `identity` None keeps the stored one."""
        found: dict[str, Any] = {"state": state.value, "reason": reason}
        if identity is not None:
            found |= {name: getattr(identity, name) for name in _IDENTITY}
        if state in (RootState.ONLINE, RootState.HELD):
            found["last_seen_at"] = now
        else:
            found["walked_at"] = None
        if state is RootState.OFFLINE:
            found["accepted"] = False  # what was accepted was said of what is not there now
        self._change(root_id, found)

    def hold(self, root_id: int, held: Hold, reason: str) -> None:
        """Note that so much of a root vanished at once that it was not believed."""
        self._change(root_id, {"state": RootState.HELD.value, "reason": reason, **_of_hold(held)})

    def note_walked(self, root_id: int, now: datetime) -> None:
        """A root was looked over as a whole and all that it lost was believed: nothing is held or accepted any more."""
        said = {"root": root_id, "now": now}
        with self._writing(of_the_disk=False, of_roots=False) as connection:
            plain = connection.execute(_WALKED_PLAIN, said).rowcount
        if not plain:
            with self._writing(of_the_disk=False) as connection:
                connection.execute(_WALKED, said)

    def count_lost_since(self, root_id: int, since: datetime) -> int:
        """How many files of a root went MISSING at or after a moment, and are so still."""
        file = media_files.c
        lost = (file.root_id == root_id, file.state == State.MISSING.value, file.missing_since >= since)
        gone = file.error_stage.is_(None)  # what is passed over is there
        with self._reading() as connection:
            return connection.scalar(select(func.count()).where(*lost, gone)) or 0

    def accept(self, root_id: int) -> None:
        """The operator's word that the next disappearance of this root is real."""
        self._change(root_id, {"accepted": True})

    def _change(self, root_id: int, values: dict[str, Any]) -> None:
        with self._writing(of_the_disk=False) as connection:
            connection.execute(update(roots).where(roots.c.id == root_id).values(values))


def _of_hold(held: Hold | None) -> dict[str, Any]:
    if held is None:
        return {"held_count": 0} | dict.fromkeys(("held_at", *_HELD), null())
    return {
        "held_count": held.count,
        "held_at": held.since,
        "held_paths": b"\0".join(held.examples),
        "held_digest": held.digest,
        "held_equal": held.equal,
        "held_counted_at": held.counted_at,
    }


_IS_HELD = roots.c.state == RootState.HELD.value
_WALKED_PLAIN = (  # of what is told of a root this changes nothing
    update(roots)
    .where(roots.c.id == bindparam("root"), ~_IS_HELD, ~roots.c.accepted, roots.c.held_count == 0)
    .values(walked_at=bindparam("now"))
)
_WALKED = (
    update(roots)
    .where(roots.c.id == bindparam("root"))
    .values(
        state=case((_IS_HELD, RootState.ONLINE.value), else_=roots.c.state),
        reason=case((_IS_HELD, ""), else_=roots.c.reason),
        accepted=False,
        walked_at=bindparam("now"),
        **_of_hold(None),
    )
)


def _library(connection: Connection, library: Library, now: datetime) -> int:
    statement = insert(connection, libraries).values(name=library.name, kind=library.kind.value, created_at=now)
    upsert = statement.on_conflict_do_update(index_elements=["name"], set_={"kind": library.kind.value})
    return int(connection.execute(upsert.returning(libraries.c.id)).scalar_one())


def _root(connection: Connection, library_id: int, path: bytes, position: int, now: datetime) -> None:
    row = {
        "library_id": library_id,
        "path": path,
        "display": paths.display(path),
        "enrolled": True,
        "position": position,
        "state": RootState.ONLINE.value,
        "reason": "",
        "held_count": 0,
        "accepted": False,
        "created_at": now,
    }
    changed = {"enrolled": True, "position": position}
    statement = insert(connection, roots).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["library_id", "path"], set_=changed))


def identity_of(row: Any) -> RootIdentity | None:
    """What a root was known by when it was last seen; None for one that never was."""
    if row["fstype"] is None:
        return None
    return RootIdentity(**{name: row[name] for name in _IDENTITY} | {"marker": row["marker"] or ""})


def _as_root(row: Any, ways: Mapping[str, Ways]) -> Root:
    return Root(
        id=row["id"],
        library_id=row["library_id"],
        library=row["library"],
        kind=LibraryKind(row["kind"]),
        path=row["path"],
        identity=identity_of(row),
        state=RootState(row["state"]),
        reason=row["reason"],
        accepted=row["accepted"],
        held=_as_hold(row),
        enrolled=row["enrolled"],
        ways=ways.get(row["library"], Ways()),
    )


def _as_hold(row: Any) -> Hold | None:
    if not row["held_count"]:
        return None
    paths = tuple((row["held_paths"] or b"").split(b"\0")) if row["held_paths"] else ()
    digest, equal = row["held_digest"] or b"", row["held_equal"] or 0
    return Hold(row["held_count"], row["held_at"], paths, digest, equal, row["held_counted_at"])
