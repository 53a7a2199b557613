from dataclasses import dataclass

from shishod.model.library import RootIdentity
from shishod.model.ticket import BookSubject, Errand, Priority, Ticket

SUBJECT = BookSubject(1, b"Dune")


@dataclass(frozen=True)
class Load:
    words: tuple[str, ...]

    def joined(self, newer: "Load") -> "Load":
        return Load(self.words + newer.words)


def test_the_same_errand_for_the_same_subject_is_the_same_work_whatever_travels_with_it() -> None:
    assert Ticket(SUBJECT, load=Load(("a",))) == Ticket(SUBJECT, load=Load(("b",)))
    assert Ticket(SUBJECT).key == Ticket(SUBJECT, priority=Priority.CRITICAL).key
    assert Ticket(SUBJECT).key != Ticket(SUBJECT, Errand.COVER).key


def test_a_ticket_asked_for_twice_is_as_urgent_as_the_more_urgent_and_as_early_as_the_earlier() -> None:
    late = Ticket(SUBJECT, priority=Priority.HIGH, not_before_s=50.0)
    early = Ticket(SUBJECT, priority=Priority.LOW, not_before_s=10.0)

    for joined in (late.joined(early), early.joined(late)):
        assert (joined.priority, joined.not_before_s) == (Priority.HIGH, 10.0)


def test_loads_that_can_be_joined_are_and_the_older_speaks_first() -> None:
    assert Ticket(SUBJECT, load=Load(("a",))).joined(Ticket(SUBJECT, load=Load(("b",)))).load == Load(("a", "b"))


def test_a_load_that_cannot_be_joined_gives_way_to_the_newer_and_never_to_none() -> None:
    assert Ticket(SUBJECT, load="old").joined(Ticket(SUBJECT, load="new")).load == "new"
    assert Ticket(SUBJECT, load="old").joined(Ticket(SUBJECT)).load == "old"
    assert Ticket(SUBJECT, load=Load(("a",))).joined(Ticket(SUBJECT)).load == Load(("a",))
    assert Ticket(SUBJECT).joined(Ticket(SUBJECT, load=Load(("b",)))).load == Load(("b",))


def test_a_filesystem_is_known_by_its_own_id_whatever_device_it_has_today() -> None:
    disk = RootIdentity(2049, "ext4", "/dev/sda1", fsid=77)

    assert disk.same_filesystem(RootIdentity(2065, "ext4", "/dev/sdb1", fsid=77))
    assert not disk.same_filesystem(RootIdentity(2049, "ext4", "/dev/sda1", fsid=78))


def test_a_filesystem_without_an_id_is_known_by_where_it_comes_from() -> None:
    share = RootIdentity(50, "nfs4", "nas:/books")

    assert share.same_filesystem(RootIdentity(51, "nfs4", "nas:/books"))
    assert share.same_filesystem(RootIdentity(51, "nfs4", "nas:/books", fsid=5))
    assert not share.same_filesystem(RootIdentity(50, "nfs4", "nas:/films"))


def test_another_kind_of_filesystem_is_never_the_same() -> None:
    assert not RootIdentity(1, "ext4", "x", 7).same_filesystem(RootIdentity(1, "tmpfs", "x", 7))
