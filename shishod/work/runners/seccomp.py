"""Seccomp: calls that no reader has a use for are refused with "not permitted", through the system's libseccomp."""

import ctypes
import errno
import os

_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000  # seccomp.h
_BAD_ARCHITECTURE = 2  # SCMP_FLTATR_ACT_BADARCH: calls in the tongue of another machine
_MASKED = 7  # SCMP_CMP_MASKED_EQ
_NEW_SPACES = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)  # CLONE_NEW*
_MAKING = (os.O_CREAT, os.O_TRUNC, os.O_TMPFILE & ~os.O_DIRECTORY)
_TYPED, _TYPED_CONSOLE = 0x5412, 0x541C  # TIOCSTI, TIOCLINUX: keys that nobody has pressed

REFUSED: dict[str, str] = {
    "other machines, and other programs on this one": (
        "socket connect bind listen accept accept4 sendmsg sendmmsg ptrace process_vm_readv process_vm_writev"
        " process_madvise pidfd_getfd pidfd_send_signal kcmp perf_event_open"
    ),
    "what the machine is made of": (
        "mount umount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr"
        " unshare setns swapon swapoff reboot kexec_load kexec_file_load init_module finit_module delete_module acct"
        " quotactl quotactl_fd settimeofday clock_settime clock_settime64 adjtimex clock_adjtime sethostname"
        " setdomainname syslog iopl ioperm bpf userfaultfd keyctl add_key request_key vhangup"
    ),
    "other ways to the same": (
        "io_uring_setup io_uring_enter io_uring_register open_by_handle_at name_to_handle_at fanotify_init"
        " fanotify_mark memfd_create memfd_secret execveat"
    ),
    "what a file is beside its content, of which Landlock knows nothing": (
        "chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat chown32 fchown32 lchown32 utime utimes"
        " futimesat utimensat utimensat_time64 setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr"
        " fremovexattr removexattrat link linkat symlink symlinkat mknod mknodat"
    ),
}

OF_WRITERS = (
    "creat truncate truncate64 ftruncate ftruncate64 mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2"
    " fallocate"
)
"""Refused to a process that has no folder to write into."""

UNREADABLE = "clone3 openat2"
"""Calls whose words a filter cannot see: they are said not to exist, and the C library takes the older ones."""


class _Comparison(ctypes.Structure):
    """struct scmp_arg_cmp: the argument, how it is compared, the mask, and what is left by it to match."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("how", ctypes.c_int),
        ("mask", ctypes.c_uint64),
        ("left", ctypes.c_uint64),
    )


def restrict(*, writes: bool) -> bool:
    """Refuse those calls to this thread and its children for ever. False where libseccomp or the kernel cannot."""
    try:
        library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    except OSError:
        return False
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(_ALLOW)))
    if not context:
        return False
    try:
        library.seccomp_attr_set(context, _BAD_ARCHITECTURE, ctypes.c_uint32(_ERRNO | errno.EPERM))
        for name in " ".join((*REFUSED.values(), "" if writes else OF_WRITERS)).split():
            _refuse(library, context, name, errno.EPERM)
        for name in UNREADABLE.split():
            _refuse(library, context, name, errno.ENOSYS)
        for name, argument, mask, left in _by_their_words(writes):
            _refuse(library, context, name, errno.EPERM, _Comparison(argument, _MASKED, mask, left))
        return bool(library.seccomp_load(context) == 0)
    finally:
        library.seccomp_release(context)


def _by_their_words(writes: bool) -> list[tuple[str, int, int, int]]:
    """Calls that are refused for what they ask: name, which argument, and the bits of it that are looked at and met."""
    told = [("clone", 0, flag, flag) for flag in _NEW_SPACES]
    told += [("ioctl", 1, 0xFFFFFFFF, one) for one in (_TYPED, _TYPED_CONSOLE)]
    if not writes:
        told += [(name, at, flag, flag) for name, at in (("open", 1), ("openat", 2)) for flag in _MAKING]
    return told


def _refuse(library: ctypes.CDLL, context: ctypes.c_void_p, name: str, code: int, *when: _Comparison) -> None:
    """A call that this machine or this libseccomp has never heard of cannot be made, or not be refused."""
    number = library.seccomp_syscall_resolve_name(name.encode())
    if number >= 0:
        action = ctypes.c_uint32(_ERRNO | code)
        words = (_Comparison * len(when))(*when)
        library.seccomp_rule_add_array(context, action, ctypes.c_int(number), ctypes.c_uint(len(when)), words)
