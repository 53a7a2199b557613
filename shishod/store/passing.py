"""What is there and does not count: files that are passed over, and under which terms a root was looked at."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import bindparam, select, update

from shishod.model.state import State
from shishod.store.dialect import chunks
from shishod.store.memory import Memory, below
from shishod.store.tables import folders, media_files, problems, roots

PASSED = "passed over"  # the stage in the row of a missing file that is there
_ODD = ("stat", "link")
_ODD_PATHS = select(problems.c.path).where(problems.c.root_id == bindparam("root"), problems.c.stage.in_(_ODD))
_EYES = select(roots.c.eyes).where(roots.c.id == bindparam("root"))


class Passed(Memory):
    """Shares with Memory how files go missing."""

    def pass_over(
        self, root_id: int, files: Mapping[int, tuple[bytes, str]], reopen: Collection[bytes], now: datetime
    ) -> int:
        """Set MISSING on files that are there, each with the reason, and take the signature of folders back."""
        count = self.lose(root_id, {file_id: path for file_id, (path, _) in files.items()}, reopen, now)
        by_reason: dict[str, list[int]] = {}
        for file_id, (_, reason) in files.items():
            by_reason.setdefault(reason, []).append(file_id)
        column = media_files.c
        with self._writing() as connection:
            for reason, ids in by_reason.items():
                story = column.story.concat(f" {PASSED}: {reason}")  # of the line that says it is missing
                why = update(media_files).values(
                    error_stage=PASSED, error_reason=PASSED, last_error=reason, story=story
                )
                for some in chunks(sorted(ids)):
                    connection.execute(why.where(column.id.in_(some), column.state == State.MISSING.value))
        return count

    def compare_below(self, root_id: int, folder: bytes) -> None:
        """Take the times of all folders below one; what they hold is still known."""
        column = folders.c
        with self._writing() as connection:
            connection.execute(
                update(folders).where(column.root_id == root_id, below(column.path, folder)).values(mtime_ns=0)
            )

    def odd_paths(self, root_id: int) -> frozenset[bytes]:
        """The paths of problems that are of single entries."""

        def ask() -> frozenset[bytes]:
            with self._reading() as connection:
                return frozenset(connection.scalars(_ODD_PATHS, {"root": root_id}))

        return self._asked_once(("odd", root_id), ask)

    def eyes(self, root_id: int) -> bytes:
        """The terms under which a root was last compared as a whole."""

        def ask() -> bytes:
            with self._reading() as connection:
                return connection.scalar(_EYES, {"root": root_id}) or b""

        return self._asked_once(("eyes", root_id), ask)

    def note_eyes(self, root_id: int, eyes: bytes) -> None:
        """The terms of a look at a whole root."""
        with self._writing(of_the_disk=False) as connection:
            connection.execute(update(roots).where(roots.c.id == root_id).values(eyes=eyes))
