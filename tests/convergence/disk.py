"""Disk: two roots of a library, and everything that people, programs and disks do to them."""

import contextlib
import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.convergence.materials import ENDINGS, FOLDERS, STEMS, Sample, samples, twins

OLD_NS = 1_000_000_000 * 10**9
FUTURE_NS = 4_000_000_000 * 10**9


def may_mount() -> bool:
    """Whether this machine lets us mount; where it does not, disks are taken away by renaming them."""
    return os.geteuid() == 0 and _works("unshare", "-m", "true")


def pick(choices: list[bytes] | tuple[bytes, ...], number: int) -> bytes:
    return choices[number % len(choices)]


class Disk:
    """Two roots: `one` on the disk of the test, `two` on a tmpfs where mounting is allowed.

    What the daemon sees at `roots` lies elsewhere, in `homes`, and is shown there by a bind mount; so it can be taken
    away and go on changing meanwhile. Where nothing can be mounted the root itself is renamed. Every deed is named by
    small numbers, taken modulo what is there, so that a script of them can be cut anywhere and still be played.
    """

    def __init__(self, place: Path, *, mounts: bool) -> None:
        self.mounts = mounts
        self.roots = (os.fsencode(place / "one"), os.fsencode(place / "two"))
        self._store = os.fsencode(place / "tmpfs")
        self._homes = (os.fsencode(place / "home"), self._store + b"/home") if mounts else self.roots
        self._away = [False, False]
        self._covered = [False, False]
        self._slow: dict[bytes, tuple[int, bytes]] = {}  # files being written: descriptor, and what is still to come
        self._count = 0

    def begin(self) -> None:
        os.makedirs(self._store)
        if self.mounts:
            _run("mount", "-t", "tmpfs", "shishod-test", self._store)
        for number in (0, 1):
            os.makedirs(self._homes[number], exist_ok=True)
            os.makedirs(self.roots[number], exist_ok=True)
            if self.mounts:
                _run("mount", "--bind", self._homes[number], self.roots[number])

    def end(self) -> None:
        """Leave nothing mounted and nothing open."""
        self._finish_writing()
        if self.mounts:
            for point in (*self.roots, self._store):
                while _works("umount", "-l", point):
                    pass

    # What is there.

    def home(self, number: int) -> bytes:
        """Where a root's files can be reached, also while nobody is shown them."""
        if self._away[number] and not self.mounts:
            return self.roots[number] + b".away"
        return self._homes[number]

    def shown(self, number: int) -> bool:
        """Whether the root shows its files."""
        return not self._away[number] and not self._covered[number]

    def _walk(self) -> Iterator[tuple[bytes, list[bytes], list[bytes]]]:
        for number in (0, 1):
            for folder, folders, files in os.walk(self.home(number)):
                folders.sort()
                yield folder, folders, sorted(files)

    def paths(self) -> list[bytes]:
        """Everything that is there."""
        return [path for folder, _, files in self._walk() for path in (folder, *(folder + b"/" + one for one in files))]

    def _folder(self, number: int) -> bytes:
        return pick([folder for folder, _, _ in self._walk()], number)

    def _below(self, number: int) -> bytes:
        """A folder that is no root."""
        homes = {self.home(0), self.home(1)}
        return pick([folder for folder, _, _ in self._walk() if folder not in homes], number)

    def _file(self, number: int) -> bytes:
        return pick([folder + b"/" + name for folder, _, files in self._walk() for name in files], number)

    def _sample(self, number: int) -> Sample:
        return samples()[number % len(samples())]

    # Deeds. An OSError or an empty choice is a command that fails, as they do for people.

    def do(self, deed: str, *numbers: int) -> bool:
        """Do one of the deeds below; False when it could not be done."""
        act: Callable[..., None] = getattr(self, deed)
        try:
            act(*numbers)
        except (OSError, ZeroDivisionError, shutil.Error):
            return False
        return True

    def create(self, folder: int, stem: int, sample: int) -> None:
        new = self._sample(sample)
        _write(self._folder(folder) + b"/" + pick(STEMS, stem) + new.ending, new.content)

    def create_loud(self, folder: int, stem: int, sample: int) -> None:
        new = self._sample(sample)
        _write(self._folder(folder) + b"/" + pick(STEMS, stem) + new.ending.upper(), new.content)

    def create_other(self, folder: int, stem: int, ending: int) -> None:
        """Something that is no book: a half download, a cover, an AppleDouble."""
        new = self._sample(ending)
        path = self._folder(folder) + b"/" + pick((pick(STEMS, stem), b"._" + pick(STEMS, stem)), ending // 7)
        _write(path + pick((*ENDINGS, new.ending + b".part"), ending), new.content)

    def arrive(self, folder: int, name: int, sample: int) -> None:
        """A whole audiobook at once, in discs or flat."""
        top = self._folder(folder) + b"/" + pick(FOLDERS, name)
        tracks = [one for one in samples() if one.ending == b".mp3" and one.author != "Gemini"]
        for number, track in enumerate(tracks[3 * (sample % 2) :][:3], 1):
            into = top + (b"/CD %d" % (1 + number // 3) if sample % 4 > 1 else b"")
            os.makedirs(into, exist_ok=True)
            _write(into + b"/%02d Track.mp3" % number, track.content)

    def append(self, file: int, count: int) -> None:
        with open(self._file(file), "ab") as open_file:
            open_file.write(b"more" * (1 + count))

    def truncate(self, file: int, share: int) -> None:
        path = self._file(file)
        os.truncate(path, os.lstat(path).st_size * (share % 4) // 4)

    def rewrite(self, file: int, sample: int) -> None:
        _write(self._file(file), self._sample(sample).content)

    def save(self, file: int, sample: int, style: int) -> None:
        """An atomic save, by the names that rsync, editors and downloaders use; sometimes with the times of old."""
        path = self._file(file)
        folder, name = os.path.split(path)
        temporary = (b".%s.Xy12zQ" % name[:200], b"%s.part" % name[:200], b"%s~" % name[:200])[style % 3]
        _write(folder + b"/" + temporary, self._sample(sample).content)
        if style % 2:
            os.utime(folder + b"/" + temporary, ns=(OLD_NS, OLD_NS))
        os.rename(folder + b"/" + temporary, path)

    def twin(self, file: int, style: int) -> None:
        """Another book of the same size in its place, with the same or an older time."""
        path = self._file(file)
        times = os.lstat(path).st_mtime_ns
        with open(path, "rb") as here:
            content = here.read()
        other = next((b if a.content == content else a for a, b in twins() if path.lower().endswith(a.ending)), None)
        if other is None:
            return
        if style % 2:
            _write(path + b".part", other.content)
            os.rename(path + b".part", path)
        else:
            _write(path, other.content)
        times -= 10**9 * (style % 4 > 1)
        os.utime(path, ns=(times, times))

    def touch(self, file: int, when: int) -> None:
        time_ns = (None, OLD_NS, FUTURE_NS, OLD_NS + when)[when % 4]
        times = {"ns": (time_ns, time_ns)} if time_ns else {}
        os.utime(self._file(file), follow_symlinks=False, **times)

    def rename(self, file: int, folder: int, stem: int) -> None:
        path = self._file(file)
        target = self._folder(folder) + b"/" + pick(STEMS, stem) + os.path.splitext(path)[1]
        _move(path, target)

    def rename_case(self, path: int, what: int) -> None:
        old = self._below(path) if what % 2 else self._file(path)
        folder, name = os.path.split(old)
        os.rename(old, folder + b"/" + name.swapcase())

    def rename_folder(self, old: int, folder: int, name: int) -> None:
        _move(self._below(old), self._folder(folder) + b"/" + pick(FOLDERS, name))

    def swap(self, file: int, other: int) -> None:
        one, two = self._file(file), self._file(other)
        os.rename(one, one + b".part")
        _move(two, one)
        _move(one + b".part", two)

    def delete(self, file: int) -> None:
        os.unlink(self._file(file))

    def delete_tree(self, folder: int) -> None:
        shutil.rmtree(self._below(folder))

    def make_folder(self, folder: int, name: int) -> None:
        os.mkdir(self._folder(folder) + b"/" + pick(FOLDERS, name))

    def link(self, target: int, folder: int, stem: int) -> None:
        """A symbolic link to a file, to a folder, perhaps its own, or to nothing."""
        to = (self._file, self._folder, lambda _: b"nowhere")[target % 3](target // 3)
        os.symlink(to, self._folder(folder) + b"/" + pick(STEMS, stem) + pick((b".epub", b""), target))

    def hard_link(self, file: int, folder: int, stem: int) -> None:
        path = self._file(file)
        os.link(path, self._folder(folder) + b"/" + pick(STEMS, stem) + os.path.splitext(path)[1])

    def forbid(self, file: int, mode: int) -> None:
        """Root is never refused, so that for root this is a change of ctime alone."""
        os.chmod(self._file(file), (0o000, 0o644, 0o600)[mode % 3] if os.geteuid() == 0 else 0o644)

    def write_slowly(self, folder: int, stem: int, sample: int) -> None:
        """Begin a file and leave it half written and open; the one before is finished."""
        self._finish_writing()
        new = self._sample(sample)
        path = self._folder(folder) + b"/" + pick(STEMS, stem) + new.ending
        half = len(new.content) // 2
        handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
        os.write(handle, new.content[:half])
        self._slow[path] = handle, new.content[half:]

    def _finish_writing(self) -> None:
        for handle, rest in self._slow.values():
            with contextlib.suppress(OSError):
                os.write(handle, rest)
            os.close(handle)
        self._slow.clear()

    def storm(self, folder: int) -> None:
        """More events than the kernel keeps, for whoever is not reading them."""
        here = self._folder(folder)
        one, other = here + b"/storm-1", here + b"/storm-2"
        _write(one, b"")
        for _ in range(9_000):
            os.rename(one, other)
            os.rename(other, one)
        os.unlink(one)

    # Faults of the disk itself.

    def take_away(self, number: int) -> None:
        """Unmount a root, or mount an empty filesystem over it; where nothing can be mounted, rename it."""
        root = number % 2
        if not self.shown(root):
            return
        if not self.mounts:
            os.rename(self.roots[root], self.roots[root] + b".away")
        elif number % 4 > 1:
            _run("mount", "-t", "tmpfs", "shishod-test", self.roots[root])
            self._covered[root] = True
            return
        else:
            _run("umount", "-l", self.roots[root])
        self._away[root] = True

    def bring_back(self, number: int) -> None:
        root = number % 2
        if self._covered[root]:
            _run("umount", "-l", self.roots[root])
        elif self._away[root] and self.mounts:
            _run("mount", "--bind", self._homes[root], self.roots[root])
        elif self._away[root]:
            os.rename(self.roots[root] + b".away", self.roots[root])
        self._away[root] = self._covered[root] = False


def _run(*command: str | bytes) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _works(*command: str | bytes) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _write(path: bytes, content: bytes) -> None:
    with open(path, "wb") as target:
        target.write(content)


def _move(old: bytes, new: bytes) -> None:
    """As mv does: into the other filesystem by copying, with its times, and deleting."""
    if old == new or new.startswith(old + b"/"):
        return
    try:
        os.rename(old, new)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        if os.path.isdir(old):
            shutil.copytree(old, new, symlinks=True)
            shutil.rmtree(old)
        else:
            shutil.copy2(old, new, follow_symlinks=False)
            os.unlink(old)
