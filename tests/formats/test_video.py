"""What is told of films: streams, tags and chapters as ffprobe shows them, and whether they play as they are."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats import extras, video
from shishod.formats.limits import Limits
from shishod.formats.video import FILMS
from shishod.formats.video.playback import DIRECT
from shishod.formats.video.probe import probe
from shishod.model.book import Contribution, Identifier, Playback, SeriesEntry
from shishod.model.metadata import Reading
from tests.samples import an_m4b
from tests.samples.video import a_video

H264_AND_AAC = ("-c:v", "libx264", "-c:a", "aac")


def said(path: Path) -> Reading:
    return formats.read(os.fsencode(path))


def why_broken(path: Path) -> str:
    with pytest.raises(BrokenFile) as broken:
        said(path)
    return broken.value.reason


@pytest.fixture
def without_ffprobe(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PATH", "/nowhere")
    extras.FFPROBE.present.cache_clear()  # type: ignore[attr-defined]
    yield
    extras.FFPROBE.present.cache_clear()  # type: ignore[attr-defined]


def test_its_streams_are_told_with_their_languages(tmp_path: Path):
    film = said(a_video(tmp_path / "a.mkv", languages=("eng", "fre"), subtitles="ger"))

    assert (film.format, film.technical.codec, film.technical.width, film.technical.height) == ("mkv", "h264", 64, 48)
    assert (film.technical.channels, film.technical.sample_rate, film.language) == (1, 22_050, "en")
    assert film.technical.duration_ms in range(900, 1200) and film.technical.bitrate
    told = dict(film.particulars)
    assert told["audio"] == "aac en 1 channel; aac fr 1 channel"
    assert told["subtitles"] == "de (subrip)"
    assert re.fullmatch(r"h264 .* 64x48 25 fps", told["video"])


def test_its_tags_are_told_with_their_places(tmp_path: Path):
    words = {
        "title": "The Salt Road", "DIRECTOR": "Ann Author", "ACTOR": "Bo Player; Cy Player", "DATE_RELEASED": "2011-05",
        "GENRE": "Drama", "SUMMARY": "Salt.", "IMDB": "tt0063350", "TMDB": "movie/603",
    }  # fmt: skip

    film = said(a_video(tmp_path / "a.mkv", words=words))

    assert (film.title, film.date, film.genres, film.description) == ("The Salt Road", "2011-05", ("Drama",), "Salt.")
    assert film.contributions == (
        Contribution("Ann Author", "drt"), Contribution("Bo Player", "act"), Contribution("Cy Player", "act"),
    )  # fmt: skip
    assert film.identifiers == (Identifier("imdb", "tt0063350"), Identifier("tmdb", "603"))
    assert dict(film.places)["date"] == "DATE_RELEASED"


def test_an_episode_says_its_show_season_and_number(tmp_path: Path):
    words = {"show": "Salt Roads", "season_number": "2", "episode_sort": "3", "network": "A Channel"}

    film = said(a_video(tmp_path / "a.mp4", "mp4", words=words))

    assert (film.series, film.season, film.publisher) == ((SeriesEntry("Salt Roads", "3"),), 2, "A Channel")


@pytest.mark.parametrize(
    "title", ["The.Salt.Road.2011.1080p.BluRay", "Salt Roads S02E03", "www.example.org", "Untitled"]
)
def test_a_title_that_tells_of_the_file_is_none(tmp_path: Path, title: str):
    film = said(a_video(tmp_path / "a.mkv", words={"title": title}))

    assert film.title is None and "title" not in dict(film.places)
    assert any(title in note for note in film.notes)


@pytest.mark.parametrize("kind", ["mkv", "mp4", "mov"])
def test_h264_with_aac_is_playable_as_it_is(tmp_path: Path, kind: str):
    film = said(a_video(tmp_path / f"a.{kind}", kind))

    assert (film.playback, film.reasons) == (Playback.PLAYABLE, ())


@pytest.mark.parametrize(
    ("kind", "encode", "reasons"),
    [
        ("avi", (), ("its video is mpeg4, not h264", "its sound is mp3, not aac")),
        ("mkv", ("-c:a", "ac3"), ("its sound is ac3, not aac",)),
        ("mkv", ("-pix_fmt", "yuv422p"), ("its pixel format is yuv422p, not yuv420p or yuvj420p",)),
        ("webm", (), ("its video is vp8, not h264", "its sound is vorbis, not aac")),
    ],
)
def test_all_else_needs_to_be_transcoded_and_says_why(tmp_path: Path, kind: str, encode: tuple, reasons: tuple):
    film = said(a_video(tmp_path / f"a.{kind}", kind, encode=encode))

    assert (film.playback, film.reasons) == (Playback.NEEDS_TRANSCODE, reasons)


def test_one_sound_that_is_played_is_enough(tmp_path: Path):
    film = said(a_video(tmp_path / "a.mkv", languages=("eng", "fre"), encode=("-c:a:0", "ac3")))

    assert dict(film.particulars)["audio"].startswith("ac3") and film.playback is Playback.PLAYABLE


def test_what_is_played_is_a_table():
    assert DIRECT["video"] == {"h264"} and DIRECT["sound"] == {"aac"}


@pytest.mark.parametrize("kind", ["mkv", "avi", "mp4"])
def test_a_film_that_was_cut_short_is_broken_and_says_so(tmp_path: Path, kind: str):
    path = a_video(tmp_path / f"a.{kind}", kind)
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size * 3 // 4)

    film = said(path)

    assert film.playback is Playback.BROKEN and "cut short" in film.reasons[0]
    assert film.technical.width == 64, "what it says is told all the same"


def test_a_film_without_its_index_is_truncated(tmp_path: Path):
    path = a_video(tmp_path / "a.mov", "mov")  # whose index is at its end
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size // 2)

    assert why_broken(path) == "truncated"


def test_noise_by_the_name_of_a_film_is_broken(tmp_path: Path):
    for ending in sorted(FILMS):
        path = tmp_path / f"a{ending.decode()}"
        path.write_bytes(b"this is no film, whatever it is called; " * 40)

        assert why_broken(path) in ("broken-video", "truncated"), ending


def test_sound_in_an_mp4_is_read_as_sound_without_asking_anybody(tmp_path: Path, without_ffprobe: None):
    reading = said(an_m4b(tmp_path / "a.mp4", title="A Book"))

    assert (reading.reader, reading.title, reading.notes) == ("mp4", "A Book", ())


def test_a_film_by_the_name_of_a_book_is_told_as_what_it_is(tmp_path: Path):
    assert said(a_video(tmp_path / "a.epub")).reader == "matroska"
    assert said(a_video(tmp_path / "a.wma", "wmv")).reader == "wmv"
    assert said(a_video(tmp_path / "a.mp3", "mov")).reader == "quicktime"


def test_a_transport_stream_is_told_by_its_packets(tmp_path: Path):
    assert said(a_video(tmp_path / "a.mpg", "ts")).reader == "mpeg"


def test_without_ffprobe_a_film_is_listed_with_what_is_missing(tmp_path: Path, request: pytest.FixtureRequest):
    version = formats.version_of("matroska")
    request.getfixturevalue("without_ffprobe")

    film = said(a_video_before(tmp_path / "a.mkv"))

    assert (film.reader, film.format, film.title) == ("matroska", "mkv", None)
    assert "install the Debian package ffmpeg" in film.notes[0]
    assert formats.version_of("matroska") < version, "with it the version is another, so that it is read anew"


def test_without_guessit_a_film_says_why_its_name_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    version, sound = formats.version_of("matroska"), formats.version_of("mka")
    missing = extras.Extra(extras.GUESSIT.name, extras.GUESSIT.serves, extras.GUESSIT.install, lambda: False)
    monkeypatch.setattr(video, "GUESSIT", missing)

    (note,) = said(a_video(tmp_path / "Salt S01E02.mkv")).notes

    assert note == (
        "the names of films and episodes need guessit, which is not installed; `pip install guessit`, "
        "and restart shishod"
    )
    assert said(a_video(tmp_path / "a.mka", "mka")).notes == ()
    assert (formats.version_of("matroska") < version, formats.version_of("mka")) == (True, sound)


def a_video_before(path: Path) -> Path:
    """One that needs no program to be made: Matroska's mark, and nothing else."""
    path.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(60))
    return path


def test_a_playlist_in_the_guise_of_a_film_leads_nowhere(tmp_path: Path):
    secret = a_video(tmp_path / "secret.ts", "ts")
    lists = {
        "hls.mkv": f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n",
        "concat.avi": f"ffconcat version 1.0\nfile '{secret}'\n",
    }
    for name, text in lists.items():
        (tmp_path / name).write_text(text)

        assert why_broken(tmp_path / name) == "broken-video"


def test_a_name_with_a_colon_or_a_dash_is_no_option_and_no_protocol(tmp_path: Path):
    for name in ("-i http:x.mkv", "concat:a|b.mkv", "%d 100%.mkv", "a\nb.mkv"):
        assert said(a_video(tmp_path / name)).title == "A Book", name


def test_it_is_told_that_the_memory_of_a_reader_is_too_small(tmp_path: Path):
    path = a_video(tmp_path / "a.mkv")
    ask = (
        "import os, resource, sys; from shishod import formats\n"
        "resource.setrlimit(resource.RLIMIT_AS, (200 << 20, 200 << 20))\n"
        "print(formats.read(os.fsencode(sys.argv[1])).notes)"
    )

    told = subprocess.run([sys.executable, "-c", ask, path], capture_output=True, text=True, check=True)

    assert "raise formats.memory" in told.stdout


def test_a_film_is_read_within_the_memory_of_a_reader(tmp_path: Path):
    path = a_video(tmp_path / "a.mkv", encode=("-s", "3840x2160"))
    ask = (
        "import os, resource, sys; from shishod import formats; from shishod.formats.limits import Limits\n"
        "resource.setrlimit(resource.RLIMIT_AS, (Limits().memory_bytes, Limits().memory_bytes))\n"
        "print(formats.read(os.fsencode(sys.argv[1])).technical.width)"
    )

    told = subprocess.run([sys.executable, "-c", ask, path], capture_output=True, text=True, check=True)

    assert told.stdout == "3840\n"


def test_an_answer_beyond_the_limit_is_named(tmp_path: Path):
    path = a_video(tmp_path / "a.mkv")

    with pytest.raises(BrokenFile) as broken:
        probe(os.fsencode(path), "matroska,webm", Limits(text_bytes=100))
    assert broken.value.reason == "limit"


def test_a_film_that_takes_too_long_is_named(tmp_path: Path):
    path = a_video(tmp_path / "a.mkv")

    with pytest.raises(BrokenFile) as broken:
        probe(os.fsencode(path), "matroska,webm", Limits(file_s=0.001))
    assert broken.value.reason == "timeout"


def test_sound_in_matroska_is_a_track_of_an_audiobook(tmp_path: Path):
    words = {"ALBUM": "She", "TITLE": "Chapter 1", "ARTIST": "Ann Author", "NARRATOR": "Nora Voice", "LANGUAGE": "fr"}

    track = said(a_video(tmp_path / "a.mka", "mka", words=words, languages=("und",)))

    assert (track.reader, track.title, track.part_title, track.playback) == ("mka", "She", "Chapter 1", "")
    assert track.contributions == (Contribution("Ann Author"), Contribution("Nora Voice", "nrt"))
    assert (track.technical.codec, track.technical.width, track.notes) == ("opus", None, ())


def test_sound_in_matroska_by_the_name_of_a_film_is_read_as_sound(tmp_path: Path):
    track = said(a_video(tmp_path / "a.mkv", "mka", words={"TITLE": "She"}))

    assert (track.reader, track.title, track.notes) == ("mka", "She", ())
