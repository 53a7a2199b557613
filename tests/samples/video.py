"""Films of a second, encoded by ffmpeg: real streams in every container that we read, with what may be said in each."""

import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from os import PathLike, fspath
from typing import TypeVar

AnyPath = TypeVar("AnyPath", bound=str | bytes | PathLike[str])

CODECS: Mapping[str, tuple[str, ...]] = {  # ending -> how ffmpeg is told to encode for it
    "mkv": ("-c:v", "libx264", "-c:a", "aac"),
    "mka": ("-vn", "-c:a", "libopus"),
    "mp4": ("-c:v", "libx264", "-c:a", "aac", "-movflags", "+faststart"),
    "mov": ("-c:v", "libx264", "-c:a", "aac"),
    "webm": ("-c:v", "libvpx", "-c:a", "libvorbis"),
    "avi": ("-c:v", "mpeg4", "-c:a", "libmp3lame"),
    "wmv": ("-c:v", "wmv2", "-c:a", "wmav2", "-f", "asf"),
    "mpg": ("-c:v", "mpeg2video", "-c:a", "mp2", "-r", "25"),
    "ts": ("-c:v", "mpeg2video", "-c:a", "mp2", "-r", "25"),
    "flv": ("-c:v", "flv1", "-c:a", "libmp3lame"),
}
_CHAPTER = "[CHAPTER]\nTIMEBASE=1/1000\nSTART={}\nEND={}\ntitle={}\n"
CHAPTERS = _CHAPTER.format(0, 500, "One") + _CHAPTER.format(500, 1000, "Two")
SUBTITLES = "1\n00:00:00,000 --> 00:00:00,500\nHello.\n"
WORDS = {"title": "A Book", "artist": "Ann Author", "show": "Saga", "episode_sort": "2", "season_number": "1"}


def a_video(
    path: AnyPath,
    kind: str = "mkv",
    *,
    words: Mapping[str, str] | None = None,
    encode: tuple[str, ...] = (),
    chapters: bool = False,
    subtitles: str = "",
    languages: tuple[str, ...] = ("eng",),
    covers: tuple[tuple[str, bytes], ...] = (),
) -> AnyPath:
    """Write a film and return its path; `encode` are further words to ffmpeg, `languages` those of its sounds.

    `covers` are pictures by name: attached in Matroska, the cover atom of an MP4.

    One that was made before is not encoded again.
    """
    said = WORDS if words is None else words
    content = _encoded(kind, tuple(said.items()), encode, chapters, subtitles, languages, covers)
    with open(fspath(path), "wb") as file:
        file.write(content)
    return path


def a_chaptered_m4b(path: AnyPath, chapters: int, *, nero: bool = True) -> AnyPath:
    """Write sound with chapters of 10 ms as QuickTime keeps them, and (`nero`) as far as Nero's list goes."""
    told = ";FFMETADATA1\n" + "".join(_CHAPTER.format(at * 10, at * 10 + 10, f"Ç {at + 1}") for at in range(chapters))
    sound = ["-f", "lavfi", "-i", f"anullsrc=r=8000:cl=mono:d={chapters / 100}", "-f", "ffmetadata", "-i", "pipe:0"]
    kept = [] if nero else ["-movflags", "disable_chpl"]
    made = ["-map", "0:a", "-map_chapters", "1", "-c:a", "aac", *kept, "-f", "mp4", fspath(path)]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *sound, *made], input=told.encode(), check=True, timeout=60)
    return path


@cache
def _encoded(
    kind: str,
    words: tuple[tuple[str, str], ...],
    encode: tuple[str, ...],
    chapters: bool,
    subtitles: str,
    languages: tuple[str, ...],
    covers: tuple[tuple[str, bytes], ...],
) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        inputs = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=25:duration=1"]
        inputs += ["-f", "lavfi", "-i", "sine=duration=1:sample_rate=22050"]
        mapped = ["-map", "0:v", *["-map", "1:a"] * len(languages)]
        told = ["-pix_fmt", "yuv420p"]
        with open(f"{folder}/said.txt", "w", encoding="utf-8") as said:
            said.write(";FFMETADATA1\n" + CHAPTERS * chapters)
        inputs += ["-i", f"{folder}/said.txt"]
        if subtitles:
            with open(f"{folder}/said.srt", "w", encoding="utf-8") as heard:
                heard.write(SUBTITLES)
            inputs += ["-i", f"{folder}/said.srt"]
            mapped += ["-map", "3:s"]
            told += ["-metadata:s:s:0", f"language={subtitles}", "-c:s", "mov_text" if kind == "mp4" else "srt"]
        for number, (called, picture) in enumerate(covers):
            with open(f"{folder}/{called}", "wb") as beside:
                beside.write(picture)
            if kind == "mp4":
                inputs += ["-i", f"{folder}/{called}"]
                mapped += ["-map", "3:v"]
                told += ["-c:v:1", "copy", "-disposition:v:1", "attached_pic"]
            else:
                told += [
                    "-attach",
                    f"{folder}/{called}",
                    f"-metadata:s:t:{number}",
                    f"mimetype=image/{'png' if called.endswith('png') else 'jpeg'}",
                ]
        for name, text in words:
            told += ["-metadata", f"{name}={text}"]
        for number, language in enumerate(languages):
            told += [f"-metadata:s:a:{number}", f"language={language}"]
        made = f"{folder}/film.{kind}"
        command = ["ffmpeg", "-v", "error", "-nostdin", *inputs, *mapped, "-map_chapters", "2", *CODECS[kind], *told]
        subprocess.run([*command, *encode, "-t", "1", made], check=True, timeout=60)
        with open(made, "rb") as film:
            return film.read()
