"""What ffprobe says of a file, as JSON: asked once, with no way to anything but the file, and not for ever."""

import json
import re
from shutil import which
from typing import Any

from shishod.errors import BrokenFile
from shishod.formats.extras import FFPROBE
from shishod.formats.limits import Limits
from shishod.formats.outside import Answer, ask
from shishod.formats.words import clean

_ASKED = ("-show_format", "-show_streams", "-show_chapters", "-print_format", "json", "-v", "error", "-threads", "1")
_PATIENCE = 0.8  # of the time that a file may take: we end it, before our own process is ended for it
_BEFORE = re.compile(r"^.*?file:.*?: (?=[^:]+$)|^\[[^\]]*\] ")
_CUT = re.compile(r"moov atom not found|file ended prematurely|truncat", re.IGNORECASE)
_NO_MEMORY = re.compile(r"cannot allocate memory|failed to map segment", re.IGNORECASE)


class Silent(Exception):
    """ffprobe could not be asked; the text says why, and what to do."""


def probe(path: bytes, demuxer: str, limits: Limits) -> dict[str, Any]:
    """Its answer as `-print_format json` gives it, with its own complaints under "complaints".

    Only the demuxers of the container that the content shows are let look, for those of playlists open other files.
    Raises Silent where it cannot be asked, BrokenFile where it finds nothing to read.
    """
    program = which("ffprobe") if FFPROBE.present() else None
    if program is None:
        raise Silent(FFPROBE.advice)
    only = ("-protocol_whitelist", "file", "-format_whitelist", demuxer)
    try:
        answer = ask([program, *_ASKED, *only, b"file:" + path], limits.text_bytes, limits.file_s * _PATIENCE)
    except OSError as error:
        raise Silent(f"ffprobe could not be started ({error.strerror}); {FFPROBE.advice}") from error
    complaints = [_plain(line) for line in answer.complaints.decode("utf-8", "replace").splitlines() if line.strip()]
    if answer.code != 0:
        raise _fault(answer, complaints, limits)
    try:
        said = json.loads(answer.said.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise BrokenFile("broken-video", f"what ffprobe says of it cannot be understood: {error}") from error
    if not isinstance(said, dict):
        raise BrokenFile("broken-video", "what ffprobe says of it cannot be understood")
    return said | {"complaints": list(dict.fromkeys(complaints))}


def _fault(answer: Answer, complaints: list[str], limits: Limits) -> Exception:
    """Why there is no answer: by what ffprobe says, or by how it ended."""
    said = complaints[-1] if complaints else "it gives no reason"
    if answer.overlong:
        return BrokenFile("limit", f"what ffprobe says of it is longer than {limits.text_bytes} bytes")
    if answer.code is None or answer.code < 0:
        return BrokenFile("timeout", f"ffprobe took longer than {limits.file_s * _PATIENCE:g} s and was ended")
    if answer.code in (126, 127) and _NO_MEMORY.search(said):
        return Silent("ffprobe needs more memory than a reader may have; raise formats.memory to 512 MiB or more")
    if any(map(_NO_MEMORY.search, complaints)):
        return BrokenFile("limit", "reading it needs more memory than a reader may have (formats.memory)")
    if any(map(_CUT.search, complaints)):
        return BrokenFile("truncated", f"it was cut short, or is still being copied; ffprobe says: {said}")
    return BrokenFile("broken-video", f"it cannot be read as a film; ffprobe says: {said}")


def _plain(line: str) -> str:
    """One of its complaints without the name of the file and the number of the part that complains."""
    return clean(_BEFORE.sub("", line), 300)
