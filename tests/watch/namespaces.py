"""Acts that need mounts or kernel limits of their own: `unshare -Urm python -m tests.watch.namespaces ACT FOLDER`."""

import json
import os
import subprocess
import sys
from pathlib import Path

from shishod.watch import pace
from shishod.watch.inbox import Inbox
from shishod.watch.inotify import LoudInotify
from shishod.watch.limits import Allowance
from shishod.watch.standing import Mode
from shishod.watch.watcher import Watcher
from tests.watch.conftest import QUICK, SUFFIXES, Asked, a_root

WATCHES = Path("/proc/sys/user/max_inotify_watches")
INSTANCES = Path("/proc/sys/user/max_inotify_instances")


def begin(folder):
    asked = Asked()
    watcher = Watcher([a_root(folder)], QUICK, asked.asks(), suffixes=SUFFIXES)
    watcher.start()
    return watcher, asked


def report(status):
    told = {"mode": status.mode, "armed": status.armed, "needed": status.needed, "poll_s": status.poll_s}
    return told | {"reason": status.reason, "remedy": status.remedy}


def tmpfs(folder):
    subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=True)


def thirty(folder):
    for number in range(30):
        (folder / f"{number:02}").mkdir()
        os.utime(folder / f"{number:02}", (number, number))


def few_watches(folder):
    thirty(folder)
    WATCHES.write_text("20")
    watcher, asked = begin(folder)
    asked.wait_rescan("armed")
    told = report(watcher.status()[0])
    asked.wait(lambda: len(asked.polls) >= 2)
    return told | {"rescans": [why for _, why in asked.rescans]}


def limit_reached_later(folder):
    WATCHES.write_text("3")  # of which we take two
    watcher, asked = begin(folder)
    asked.wait_rescan("armed")
    for name in ("one", "two", "three", "four"):
        (folder / name).mkdir()
    asked.wait_rescan("limit")
    asked.never(lambda: len(asked.rescans) > 2, 0.5)
    return report(watcher.status()[0]) | {"rescans": [why for _, why in asked.rescans]}


def more_watches_later(folder):
    thirty(folder)
    WATCHES.write_text("20")
    watcher, asked = begin(folder)
    asked.wait_rescan("armed")
    WATCHES.write_text("1000")
    asked.wait_rescan("armed", count=2)
    polled = len(asked.polls)
    asked.never(lambda: len(asked.polls) > polled, 1.2)
    return report(watcher.status()[0])


def taken_by_others(folder):
    """Another program of the same user has most of them, and gives them back later."""
    thirty(folder)
    pace.RETRY_S = 0.2
    other = LoudInotify(9, os.fsencode(folder), Inbox(), Allowance(1.0))
    for number in range(20):
        other.watch(other.tree.put(other.tree.root, b"%02d" % number))
    WATCHES.write_text("40")
    watcher, asked = begin(folder)
    asked.wait_rescan("armed")
    first = report(watcher.status()[0])
    other.start()
    other.stop()
    other.join()
    asked.wait_rescan("armed", count=2)
    return {"first": first, "then": report(watcher.status()[0])}


def two_roots(folder):
    """The second root comes when the first has taken all; each ends with its part."""
    roots = [a_root(folder.parent / name, number) for number, name in enumerate(("A", "B"), 1)]
    for root, count in zip(roots, (29, 9), strict=True):
        for number in range(count):
            Path(os.fsdecode(root.path), str(number)).mkdir(parents=True)
    WATCHES.write_text("25")  # of which we take twenty, for forty folders
    asked = Asked()
    watcher = Watcher(roots, QUICK, asked.asks(), suffixes=SUFFIXES)
    watcher.start()
    asked.wait(lambda: [status.armed for status in watcher.status()] == [15, 5])
    return [report(status) for status in watcher.status()]


def no_instances(folder):
    INSTANCES.write_text("0")
    watcher, asked = begin(folder)
    asked.wait(lambda: asked.polls)
    told = report(watcher.status()[0])
    INSTANCES.write_text("10")
    asked.wait_rescan("armed")
    return told | {"then": watcher.status()[0].mode}


def unmount(folder):
    tmpfs(folder)
    watcher, asked = begin(folder)
    asked.wait_rescan("armed")
    subprocess.run(["umount", folder], check=True)
    asked.wait(lambda: len(asked.rescans) == 2)
    assert (
        watcher.status()[0].mode is Mode.EVENTS
    )  # of the empty folder beneath; that it is empty is the scan's to judge
    tmpfs(folder)
    asked.wait(lambda: len(asked.rescans) == 3)
    (folder / "a.epub").write_bytes(b"book")
    asked.wait(asked.vouched)
    return {
        "after_unmount": asked.rescans[1][1],
        "after_mount": asked.rescans[2][1],
        "vouched": [os.fsdecode(path) for path in asked.vouched()],
    }


def mount_over(folder):
    _watcher, asked = begin(folder)
    asked.wait_rescan("armed")
    tmpfs(folder)
    asked.wait_rescan("changed")
    (folder / "a.epub").write_bytes(b"book")
    asked.wait(asked.vouched)
    return {"vouched": [os.fsdecode(path) for path in asked.vouched()]}


def unreadable(folder):
    for name in ("open", "closed", "shut"):
        (folder / name).mkdir()
    (folder / "closed").chmod(0)
    (folder / "shut").chmod(0)
    watcher, asked = begin(folder)
    asked.wait_rescan("armed")
    (folder / "open" / "a.epub").write_bytes(b"book")
    asked.wait(asked.vouched)
    return report(watcher.status()[0])


if __name__ == "__main__":
    acts = (few_watches, limit_reached_later, more_watches_later, taken_by_others, two_roots, no_instances)
    acts += (unmount, mount_over, unreadable)
    chosen = {act.__name__: act for act in acts}[sys.argv[1]]
    print(json.dumps(chosen(Path(sys.argv[2]))))
