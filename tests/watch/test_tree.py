import os

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from shishod.watch.tree import DEAF, Tree

NAMES = st.sampled_from([b"a", b"b", b"c"])
PATHS = st.lists(NAMES, max_size=3).map(b"/".join)


def find(tree, path):
    folder = tree.root
    for name in path.split(b"/") if path else ():
        folder = folder and tree.child(folder, name)
    return folder


def put(tree, path):
    folder = tree.root
    for name in path.split(b"/"):
        folder = tree.put(folder, name)
    return folder


def test_a_folder_is_known_by_its_number_and_tells_its_path():
    tree = Tree()
    tree.arm(put(tree, b"A/B"), 7)
    assert tree.at(7).path() == b"A/B"
    assert tree.root.path() == b""
    assert (len(tree), tree.armed) == (3, 1)


def test_a_folder_that_is_put_twice_is_the_same():
    tree = Tree()
    assert put(tree, b"A") is put(tree, b"A")
    assert len(tree) == 2


def test_a_rename_takes_everything_below_along():
    tree = Tree()
    tree.arm(put(tree, b"A/B/C"), 7)
    assert tree.move(find(tree, b"A"), tree.root, b"Z") == []
    assert tree.at(7).path() == b"Z/B/C"


def test_a_rename_onto_another_folder_tells_which_numbers_are_free():
    tree = Tree()
    tree.arm(put(tree, b"A"), 1)
    tree.arm(put(tree, b"B/deep"), 2)
    assert tree.move(find(tree, b"A"), tree.root, b"B") == [2]
    assert tree.at(1).path() == b"B"
    assert (len(tree), tree.armed) == (2, 1)


def test_a_dropped_folder_is_held_no_longer_nor_what_is_below():
    tree = Tree()
    below = put(tree, b"A/B")
    tree.arm(below, 2)
    assert tree.drop(find(tree, b"A")) == [2]
    assert not tree.holds(below)
    assert tree.at(2) is None
    assert len(tree) == 1


def test_a_disarmed_folder_stays_where_it_is():
    tree = Tree()
    folder = put(tree, b"A")
    tree.arm(folder, 3)
    tree.disarm(folder)
    assert (folder.number, tree.armed, len(tree)) == (DEAF, 0, 2)
    assert tree.holds(folder)


class TreeAgainstPaths(RuleBasedStateMachine):
    """Whatever is put, armed, moved and dropped, the tree says what a table of whole paths would."""

    def __init__(self):
        super().__init__()
        self.tree, self.paths, self.next = Tree(), {b"": DEAF}, 1

    @rule(path=PATHS)
    def put(self, path):
        for cut in [at for at in range(len(path)) if path[at : at + 1] == b"/"] + [len(path)]:
            self.paths.setdefault(path[:cut], DEAF)
        if path:
            put(self.tree, path)

    @rule(path=PATHS)
    def arm(self, path):
        if path in self.paths:
            self.paths[path] = self.next
            self.tree.arm(find(self.tree, path), self.next)
            self.next += 1

    @rule(path=PATHS)
    def drop(self, path):
        if path and path in self.paths:
            freed = self.forget(path)
            assert sorted(self.tree.drop(find(self.tree, path))) == freed

    @rule(path=PATHS, to=PATHS, name=NAMES)
    def move(self, path, to, name):
        target = os.path.join(to, name)
        known = path and path in self.paths and to in self.paths
        if not known or (to + b"/").startswith(path + b"/") or (path + b"/").startswith(target + b"/"):
            return
        freed = self.forget(target) if target in self.paths else []
        assert sorted(self.tree.move(find(self.tree, path), find(self.tree, to), name)) == freed
        for old in [one for one in self.paths if one == path or one.startswith(path + b"/")]:
            self.paths[target + old[len(path) :]] = self.paths.pop(old)

    def forget(self, path):
        below = [one for one in self.paths if one == path or one.startswith(path + b"/")]
        return sorted(number for one in below if (number := self.paths.pop(one)) != DEAF)

    @invariant()
    def says_the_same(self):
        assert {folder.path(): folder.number for folder in self.tree.walk()} == self.paths
        assert len(self.tree) == len(self.paths)
        armed = {path: number for path, number in self.paths.items() if number != DEAF}
        assert self.tree.armed == len(armed)
        assert {self.tree.at(number).path(): number for number in armed.values()} == armed


TestTreeAgainstPaths = TreeAgainstPaths.TestCase
TestTreeAgainstPaths.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
