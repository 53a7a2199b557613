"""The plain run of MPEG frames, which is most MP3 without a count of its frames, read in a tenth of mutagen's time.

Plain is layer III that begins where it is looked for, with four frames one behind the other and neither Xing's nor
Fraunhofer's header in them. Whatever is not is left to mutagen; what is read here is what mutagen would say. Sources:
ISO 11172-3 and 13818-3.
"""

from typing import BinaryIO, NamedTuple

from shishod.formats.source import size_of

ENOUGH = 4  # frames, as mutagen wants them
_LONGEST = 1441  # bytes of a frame: 320 kbit/s at 32 kHz, padded
_BITRATES = {  # kbit/s by the number in the header; 0 is free, and 15 forbidden
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
_BITRATES[0] = _BITRATES[2]
_RATES = {3: (44100, 48000, 32000, 0), 2: (22050, 24000, 16000, 0), 0: (11025, 12000, 8000, 0)}  # hertz
_COUNTS = (b"Xing", b"Info", b"VBRI")
_VBRI_AT = 36


class Stream(NamedTuple):
    """What mutagen's `MPEGInfo` says, as far as it is asked for; `length` in seconds."""

    length: float
    bitrate: int
    channels: int
    sample_rate: int
    layer: int = 3


def plain_stream(file: BinaryIO, start: int) -> Stream | None:
    """The stream that begins there; None where it is not plain."""
    file.seek(start)
    head = file.read(ENOUGH * _LONGEST)
    first, at = _frame(head, 0), 0
    frame = first
    for _ in range(ENOUGH - 1):
        if frame is None:
            return None
        at += frame.length
        frame = _frame(head, at)
    if first is None or frame is None:
        return None
    length = 8 * (size_of(file) - start) / float(first.bitrate)
    return Stream(length, first.bitrate, first.channels, first.sample_rate)


class _Frame(NamedTuple):
    length: int
    bitrate: int
    channels: int
    sample_rate: int


def _frame(head: bytes, at: int) -> _Frame | None:
    """The plain frame there: sync, version, layer, then the numbers of bit rate and sample rate, padding and mode."""
    word = int.from_bytes(head[at : at + 4], "big")
    version = word >> 19 & 3
    if word >> 21 != 0x7FF or word >> 17 & 3 != 1 or version == 1:
        return None
    bitrate, rate = 1000 * _BITRATES[version][word >> 12 & 15], _RATES[version][word >> 10 & 3]
    if not bitrate or not rate:
        return None
    channels = 1 if word >> 6 & 3 == 3 else 2
    count_at = at + (13, 21, 36)[(version == 3) + (channels == 2)]
    counted = head[count_at : count_at + 4] in _COUNTS or head[at + _VBRI_AT : at + _VBRI_AT + 4] in _COUNTS
    if counted or len(head) < at + _VBRI_AT + 4:
        return None
    samples = 1152 if version == 3 else 576
    return _Frame(samples // 8 * bitrate // rate + (word >> 9 & 1), bitrate, channels, rate)
