"""InHand: which files are being read, noted where it outlives the daemon, so that one that ends it is found out."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

from shishod import formats, log
from shishod.paths import join
from shishod.scan.inspection import Assignment, Inspection, Outcome
from shishod.scan.quarantine import KILLS_ALLOWED, quarantined
from shishod.work.guard import Guarded
from shishod.work.runners import UNTRIED, Failed
from shishod.work.turns import Turns

_log = log.get(__name__)
_SUSPECTS = "suspects"
Answer = Inspection | Failed


class InHand:
    """Shared: by the workers.

    What was in hand when a daemon died without saying so is suspect, and read with nothing beside it from then on. A
    suspect that ends the daemon once more is condemned until the catalogue says so: it is not tried again before it
    changes or somebody asks for it. Nothing here is synced: what a power cut interrupts is suspected of nothing, or
    once. Without its folder nobody is suspected.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turns = Turns()
        self._suspects: Guarded[Counter[str]] = Guarded(Counter())
        self._notes = Guarded([0])
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._accuse()
        except OSError as error:
            _log.warning("what is read cannot be noted; it is read all the same", folder=folder, error=str(error))

    def read(self, work: Sequence[Assignment], read: Callable[[Sequence[Assignment]], list[Answer]]) -> list[Answer]:
        """What `read` answers of each file, in order, with its suspects one by one and without the condemned."""
        names = [_name(one) for one in work]
        with self._suspects as suspects:
            counts = [suspects[name] for name in names]
        answers: dict[int, Answer] = {}
        for at, one in enumerate(work):
            if counts[at] >= KILLS_ALLOWED:
                answers[at] = _condemned(one)
            elif counts[at]:
                with self._turns.alone(), self._noted([names[at]]):
                    (answers[at],) = read([one])
                if not (isinstance(answers[at], Failed) and answers[at].reason in UNTRIED):
                    self._acquit(names[at])
        rest = [at for at in range(len(work)) if at not in answers]
        if rest:
            with self._turns.together(), self._noted([names[at] for at in rest]):
                answers |= zip(rest, read([work[at] for at in rest]), strict=True)
        return [answers[at] for at in range(len(work))]

    def recorded(self, work: Iterable[Assignment]) -> None:
        """What became of these is in the catalogue: who was condemned among them may be tried when it is asked for."""
        with self._suspects as suspects:
            condemned = {name for name, count in suspects.items() if count >= KILLS_ALLOWED}
        for name in condemned & {_name(one) for one in work} if condemned else ():
            self._acquit(name)

    def close(self) -> None:
        """The daemon ends as it should: what is in hand now is no one's fault."""
        for note in self._left():
            with suppress(OSError):
                note.unlink()

    @contextmanager
    def _noted(self, names: Sequence[str]) -> Iterator[None]:
        with self._notes as number:
            number[0] += 1
            note = self._folder / f"{number[0]}.read"
        with suppress(OSError):
            note.write_text("\n".join(names), encoding="ascii")
        try:
            yield
        finally:
            with suppress(OSError):
                note.unlink()

    def _left(self) -> list[Path]:
        return sorted(self._folder.glob("*.read"))

    def _accuse(self) -> None:
        """Count what the last daemon had in hand when it died; the notes go when that is written down."""
        suspects = Counter[str]()
        with suppress(FileNotFoundError):
            for line in (self._folder / _SUSPECTS).read_text(encoding="ascii", errors="ignore").splitlines():
                name, _, count = line.partition(" ")
                suspects[name] = int(count) if count.isdecimal() else 1
        left = self._left()
        for note in left:
            suspects.update(set(note.read_text(encoding="ascii", errors="ignore").split()))
        with self._suspects as known:
            known.update(suspects)
        if left:
            _log.warning(
                "the daemon died while it read; those files are read one by one, and one that it dies of again is left",
                files=len(suspects),
            )
            self._write(suspects)
            for note in left:
                note.unlink()

    def _acquit(self, name: str) -> None:
        with self._suspects as suspects:
            suspects.pop(name, None)
            rest = Counter(suspects)
        with suppress(OSError):
            self._write(rest)

    def _write(self, suspects: Counter[str]) -> None:
        partial = self._folder / f"{_SUSPECTS}.partial"
        partial.write_text("".join(f"{name} {count}\n" for name, count in suspects.items()), encoding="ascii")
        os.replace(partial, self._folder / _SUSPECTS)


def _name(one: Assignment) -> str:
    """What a file is called here: another content has another name."""
    said = b"%d %d %s" % (one.seen.size, one.seen.mtime_ns, join(one.root, one.seen.path))
    return blake2b(said, digest_size=16).hexdigest()


def _condemned(one: Assignment) -> Inspection:
    reader = formats.reader_by_name(one.seen.path)
    name, version = (reader.name, reader.version) if reader else ("", 0)
    failed = Inspection(one.seen, Outcome.FAILED, reader=name, version=version)
    return quarantined(
        failed, join(one.root, one.seen.path), f"the daemon died {KILLS_ALLOWED} times while it was read"
    )
