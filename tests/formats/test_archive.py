"""The zip index of our own, against archives as the standard library writes them, and as nobody should."""

import io
import os
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from shishod.errors import BrokenFile
from shishod.formats.archive import Archive
from shishod.formats.limits import Limits


def an_archive(path: Path, members: dict[str, bytes], before: bytes = b"", after: bytes = b"", **how) -> Path:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = how.pop("comment", b"")
        for name, content in members.items():
            archive.writestr(name, content, **how)
    path.write_bytes(before + packed.getvalue() + after)
    return path


def test_it_reads_what_the_standard_library_packed(tmp_path: Path):
    members = {f"{n}.txt": os.urandom(n * 50) for n in range(200)} | {"käse.txt": b"gouda", "empty": b""}

    with open(an_archive(tmp_path / "a.zip", members), "rb") as file:
        archive = Archive(file, Limits())
        assert {name: archive.read(name) for name in members} == members


def test_a_name_that_stands_in_other_names_or_twice_is_found_as_the_standard_library_finds_it(tmp_path: Path):
    path, names = tmp_path / "a.zip", ("a/b.txt", "b.txt", "a/b.txt.bak", "b.txt", "ab.txt", "kse.txt", "b")
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        for place, name in enumerate(names):
            member = zipfile.ZipInfo(name)
            member.comment = b"b.txt and PK\1\2" if name == "b" else b""
            archive.writestr(member, b"%d" % place)

    for name in (*names, "txt", "b.tx"):
        with zipfile.ZipFile(path) as archive, open(path, "rb") as file:
            mine = Archive(file, Limits())
            assert (name in mine) == (name in archive.namelist())
            if name in mine:
                assert mine.read(name) == archive.read(name)


def test_an_entry_may_keep_its_lengths_behind_its_name(tmp_path: Path):
    """As those write who cannot know beforehand that 32 bits will do, without zip64's own end."""
    packed = an_archive(tmp_path / "a.zip", {"a.txt": b"salt" * 99}).read_bytes()
    at = packed.rfind(b"PK\1\2")
    stored, size = struct.unpack_from("<2L", packed, at + 20)
    longer = struct.pack("<HHHHQQ", 7, 0, 1, 16, size, stored)
    entry = bytearray(packed[at : at + 46] + b"a.txt" + longer)
    struct.pack_into("<2L2H", entry, 20, 0xFFFFFFFF, 0xFFFFFFFF, 5, len(longer))
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(entry), at, 0)
    (tmp_path / "b.zip").write_bytes(packed[:at] + entry + end)

    with open(tmp_path / "b.zip", "rb") as file:
        assert Archive(file, Limits()).read("a.txt") == b"salt" * 99


@pytest.mark.parametrize(
    ("before", "after", "comment"),
    [
        (b"junk" * 250, b"", b""),
        (b"", b"\r\n junk after", b""),
        (b"", b"", b"a comment"),
        (b"", b"", b"PK\5\6" + b"x" * 60_000),
        (b"MZ", b"", b"PK\5\6"),
    ],
    ids=["self-extracting", "trailing junk", "comment", "an end record in the comment", "both"],
)
def test_what_stands_around_an_archive_is_no_matter(tmp_path: Path, before: bytes, after: bytes, comment: bytes):
    path = an_archive(tmp_path / "a.zip", {"a": b"content"}, before, after, comment=comment)

    with open(path, "rb") as file:
        assert Archive(file, Limits()).read("a") == b"content"


@pytest.mark.parametrize("asked", ["OEBPS/Content.OPF", "oebps\\content.opf", "./OEBPS/content.opf"])
def test_a_name_written_otherwise_is_found(tmp_path: Path, asked: str):
    with open(an_archive(tmp_path / "a.zip", {"OEBPS/content.opf": b"here"}), "rb") as file:
        archive = Archive(file, Limits())
        assert archive.read(asked) == b"here"
        assert "OEBPS/content.opf" in archive and asked not in archive


def test_a_name_in_another_normal_form_is_found(tmp_path: Path):
    with open(an_archive(tmp_path / "a.zip", {"e\u0301.xhtml": b"here"}), "rb") as file:
        assert Archive(file, Limits()).read("é.xhtml") == b"here"


def test_a_member_that_is_not_there_is_a_key_error(tmp_path: Path):
    with open(an_archive(tmp_path / "a.zip", {"a": b""}), "rb") as file:
        with pytest.raises(KeyError):
            Archive(file, Limits()).read("b")
        assert Archive(file, Limits()).try_read("b") is None


def test_a_bomb_is_stopped_at_the_limit_and_not_held_in_memory(tmp_path: Path):
    path = an_archive(tmp_path / "a.zip", {"bomb": bytes(20 << 20)})

    with open(path, "rb") as file:
        archive = Archive(file, Limits())
        with pytest.raises(BrokenFile) as broken:
            archive.read("bomb", 1 << 20)
        assert archive.try_read("bomb", 1 << 20) is None
        assert len(archive.read("bomb", 1 << 20, cut=True)) == 1 << 20
    assert broken.value.reason == "limit"
    assert archive.notes == [broken.value.text]


def test_an_index_that_belittles_a_member_does_not_get_it_read(tmp_path: Path):
    path = an_archive(tmp_path / "a.zip", {"bomb": bytes(4 << 20)})
    whole = bytearray(path.read_bytes())
    struct.pack_into("<L", whole, whole.rfind(b"PK\1\2") + 24, 10)
    path.write_bytes(whole)

    with open(path, "rb") as file, pytest.raises(BrokenFile) as broken:
        Archive(file, Limits(text_bytes=1 << 20)).read("bomb", 1 << 20)
    assert broken.value.reason == "limit"


def test_members_packed_by_bzip2_are_read_and_bounded(tmp_path: Path):
    path = an_archive(tmp_path / "a.zip", {"a": b"content", "bomb": bytes(4 << 20)}, compress_type=zipfile.ZIP_BZIP2)

    with open(path, "rb") as file:
        archive = Archive(file, Limits())
        assert archive.read("a") == b"content"
        assert archive.try_read("bomb", 1 << 20) is None


def test_a_method_that_is_unknown_is_named(tmp_path: Path):
    path = an_archive(tmp_path / "a.zip", {"a": b"content"}, compress_type=zipfile.ZIP_LZMA)

    with open(path, "rb") as file, pytest.raises(BrokenFile) as broken:
        Archive(file, Limits()).read("a")
    assert broken.value.reason == "compression"


def test_bytes_that_bzip2_cannot_have_written_are_damage(tmp_path: Path):
    path = an_archive(tmp_path / "a.zip", {"a": b"content"}, compress_type=zipfile.ZIP_BZIP2)
    path.write_bytes(path.read_bytes().replace(b"BZh", b"ZZZ"))

    with open(path, "rb") as file, pytest.raises(BrokenFile) as broken:
        Archive(file, Limits()).read("a")
    assert broken.value.reason == "broken-archive"


def test_a_link_and_a_folder_are_no_plain_members(tmp_path: Path):
    link = zipfile.ZipInfo("link.png")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("folder/", b"")
        archive.writestr("page.png", b"")

    with open(tmp_path / "a.zip", "rb") as file:
        assert [one.name for one in Archive(file, Limits()) if one.plain] == ["page.png"]


def test_the_comment_of_an_archive_is_kept(tmp_path: Path):
    with open(an_archive(tmp_path / "a.zip", {"a": b""}, comment=b"said of it"), "rb") as file:
        assert Archive(file, Limits()).comment == b"said of it"


def test_too_many_entries_are_refused(tmp_path: Path):
    with open(an_archive(tmp_path / "a.zip", {str(n): b"" for n in range(50)}), "rb") as file:
        with pytest.raises(BrokenFile) as broken:
            Archive(file, Limits(entries=49))
        assert Archive(file, Limits(entries=50)).read("49") == b""
    assert broken.value.reason == "limit"


def a_large_archive(path: Path, count: int) -> Path:
    """Members of one byte, and the end of the 64-bit kind: zipfile takes seconds to write so many."""
    here, there, at = [], [], 0
    for name in (b"%d" % number for number in range(count)):
        told = struct.pack("<5H3I2H", 20, 0, 0, 0, 33, zlib.crc32(b"x"), 1, 1, len(name), 0)
        here.append(b"PK\3\4" + told + name + b"x")
        there.append(b"PK\1\2\24\0" + told + struct.pack("<3H2I", 0, 0, 0, 0, at) + name)
        at += len(here[-1])
    listed = b"".join(there)
    end = b"PK\6\6" + struct.pack("<Q2H2I4Q", 44, 45, 45, 0, 0, count, count, len(listed), at)
    found = b"PK\6\7" + struct.pack("<IQI", 0, at + len(listed), 1)
    last = b"PK\5\6" + struct.pack("<4H2IH", 0, 0, 0xFFFF, 0xFFFF, len(listed), 0xFFFFFFFF, 0)
    path.write_bytes(b"".join(here) + listed + end + found + last)
    return path


def test_a_large_archive_of_the_64_bit_kind_is_read(tmp_path: Path):
    path = a_large_archive(tmp_path / "a.zip", 66_000)

    assert zipfile.ZipFile(path).read("65999") == b"x"
    with open(path, "rb") as file:
        assert Archive(file, Limits()).read("65999") == b"x"


def test_a_locked_member_is_said_to_be_locked(tmp_path: Path):
    path = an_archive(tmp_path / "a.zip", {"a": b"content"})
    whole = bytearray(path.read_bytes())
    whole[whole.rfind(b"PK\1\2") + 8] |= 1
    path.write_bytes(whole)

    with open(path, "rb") as file, pytest.raises(BrokenFile) as broken:
        Archive(file, Limits()).read("a")
    assert broken.value.reason == "encrypted"


def test_a_flipped_byte_in_a_member_is_noticed(tmp_path: Path):
    path = an_archive(tmp_path / "a.zip", {"a": b"content"}, compress_type=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"content", b"contemt"))

    with open(path, "rb") as file, pytest.raises(BrokenFile) as broken:
        Archive(file, Limits()).read("a")
    assert broken.value.reason == "broken-archive"


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        (b"PK\3\4" + b"x" * 100, "truncated", "lost the index"),
        (b"%PDF-1.7", "not-a-zip", "a PDF"),
        (b"<!DOCTYPE html><HTML>login", "not-a-zip", "a web page"),
        (b"anything", "not-a-zip", "something else"),
    ],
)
def test_what_is_no_archive_is_told_apart(tmp_path: Path, content: bytes, reason: str, words: str):
    path = tmp_path / "a.epub"
    path.write_bytes(content)

    with open(path, "rb") as file, pytest.raises(BrokenFile) as broken:
        Archive(file, Limits())
    assert broken.value.reason == reason and words in broken.value.text
