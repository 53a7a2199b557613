"""Lines in gitignore's syntax, with git itself as the oracle."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shishod.model.patterns import compiled

NAMES = ["a", "b", "ab", "a.epub", "é", "*", "[", "a b"]
PARTS = ["a", "b", "*", "?", "[ab]", "[!a]", ".epub", "é", r"\*", r"\[", " "]
names = st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map("".join).filter(lambda name: "**" not in name)
middle = st.one_of(names, st.just("**"))


@st.composite
def lines(draw: st.DrawFn) -> str:
    """One line; two doubled stars never stand side by side, where git itself is of two minds."""
    parts = [draw(names)]
    for part in draw(st.lists(middle, max_size=3)):
        if part != "**" or parts[-1] not in ("**", "*"):
            parts.append(part)
    if parts[-1] == "**":
        parts.append(draw(names))
    ends = st.sampled_from(["", "", "/", "/**"] if parts[-1] != "*" else ["", "/"])
    return draw(st.sampled_from(["", "", "!"])) + draw(st.sampled_from(["", "/", "**/"])) + "/".join(parts) + draw(ends)


paths = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)


@pytest.fixture(scope="module")
def repository() -> Iterator[Path]:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    place = Path(tempfile.mkdtemp(prefix="shishod-git-"))
    subprocess.run(["git", "init", "-q", str(place)], check=True)
    yield place
    shutil.rmtree(place)


def said_by_git(place: Path, written: list[str], tree: set[str]) -> dict[str, bool]:
    (place / ".gitignore").write_text("".join(f"{line}\n" for line in written))
    command = ["git", "-C", str(place), "check-ignore", "--no-index", "--stdin", "-z", "-v", "-n"]
    told = subprocess.run(command, input="\0".join(tree) + "\0", capture_output=True, text=True, check=False).stdout
    fields = told.split("\0")
    rows = [fields[at : at + 4] for at in range(0, len(fields) - 1, 4)]
    return {path: bool(pattern) and not pattern.startswith("!") for _, _, pattern, path in rows}


def said_by_us(written: list[str], path: str, folders: set[str]) -> bool:
    """From the top down, as a walk asks."""
    asked = compiled(tuple(written))
    parts = path.split("/")
    prefixes = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    return any(asked.verdict(one.encode(), folder=one in folders) is True for one in prefixes)


@settings(max_examples=60, deadline=None)
@given(written=st.lists(lines(), min_size=1, max_size=4), files=st.sets(paths, min_size=1, max_size=12))
def test_git_says_the_same(repository: Path, written: list[str], files: set[str]) -> None:
    one_of_many = any("?" in line or "[" in line for line in written)
    assume(not (one_of_many and any("é" in path for path in files)))  # to git those are bytes, to us characters
    folders = {str(above) for path in files for above in Path(path).parents if str(above) != "."}
    for old in repository.iterdir():
        if old.is_dir() and old.name != ".git":
            shutil.rmtree(old)
        elif old.is_file():
            old.unlink()
    for folder in folders:
        (repository / folder).mkdir(parents=True, exist_ok=True)
    for path in files - folders:
        (repository / path).touch()
    tree = files | folders

    assert {path: said_by_us(written, path, folders) for path in tree} == said_by_git(repository, written, tree)


@pytest.mark.parametrize(
    ("line", "path", "folder", "verdict"),
    [
        ("*.pdf", "a/b.pdf", False, True),
        ("/*.pdf", "a/b.pdf", False, None),
        ("Samples/", "a/Samples", True, True),
        ("Samples/", "a/Samples", False, None),
        ("!keep.pdf", "keep.pdf", False, False),
        ("a/**/z", "a/z", False, True),
        ("a/**/z", "a/b/c/z", False, True),
        ("a/**", "a", True, None),
        ("a/**", "a/b", True, True),
        ("*", "anything", False, True),
        ("new\nline*", "x", False, None),
        ("?.epub", "é.epub", False, True),
        (r"\#recycle", "#recycle", True, True),
        ("# a remark", "# a remark", False, None),
        ("[!a]", "a", True, None),
    ],
)
def test_a_line_speaks_of_the_paths_that_git_says(line: str, path: str, folder: bool, verdict: bool | None) -> None:
    assert compiled((line,)).verdict(path.encode(), folder=folder) is verdict


def test_a_name_with_a_line_break_or_without_an_encoding_is_matched_like_any_other() -> None:
    asked = compiled(("*.epub", "caf?/"))

    assert asked.verdict(b"a\nb/c\n.epub", folder=False)
    assert asked.verdict(b"\xff\xfe.epub", folder=False)
    assert asked.verdict(b"caf\xe9", folder=True)
    assert compiled((os.fsdecode(b"caf\xe9"),)).verdict(b"caf\xe9", folder=True)


def test_the_last_line_that_matches_decides() -> None:
    assert compiled(("*.pdf", "!good.pdf")).verdict(b"good.pdf", folder=False) is False
    assert compiled(("!good.pdf", "*.pdf")).verdict(b"good.pdf", folder=False) is True


def test_lines_that_can_match_nothing_are_told() -> None:
    assert compiled(("[ab", "ok", "", "# remark")).faulty == ("[ab",)


@pytest.mark.parametrize("line", ["*a" * 60 + "b", "/".join(["**/a"] * 40) + "/b", "**/" + "*a" * 40 + "/**/b/*c"])
def test_a_line_made_to_be_slow_is_not(line: str) -> None:
    began_s = time.process_time()

    compiled((line,)).verdict(b"a" * 250, folder=False)
    compiled((line,)).verdict(b"a/" * 1500 + b"c", folder=False)

    assert time.process_time() - began_s < 2  # to try every way would take longer than there are stars
