"""The plain tag: what mutagen would say of it, and nothing of what is not plain."""

import random
import struct
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from shishod.formats import id3, id3_plain
from shishod.formats.id3_plain import plain_tag
from tests.samples import Mark, a_png
from tests.samples.audio import an_id3

TEXTS = ("TIT2", "TALB", "TPE1", "TCOM", "TRCK", "TYER", "TDRC", "TDAT", "TCON", "TPUB", "TLEN", "TDTG", "TIPL", "TMED")
OTHERS = ("PRIV", "UFID", "USLT", "WXXX", "SYLT", "CHAP", "XYZW", "RVA2", "POPM", "GEOB", "TT2\0", "T\xe92")
WORDS = (
    "",
    "A",
    "Émile",
    "本",
    "17",
    "(17)",
    "(17)(RX)Rock",
    "CR",
    "4/12",
    "1999",
    "1999-05",
    "iTunNORM",
    "😀",
    "((a)",
)
CODECS = ("latin1", "utf-16", "utf-16-be", "utf-8")


def frame(name: str, body: bytes, flags: int = 0, *, new: bool) -> bytes:
    size = len(body)
    packed = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) if new else struct.pack(">I", size)
    return name.encode("latin1") + packed + struct.pack(">H", flags) + body


def a_tag(frames: bytes, version: int, flags: int = 0) -> bytes:
    size = bytes(len(frames) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + bytes([version, 0, flags]) + size + frames


def a_text(chance: random.Random, encoding: int) -> bytes:
    return chance.choice(WORDS).encode(CODECS[min(encoding, 3)], "replace")


def a_body(chance: random.Random, name: str) -> bytes:
    encoding = chance.choice((0, 0, 1, 1, 2, 3, 3, 7))
    end = b"\0\0" if encoding in (1, 2) else b"\0"
    texts = end.join(a_text(chance, encoding) for _ in range(chance.choice((0, 1, 1, 1, 2, 3))))
    texts += chance.choice((b"", b"", end, end * 2, b"\0"))
    desc = a_text(chance, encoding) + (end if chance.random() < 0.95 else b"")
    if name == "TXXX":
        return bytes([encoding]) + desc + texts
    if name == "COMM":
        return bytes([encoding]) + chance.choice((b"eng", b"XXX", b"\xe9ng", b"e")) + desc + texts
    if name == "APIC":
        mime = chance.choice((b"image/png\0", b"image/jpeg\0", b"PNG\0", b"", b"image/gif"))
        return bytes([encoding]) + mime + bytes([chance.choice((3, 0, 4, 99))]) + desc + chance.choice((b"", a_png()))
    return bytes([encoding]) + texts if name.startswith("T") else chance.randbytes(chance.randrange(40))


def some_frames(chance: random.Random, *, new: bool) -> bytes:
    names = (*TEXTS, "TXXX", "TXXX", "COMM", "COMM", "APIC", *(OTHERS if chance.random() < 0.5 else ()))
    made = b""
    for name in chance.sample(names, chance.randrange(1, 7)):
        body = b"" if chance.random() < 0.03 else a_body(chance, name)
        made += frame(name, body, chance.choice((0x8000, 0x40, 1, 2)) if chance.random() < 0.05 else 0, new=new)
    made = made[: -chance.randrange(1, 12)] if chance.random() < 0.1 else made
    return made + bytes(chance.choice((0, 0, 3, 12, 100)))


def told(tag: Any) -> object:
    """All that is asked of a tag."""
    pictures = [(one.HashKey, int(one.type), one.mime, id3.content_of(tag, one)) for one in tag.getall("APIC")]
    return id3.texts(tag), pictures, list(id3._chapters(tag)), tag.size, bool(tag)


def by_mutagen(content: bytes, monkeypatch: pytest.MonkeyPatch) -> Any:
    with monkeypatch.context() as patched:
        patched.setattr(id3_plain, "plain_tag", lambda *_: None)
        return id3.load(BytesIO(content), [])


@pytest.mark.parametrize("version", [3, 4])
def test_it_says_what_mutagen_says_of_five_thousand_random_tags(version: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, plain = random.Random(version), 0
    for _ in range(2500):
        content = a_tag(some_frames(chance, new=version == 4), version)
        tag = plain_tag(content[:10], BytesIO(content))
        if tag is not None:
            plain += 1
            assert told(tag) == told(by_mutagen(content, monkeypatch)), content
    assert plain > 500


def a_file(path: Path, **said: Any) -> bytes:
    an_id3(**said).save(path)
    return path.read_bytes()


def test_what_taggers_write_is_plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = a_file(tmp_path / "a", track="3/9", date="2011", genre="Fantasy", cover=True, custom={"SERIES": "Saga"})

    tag = plain_tag(content[:10], BytesIO(content))

    assert tag is not None
    assert told(tag) == told(by_mutagen(content, monkeypatch))


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("size", [127, 128, 400, 511, 512, 4000, 4096, 70_000])
def test_a_picture_is_stepped_over_and_read_only_when_it_is_asked_for(
    version: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, chance = version == 4, random.Random(size)
    first, second = (chance.randbytes(size) for _ in range(2))
    frames = frame("TIT2", b"\3Salt", new=new)
    frames += frame("APIC", b"\0image/png\0\3front\0" + first, new=new)
    frames += frame("COMM", b"\1eng\xff\xfe\0\0\xff\xfe" + ("long " * 2000).encode("utf-16-le"), new=new)
    frames += frame("APIC", b"\1image/png\0\4\xff\xfeb\0\0\0" + second, new=new)
    frames += frame("TALB", b"\3Iron", new=new)
    content = a_tag(frames + bytes(300), version)

    tag = plain_tag(content[:10], BytesIO(content))

    assert tag is not None
    assert told(tag) == told(by_mutagen(content, monkeypatch))
    assert id3.picture_of(tag, "APIC:b") == second


def test_a_description_longer_than_is_looked_at_is_left_to_mutagen(monkeypatch: pytest.MonkeyPatch) -> None:
    content = a_tag(frame("APIC", b"\0image/png\0\3" + b"d" * 600 + b"\0" + a_png(), new=False), 3)

    assert plain_tag(content[:10], BytesIO(content)) is None
    assert id3.picture_of(id3.load(BytesIO(content), []), f"APIC:{'d' * 600}") == a_png()


NOT_PLAIN = {
    "old": a_tag(frame("TIT2", b"\3a", new=False), 2),
    "unsynchronised": a_tag(frame("TIT2", b"\3a", new=False), 3, 0x80),
    "extended": a_tag(frame("TIT2", b"\3a", new=False), 3, 0x40),
    "compressed": a_tag(frame("TIT2", b"\3a", 0x80, new=False), 3),
    "twice": a_tag(frame("TIT2", b"\3a", new=False) * 2, 3),
    "cut": a_tag(frame("TIT2", b"\3a", new=False)[:-1], 3),
    "synchronised": a_tag(frame("SYLT", b"\3eng\1\1\0a\0\0\0\0\0", new=False), 3),
    "padding": a_tag(bytes(64), 3),
    "empty": a_tag(b"", 3),
}


@pytest.mark.parametrize("content", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_what_is_not_plain_is_left_to_mutagen(content: bytes) -> None:
    assert plain_tag(content[:10], BytesIO(content)) is None


def test_chapters_are_left_to_mutagen(tmp_path: Path) -> None:
    content = a_file(tmp_path / "a", chapters=[Mark("One", 0, 1000)])

    assert plain_tag(content[:10], BytesIO(content)) is None


def test_a_tag_that_is_longer_than_its_file_is_left_to_mutagen(tmp_path: Path) -> None:
    content = a_file(tmp_path / "a")

    assert not isinstance(id3.load(BytesIO(content[:-5]), []), id3_plain.PlainTag)
