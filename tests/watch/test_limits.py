import errno
import threading

import pytest

from shishod.watch import limits
from shishod.watch.limits import UNKNOWN, Allowance, Limits, divide, read_limits, remedy

MACHINE = Limits(65_536, 128)


@pytest.fixture
def sysctls(tmp_path, monkeypatch):
    """Writes what /proc/sys says."""
    monkeypatch.setattr(limits, "SYSCTLS", tmp_path)

    def write(**said):
        for name, number in said.items():
            path = tmp_path / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{number}\n")

    return write


def test_the_machine_grants_what_its_sysctl_says(sysctls):
    sysctls(fs__inotify__max_user_watches=65536, fs__inotify__max_user_instances=128)
    assert read_limits() == MACHINE


def test_in_a_container_the_lower_limit_counts_and_is_named(sysctls):
    sysctls(fs__inotify__max_user_watches=65536, user__max_inotify_watches=100)
    sysctls(fs__inotify__max_user_instances=128, user__max_inotify_instances=2147483647)
    assert read_limits() == Limits(100, 128, "user.max_inotify_watches", "fs.inotify.max_user_instances")


def test_where_nothing_can_be_read_the_kernels_smallest_limit_is_believed(sysctls):
    sysctls()
    assert read_limits() == Limits(UNKNOWN, UNKNOWN)


def test_the_remedy_for_too_few_watches_is_more_than_enough_for_all():
    said = remedy(OSError(errno.ENOSPC, ""), MACHINE, needed=400_000)
    assert said.startswith("sysctl -w fs.inotify.max_user_watches=800000 and")
    assert "/etc/sysctl.d/60-shishod.conf" in said
    assert "max_user_watches=524288" in remedy(OSError(errno.ENOSPC, ""), MACHINE, needed=10)


def test_the_remedy_for_too_few_instances_and_for_a_closed_folder():
    assert "fs.inotify.max_user_instances=512" in remedy(OSError(errno.EMFILE, ""), MACHINE)
    assert "readable" in remedy(OSError(errno.EACCES, ""), MACHINE)
    assert remedy(OSError(errno.EIO, ""), MACHINE) == ""


def test_what_is_enough_is_not_divided():
    assert divide(100, {1: 40, 2: 60}) == {1: 100, 2: 100}


def test_what_is_too_little_is_divided_by_need_and_nobody_gets_nothing():
    assert divide(100, {1: 300, 2: 100}) == {1: 75, 2: 25}
    assert divide(10, {1: 100_000, 2: 1}) == {1: 9, 2: 1}


def an_allowance(watches=10, share=1.0):
    return Allowance(share, lambda: Limits(watches, 128))


def test_a_part_is_left_to_others():
    allowance = an_allowance(watches=10, share=0.8)
    assert [allowance.take(1) for _ in range(10)].count(True) == 8


def test_what_is_given_back_can_be_taken_by_another():
    allowance = an_allowance(watches=1)
    assert (allowance.take(1), allowance.take(2)) == (True, False)
    allowance.give_back(1)
    assert allowance.take(2)


def test_one_that_holds_more_than_its_part_is_told_so_when_another_needs_some():
    allowance = an_allowance(watches=20)
    for _ in range(20):
        allowance.take(1)
    allowance.need(1, 30)
    assert allowance.excess(1) == 0
    allowance.need(2, 10)
    assert (allowance.excess(1), allowance.room(2)) == (5, 0)
    allowance.give_back(1, 5)
    assert (allowance.excess(1), allowance.room(2)) == (0, 5)
    assert not allowance.take(1)


def test_a_root_that_needs_none_any_longer_leaves_its_part():
    allowance = an_allowance(watches=20)
    allowance.need(1, 30)
    allowance.need(2, 30)
    assert allowance.room(1) == 10
    allowance.need(2, 0)
    assert (allowance.room(1), allowance.needed()) == (20, 30)


def test_a_limit_that_rises_is_noticed_when_it_is_asked_again():
    said = [Limits(10, 128), Limits(10, 128), Limits(40, 128)]
    allowance = Allowance(0.5, lambda: said.pop(0))
    allowance.need(1, 100)
    assert (allowance.renew(), allowance.room(1)) == (False, 5)
    assert (allowance.renew(), allowance.room(1)) == (True, 20)


def test_threads_together_take_no_more_than_there_is():
    allowance, taken = an_allowance(watches=1000), []

    def take(root_id):
        taken.append(sum(allowance.take(root_id) for _ in range(700)))

    threads = [threading.Thread(target=take, args=(root_id,)) for root_id in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 1000
