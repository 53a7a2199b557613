"""Where a SQLite catalogue may lie."""

from pathlib import Path

import pytest

from shishod import mounts
from shishod.errors import SettingsError
from shishod.store.place import refuse_network

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /srv rw - nfs4 nas:/export rw
31 30 8:2 / /srv/local rw - xfs /dev/sdb1 rw
32 22 0:41 / /mnt/My\\040Книги rw - cifs //nas/share rw
33 22 0:42 / /mnt/pool rw - fuse.mergerfs a:b rw
34 22 8:3 / /var rw - nfs nas:/var rw
35 34 8:3 / /var rw - btrfs /dev/sdc1 rw
"""


@pytest.fixture
def mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mount table as a kernel would write it."""
    (tmp_path / "mountinfo").write_text(MOUNTS, "utf-8")
    monkeypatch.setattr(mounts, "MOUNTINFO", str(tmp_path / "mountinfo"))


@pytest.mark.usefixtures("mounted")
@pytest.mark.parametrize(
    ("folder", "kind"), [("/srv/books", "nfs4"), ("/mnt/My Книги/state", "cifs"), ("/mnt/pool", "fuse.mergerfs")]
)
def test_network_and_fuse_filesystems_are_refused_with_a_way_out(folder: str, kind: str) -> None:
    with pytest.raises(SettingsError, match=rf"{kind} filesystem.*Nothing was changed.*state_dir.*store\.url"):
        refuse_network(Path(folder))


@pytest.mark.usefixtures("mounted")
@pytest.mark.parametrize("folder", ["/home/me", "/srvx", "/srv/local/state", "/var/lib/shishod"])
def test_local_filesystems_are_taken(folder: str) -> None:
    refuse_network(Path(folder))


@pytest.mark.usefixtures("mounted")
def test_a_link_is_judged_by_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "state").symlink_to("/srv/books")

    with pytest.raises(SettingsError, match="nfs4"):
        refuse_network(tmp_path / "state")


def test_the_mount_table_of_this_machine_can_be_asked(tmp_path: Path) -> None:
    refuse_network(tmp_path)
