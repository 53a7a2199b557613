"""Tree: the folders of one root by their names, and which of them the kernel watches under which number."""

from collections.abc import Iterator

DEAF = 0  # the number of a folder without a watch; the kernel counts from 1


class Folder:
    """A folder where it lies now; a rename changes this one entry, whatever lies below."""

    __slots__ = ("below", "name", "number", "parent")

    def __init__(self, parent: "Folder | None", name: bytes) -> None:
        self.parent = parent
        self.name = name
        self.number = DEAF
        self.below: dict[bytes, Folder] | None = None  # most folders have none

    def path(self) -> bytes:
        """Relative to the root, which is b""."""
        names = []
        folder: Folder | None = self
        while folder is not None and folder.parent is not None:
            names.append(folder.name)
            folder = folder.parent
        return b"/".join(reversed(names))


class Tree:
    """One owner: whoever holds its lock. Folders that ought to be watched, armed or deaf."""

    def __init__(self) -> None:
        self.root = Folder(None, b"")
        self._numbers: dict[int, Folder] = {}
        self._count = 1

    def __len__(self) -> int:
        return self._count

    @property
    def armed(self) -> int:
        return len(self._numbers)

    def at(self, number: int) -> Folder | None:
        """The folder that the kernel speaks of."""
        return self._numbers.get(number)

    def holds(self, folder: Folder) -> bool:
        """Whether it has not been dropped meanwhile, alone or with what it lay in."""
        while folder.parent is not None:
            if self.child(folder.parent, folder.name) is not folder:
                return False
            folder = folder.parent
        return folder is self.root

    def child(self, parent: Folder, name: bytes) -> Folder | None:
        return parent.below.get(name) if parent.below else None

    def put(self, parent: Folder, name: bytes) -> Folder:
        """The folder of this name, which may be new here."""
        if parent.below is None:
            parent.below = {}
        folder = parent.below.get(name)
        if folder is None:
            folder = parent.below[name] = Folder(parent, name)
            self._count += 1
        return folder

    def arm(self, folder: Folder, number: int) -> None:
        self.disarm(folder)
        folder.number = number
        self._numbers[number] = folder

    def disarm(self, folder: Folder) -> None:
        """It is deaf from now on; it stays where it is."""
        if folder.number != DEAF:
            del self._numbers[folder.number]
            folder.number = DEAF

    def move(self, folder: Folder, parent: Folder, name: bytes) -> list[int]:
        """It has another name; returns the numbers of what was there before, which the kernel may forget."""
        replaced = self.child(parent, name)
        numbers = self.drop(replaced) if replaced is not None and replaced is not folder else []
        self._detach(folder)
        if parent.below is None:
            parent.below = {}
        parent.below[name] = folder
        folder.parent, folder.name = parent, name
        return numbers

    def drop(self, folder: Folder) -> list[int]:
        """It is gone with all below it; returns the numbers that the kernel may forget."""
        numbers = []
        for one in list(self.walk(folder)):
            self._count -= 1
            if one.number != DEAF:
                numbers.append(one.number)
                self.disarm(one)
        self._detach(folder)
        return numbers

    def walk(self, start: Folder | None = None) -> Iterator[Folder]:
        """A folder and everything below it."""
        stack = [start or self.root]
        while stack:
            folder = stack.pop()
            yield folder
            if folder.below:
                stack.extend(folder.below.values())

    def _detach(self, folder: Folder) -> None:
        if folder.parent is not None and folder.parent.below and folder.parent.below.get(folder.name) is folder:
            del folder.parent.below[folder.name]
