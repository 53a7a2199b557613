"""A member of an archive out of a program's mouth: nothing written, nothing asked, and an end to its patience."""

import os
from shutil import which

from shishod.formats.outside import ask

_COMMANDS: dict[str, tuple[str, ...]] = {  # program -> its words before the archive and the member
    "unrar": ("p", "-inul", "-p-", "--"),
    "unar": ("-quiet", "-no-recursion", "-output-directory", "-"),
}
_PATIENCE_S = 10.0


def member_of(archive: bytes, name: str, most: int) -> bytes | None:
    """The bytes of a member, by the first program that is there; None when it has none, or has more than `most`."""
    for program, words in _COMMANDS.items():
        if (path := which(program)) is not None:
            content = output_of([path, *words, os.path.abspath(archive), name], most)
            if content:
                return content
    return None


def output_of(command: list[str | bytes], most: int, patience_s: float = _PATIENCE_S) -> bytes | None:
    """What a command says; None when it fails, says more than `most`, or takes too long."""
    answer = ask(command, most, patience_s)
    return answer.said if answer.code == 0 else None
