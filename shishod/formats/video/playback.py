"""Whether a film can be played as it is; what that takes is the table DIRECT."""

from collections.abc import Mapping, Sequence

from shishod.formats.video.streams import Streams
from shishod.model.book import Playback

DIRECT: Mapping[str, frozenset[str]] = {  # what nearly every television, telephone and browser plays by itself
    "video": frozenset({"h264"}),
    "pixel format": frozenset({"yuv420p", "yuvj420p"}),  # eight bits a colour, as decoders in hardware want them
    "sound": frozenset({"aac"}),
}


def playback_of(streams: Streams, faults: Sequence[str]) -> tuple[Playback, tuple[str, ...]]:
    """By its streams and what else is wrong with the file, with every reason.

    One sound that can be played is enough.
    """
    if faults:
        return Playback.BROKEN, tuple(faults)
    if streams.locked:
        return Playback.LOCKED, ("it is encrypted, and played by those who have its key",)
    reasons = []
    if (picture := streams.picture) is not None:
        reasons = _unfit("video", picture.get("codec_name")) or _unfit("pixel format", picture.get("pix_fmt"))
    sounds = [_unfit("sound", one.get("codec_name")) for one in streams.audio]
    if sounds and all(sounds):
        reasons += sounds[0]
    return Playback.NEEDS_TRANSCODE if reasons else Playback.PLAYABLE, tuple(reasons)


def _unfit(row: str, said: object) -> list[str]:
    if said in DIRECT[row]:
        return []
    return [f"its {row} is {said or 'unknown'}, not {' or '.join(sorted(DIRECT[row]))}"]
