import os
from pathlib import Path

import pytest

from shishod.mounts import (
    MOUNTINFO,
    Mount,
    asleep,
    current_mount,
    is_network,
    keeps_locks,
    location,
    mount_of,
    quiet_real,
    read_mounts,
    stable_inodes,
    tells_of_changes,
)
from shishod.scan.listing import Listing, list_names
from shishod.scan.mounts import MARKER, Devices, filesystem_id, identify

TABLE = rb"""21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 21 0:25 / /mnt/nas rw,relatime - nfs4 nas:/books rw,vers=4.2
31 21 0:26 / /mnt/My\040Books\011x rw - cifs //nas/My\040Books rw
32 30 0:27 / /mnt/nas/a\134b\012c rw master:2 propagate_from:3 - fuse.sshfs me@host: rw
33 21 0:28 / /mnt/nas rw - tmpfs none rw
"""


def test_the_mount_table_is_read_with_its_escapes_and_optional_fields() -> None:
    assert read_mounts(TABLE) == (
        Mount(21, b"/", "ext4", "/dev/sda1", 1, b"/", "8:1"),
        Mount(30, b"/mnt/nas", "nfs4", "nas:/books", 21, b"/", "0:25"),
        Mount(31, b"/mnt/My Books\tx", "cifs", "//nas/My Books", 21, b"/", "0:26"),
        Mount(32, b"/mnt/nas/a\\b\nc", "fuse.sshfs", "me@host:", 30, b"/", "0:27"),
        Mount(33, b"/mnt/nas", "tmpfs", "none", 21, b"/", "0:28"),
    )


def test_a_backslash_in_a_name_is_not_taken_for_another_escape() -> None:
    (only,) = read_mounts(rb"1 0 0:1 / /mnt/a\134040b rw - ext4 x rw")

    assert only.point == rb"/mnt/a\040b"


@pytest.mark.parametrize("point", ["/mnt/Книги".encode(), "/mnt/Bücher".encode(), b"/mnt/caf\xe9"])
def test_a_mount_point_in_any_script_is_read_byte_for_byte(point: bytes) -> None:
    mount = mount_of(point + b"/state", read_mounts(TABLE + b"40 21 0:9 / " + point + b" rw - nfs4 nas:/books rw\n"))

    assert mount is not None
    assert (mount.id, mount.point) == (40, point)


def test_a_line_that_is_no_mount_is_passed_over() -> None:
    assert read_mounts(b"\nnonsense\n1 2 3\n1 0 0:1 / /a rw - ext4\n") == ()


@pytest.mark.parametrize(
    ("path", "mount"),
    [(b"/home/me", 21), (b"/", 21), (b"/mnt/nas", 33), (b"/mnt/nas/sub", 33), (b"/mnt/nasty", 21),
     (b"/mnt/My Books\tx/a", 31)],
)  # fmt: skip
def test_a_path_lies_on_the_nearest_mount_above_it_and_the_last_of_equals(path: bytes, mount: int) -> None:
    found = mount_of(path, read_mounts(TABLE))

    assert found is not None
    assert found.id == mount


def test_where_nothing_is_mounted_there_is_no_mount() -> None:
    assert mount_of(b"/a", ()) is None


def test_the_real_mount_table_has_a_mount_for_every_path(tmp_path: Path) -> None:
    table = Path(MOUNTINFO).read_bytes()
    mount = current_mount(os.fsencode(tmp_path))

    assert len(read_mounts(table)) == len(table.splitlines())
    assert mount is not None
    assert os.fsencode(tmp_path).startswith(mount.point)


def test_a_root_is_identified_by_what_the_filesystem_says(tmp_path: Path) -> None:
    identity, mount = identify(os.fsencode(tmp_path)), current_mount(os.fsencode(tmp_path))

    assert mount is not None
    assert (identity.device, identity.fstype) == (tmp_path.stat().st_dev, mount.fstype)
    assert identity == identify(os.fsencode(tmp_path))
    assert identity.same_filesystem(identify(os.fsencode(tmp_path.parent)))


def test_a_link_to_a_root_is_identified_by_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    assert identify(os.fsencode(tmp_path / "link")) == identify(os.fsencode(tmp_path / "real"))


def test_a_root_that_is_not_there_cannot_be_identified(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        identify(os.fsencode(tmp_path / "absent"))


@pytest.mark.parametrize(
    ("fstype", "network", "tells", "locks", "inodes"),
    [
        ("ext4", False, True, True, True),
        ("btrfs", False, True, True, True),
        ("exfat", False, True, True, False),
        ("fuseblk", False, True, False, False),
        ("fuse.mergerfs", True, True, False, False),  # local, but its inodes are its own
        ("fuse.sshfs", True, False, False, False),
        ("fuse", True, False, False, False),  # bindfs; nobody knows what happens behind it
        ("overlay", False, True, True, True),
        ("nfs4", True, False, False, True),
        ("cifs", True, False, False, False),
        ("virtiofs", True, False, False, True),
    ],
)
def test_what_can_be_trusted_of_a_filesystem_follows_from_its_kind(
    fstype: str, network: bool, tells: bool, locks: bool, inodes: bool
) -> None:
    assert is_network(fstype) == network
    assert tells_of_changes(fstype) == tells
    assert keeps_locks(fstype) == locks
    assert stable_inodes(fstype) == inodes


HIDDEN = TABLE + b"40 21 0:30 / /mnt rw - tmpfs none rw\n"


@pytest.mark.parametrize(("path", "mount"), [(b"/mnt/nas/sub", 40), (b"/mnt/My Books\tx", 40), (b"/home", 21)])
def test_a_mount_over_a_parent_hides_what_is_mounted_below_it(path: bytes, mount: int) -> None:
    found = mount_of(path, read_mounts(HIDDEN))

    assert found is not None
    assert found.id == mount


def test_mounts_on_one_point_are_seen_as_they_lie_on_each_other() -> None:
    table = b"1 0 8:1 / / rw - ext4 a rw\n3 2 0:3 / /m rw - tmpfs upper rw\n2 1 0:2 / /m rw - tmpfs lower rw\n"

    found = mount_of(b"/m/x", read_mounts(table))

    assert found is not None
    assert found.source == "upper"


def test_a_bind_mount_is_the_folder_that_it_shows() -> None:
    table = read_mounts(b"1 0 8:1 / / rw - ext4 a rw\n2 1 8:1 /srv/disk/Books /mnt/b rw - ext4 a rw\n")

    assert location(b"/mnt/b", table) == location(b"/srv/disk/Books", table) == ("8:1", b"/srv/disk/Books")
    assert location(b"/mnt/b/Sub", table) == ("8:1", b"/srv/disk/Books/Sub")
    assert location(b"/", table) == ("8:1", b"/")
    assert location(b"/x", ()) is None


def test_links_are_followed_as_far_as_that_asks_no_share(tmp_path: Path) -> None:
    real, share = tmp_path / "real", tmp_path / "share"
    (real / "sub").mkdir(parents=True)
    share.mkdir()
    (share / "link").symlink_to(real)
    (tmp_path / "one").symlink_to("two/../two")
    (tmp_path / "two").symlink_to(real)
    (tmp_path / "loop").symlink_to("loop")
    table = read_mounts(b"1 0 8:1 / / rw - ext4 a rw\n2 1 0:9 / %s rw - nfs4 nas:/ rw\n" % os.fsencode(share))

    def resolved(path: Path) -> Path:
        return Path(os.fsdecode(quiet_real(os.fsencode(path), table)))

    assert resolved(tmp_path / "one" / "sub") == real.resolve() / "sub"
    assert resolved(tmp_path / "absent" / "x") == tmp_path.resolve() / "absent" / "x"
    assert resolved(share / "link" / "y") == share.resolve() / "link" / "y"  # not asked
    assert resolved(tmp_path / "loop") == tmp_path / "loop"
    assert resolved(Path("/")) == Path("/")


def test_no_ordinary_path_is_asleep(tmp_path: Path) -> None:
    assert not asleep(os.fsencode(tmp_path))


@pytest.mark.parametrize(
    ("content", "said"), [(b"mine\n", "mine"), (b"", ""), (b"a\xffb", "a\ufffdb"), (b"x" * 5000, "x" * 1024)]
)
def test_a_marker_says_what_is_in_it(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / os.fsdecode(MARKER)).write_bytes(content)

    assert identify(os.fsencode(tmp_path)).marker == said


def test_a_marker_that_cannot_be_read_is_not_none(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(MARKER)).mkdir()

    with pytest.raises(OSError, match="directory"):
        identify(os.fsencode(tmp_path))


def test_files_on_the_roots_own_filesystem_carry_nothing(tmp_path: Path) -> None:
    device = tmp_path.stat().st_dev

    assert Devices(device).number(device, os.fsencode(tmp_path)) == 0


def test_another_filesystem_has_a_number_of_its_own_that_is_not_the_kernels(tmp_path: Path) -> None:
    device = Path("/proc").stat().st_dev
    first, again = (Devices(tmp_path.stat().st_dev).number(device, b"/proc") for _ in range(2))

    assert first == again
    assert 0 < first < 1 << 63
    assert first != device


def test_a_filesystem_that_only_knows_its_device_number_is_known_by_its_uuid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, device = os.fsencode(tmp_path), os.makedev(8, 300)
    own = os.statvfs(folder).f_fsid
    assert filesystem_id(device, folder) == own

    as_xfs = (300 & 0xFF) | 8 << 8 | (300 & ~0xFF) << 12
    figures = os.statvfs(folder)
    fields = [getattr(figures, name) for name in ("f_bsize", "f_frsize", "f_blocks", "f_bfree", "f_bavail", "f_files")]
    fields += [figures.f_ffree, figures.f_favail, figures.f_flag, figures.f_namemax, as_xfs]
    monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result(fields))

    assert filesystem_id(device, folder) not in (as_xfs, own)


def test_what_lies_on_another_filesystem_than_is_there_is_not_lost(tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    folder, device = os.fsencode(tmp_path), tmp_path.stat().st_dev

    here = list_names(folder, device)

    assert here == Listing(frozenset({b"there"}), frozenset(), 0)
    assert here.holds(b"there")
    assert (here.lacks(b"gone", 0), here.lacks(b"gone", 77), here.lacks(b"there", 0)) == (True, False, False)
    assert list_names(folder + b"/gone/deep", device) == Listing(frozenset(), frozenset(), 0)
    assert list_names(folder + b"/there/deep", device) == Listing(frozenset(), frozenset(), 0)
    unsaid = list_names(folder + b"/" + b"x" * 300, device)
    assert (unsaid.files, unsaid.lacks(b"gone", 0), unsaid.holds(b"there")) == (None, False, False)
