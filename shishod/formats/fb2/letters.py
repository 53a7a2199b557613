"""How the bytes of an FB2 become letters: by their mark, by what the XML declares, else as they can be read."""

import codecs
import re

_DECLARED = re.compile(rb"""\A[^<]*<\?xml\b[^>]*?\bencoding\s*=\s*["']\s*([\w.:-]+)""")
_KNOWN = re.compile(
    r"utf[-_]?8|us-ascii|ascii|(?:windows|win|cp|x-cp)[-_]?(?P<page>\d{3,4})|iso[-_]?8859[-_]\d{1,2}|latin[-_]?\d"
    r"|koi8[-_]?[rut]|mac[-_]?cyrillic|gb2312|gbk|gb18030|big5|shift[-_]?jis|euc[-_](?:jp|kr)",
    re.IGNORECASE,
)  # codecs of letters only: Python has others under names of its own
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_TRIED_BYTES = 1 << 16
_HOME = "cp1251"  # what the format was written in where it comes from, before it was UTF-8
_NOT_UTF8 = "it is not in the UTF-8 that it is said to be in; it was read as windows-1251"


def encoding_of(content: bytes) -> tuple[str, str]:
    """Python's name of the encoding, and a note where it is not what the file says; "" where there is none."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding, ""
    declared = _DECLARED.match(content[:1024])
    encoding = _codec(declared[1].decode("ascii")) if declared else "utf-8"
    return (_HOME, _NOT_UTF8) if encoding == "utf-8" and not _like_utf8(content[:_TRIED_BYTES]) else (encoding, "")


def is_wide(encoding: str) -> bool:
    """Whether even ASCII takes two bytes a letter, so that tags cannot be searched for as they are."""
    return encoding.startswith("utf-16")


def _codec(declared: str) -> str:
    """UTF-8 for a name that nobody knows, and for UTF-16: that is not what was just read as ASCII."""
    match = _KNOWN.fullmatch(declared)
    if match is None:
        return "utf-8"
    try:
        return codecs.lookup(f"cp{match['page']}" if match["page"] else declared).name
    except LookupError:
        return "utf-8"


def _like_utf8(content: bytes) -> bool:
    """Whether more of the letters beyond ASCII are UTF-8 than are not; a slip of the disk spoils a few only."""
    try:
        content.decode()
    except UnicodeDecodeError:
        text = content.decode("utf-8", "replace")
        spoilt = text.count("\N{REPLACEMENT CHARACTER}")
        return spoilt * 2 <= sum(not letter.isascii() for letter in text)
    return True
