"""The names that a zip shows without being opened: those in the first headers and in what is seen of its index."""

import re

_MEMBER = re.compile(rb"PK(?:\x03\x04.{22}|\x01\x02.{24})(?=(..))", re.DOTALL)
_NAME_AT = {b"\x03\x04": 30, b"\x01\x02": 46}  # where the name begins, in a header of a member and in the index


def names_shown(head: bytes) -> list[bytes]:
    """The names of members in the bytes that a reader is asked about; none where they are no zip."""
    names: list[bytes] = []
    if not head.startswith(b"PK\3\4"):
        return names
    for match in _MEMBER.finditer(head):
        at = match.start() + _NAME_AT[head[match.start() + 2 : match.start() + 4]]
        names.append(head[at : at + int.from_bytes(match[1], "little")])
    return names
