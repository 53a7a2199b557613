"""mutagen's errors told apart: what the disk did wrong is not the file's fault."""

import errno
import struct

from mutagen._util import MutagenError

FAULTS = (MutagenError, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, EOFError,
          ArithmeticError, RecursionError, NotImplementedError, struct.error)  # fmt: skip


def raise_disk_fault(error: BaseException) -> None:
    """mutagen turns OSError into its own error; raise the disk's word again where there was one."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno not in (None, errno.EINVAL):
            raise cause
        cause = cause.__cause__ or cause.__context__
