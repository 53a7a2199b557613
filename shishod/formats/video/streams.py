"""The streams of a film as ffprobe shows them: which are to be seen and heard, and what they are made of."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shishod.formats.languages import language_tag
from shishod.formats.words import clean
from shishod.model.book import Technical

Shown = Mapping[str, Any]

_LONGEST_S = 10 * 365 * 86_400  # what a broken header says beyond this is no duration
_MOST = 200
_LOCKED = frozenset({"drms", "drmi", "encv", "enca"})  # what FairPlay and Common Encryption call what they hide
_STILL = ("attached_pic", "timed_thumbnails")
_IN_A_LANGUAGE = re.compile(r"-[a-z]{3}\Z")
_RATE = re.compile(r"(\d{1,9})/(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Streams:
    """Those of one file in its own order; `whole` is what is said of all of it."""

    whole: Shown
    video: tuple[Shown, ...]
    audio: tuple[Shown, ...]
    subtitles: tuple[Shown, ...]
    stills: tuple[Shown, ...] = ()  # pictures that lie beside the film in its file, as its cover does

    @property
    def picture(self) -> Shown | None:
        return _chosen(self.video)

    @property
    def sound(self) -> Shown | None:
        return _chosen(self.audio)

    @property
    def locked(self) -> bool:
        return any(one.get("codec_tag_string") in _LOCKED for one in (*self.video, *self.audio))

    @property
    def language(self) -> str | None:
        """What is spoken where nobody chooses another."""
        return None if self.sound is None else _language(self.sound)

    @property
    def technical(self) -> Technical:
        """The picture's measures with the sound's; a sound alone has its own codec."""
        picture, sound = self.picture or {}, self.sound or {}
        lasting = (one.get("duration") for one in (self.whole, *self.video, *self.audio))
        seconds = next((found for said in lasting if 0 < (found := _number(said)) < _LONGEST_S), 0.0)
        return Technical(
            duration_ms=round(seconds * 1000) or None,
            bitrate=int(_number(self.whole.get("bit_rate"))) or None,
            codec=clean((picture or sound).get("codec_name"), 40),
            channels=_whole(sound, "channels"),
            sample_rate=_whole(sound, "sample_rate"),
            width=_whole(picture, "width"),
            height=_whole(picture, "height"),
        )

    def particulars(self) -> Iterator[tuple[str, str]]:
        """Container and streams in words, the languages among them."""
        if container := clean(self.whole.get("format_name"), 60):
            yield "container", container
        for name, streams, words in (
            ("video", self.video, _of_picture),
            ("audio", self.audio, _of_sound),
            ("subtitles", self.subtitles, _of_subtitle),
        ):
            if streams:
                yield name, "; ".join(" ".join(filter(None, words(one))) for one in streams)


def streams_of(said: Mapping[str, Any]) -> Streams:
    """From ffprobe's whole answer. Pictures that do not move, such as a cover, are left out."""
    listed = said.get("streams")
    every = [one for one in listed[:_MOST] if isinstance(one, dict)] if isinstance(listed, list) else []
    whole = said.get("format")
    return Streams(
        whole if isinstance(whole, dict) else {},
        tuple(one for one in every if one.get("codec_type") == "video" and not any(_is(one, how) for how in _STILL)),
        tuple(one for one in every if one.get("codec_type") == "audio"),
        tuple(one for one in every if one.get("codec_type") == "subtitle"),
        tuple(one for one in every if one.get("codec_type") == "video" and _is(one, _STILL[0])),
    )


def texts_of(shown: Shown) -> dict[str, str]:
    """The tags of a file or a stream by their names in capitals, without the language behind some."""
    tags = shown.get("tags")
    found: dict[str, str] = {}
    for name, text in tags.items() if isinstance(tags, dict) else ():
        found.setdefault(_IN_A_LANGUAGE.sub("", str(name)).upper(), str(text))
    return found


def milliseconds(said: object) -> int:
    """From seconds as ffprobe writes them; less than nothing where they are no number."""
    return round(seconds * 1000) if 0 <= (seconds := _number(said, -1.0)) < _LONGEST_S else -1


def _chosen(streams: tuple[Shown, ...]) -> Shown | None:
    """The one that is played where nobody chooses another."""
    return next((one for one in streams if _is(one, "default")), streams[0] if streams else None)


def _is(shown: Shown, how: str) -> bool:
    disposition = shown.get("disposition")
    return isinstance(disposition, dict) and bool(disposition.get(how))


def _language(shown: Shown) -> str | None:
    return language_tag(clean(texts_of(shown).get("LANGUAGE"), 40))


def _of_picture(shown: Shown) -> Iterator[str | None]:
    yield clean(shown.get("codec_name"), 40) or "unknown"
    yield clean(shown.get("profile"), 40)
    width, height = _whole(shown, "width"), _whole(shown, "height")
    yield f"{width}x{height}" if width and height else None
    if match := _RATE.fullmatch(str(shown.get("avg_frame_rate"))):
        yield f"{round(int(match[1]) / int(match[2]), 3):g} fps" if int(match[1]) and int(match[2]) else None


def _of_sound(shown: Shown) -> Iterator[str | None]:
    yield clean(shown.get("codec_name"), 40) or "unknown"
    yield _language(shown)
    channels = _whole(shown, "channels")
    yield f"{channels} channels" if channels and channels != 1 else "1 channel" if channels else None
    yield from _marks(shown)


def _of_subtitle(shown: Shown) -> Iterator[str | None]:
    yield _language(shown) or "unknown"
    yield from _marks(shown)
    yield f"({clean(shown.get('codec_name'), 40) or 'unknown'})"


def _marks(shown: Shown) -> Iterator[str]:
    for how, word in (("forced", "forced"), ("hearing_impaired", "for the deaf"), ("comment", "commentary")):
        if _is(shown, how):
            yield word


def _number(said: object, otherwise: float = 0.0) -> float:
    try:
        number = float(str(said))
    except ValueError:
        return otherwise
    return number if math.isfinite(number) else otherwise


def _whole(shown: Shown, name: str) -> int | None:
    number = _number(shown.get(name))
    return int(number) if 0 < number < 1 << 31 else None
