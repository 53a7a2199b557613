"""One word for an idea, and none that means nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import HOUSE, ROOT, TESTS, Definition, parsed, python_files, text_files

BANNED = {"manager", "helper", "util", "handler", "processor", "data", "info", "item"}
BANNED |= {f"{word}s" for word in BANNED}

FORCED = {
    "columns.py": {"bind_processor", "result_processor"},  # SQLAlchemy's types
    "id3_speed.py": {"data"},  # mutagen's decode_terminated(data, ...)
    "log.py": {"info"},  # as every logger has it
    "protocol.py": {"data_received", "data"},  # asyncio's protocols
}
"""Names that a library's interface asks for, by the file that needs them."""

WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|HA" r"CK)\b")
OF_ONE_MACHINE = re.compile(
    r"/wo" r"rk/|/ro" r"ot/\.|py" r"pi\.org|python" r"hosted\.org|deb\.deb" r"ian\.org|npm" r"js"
)


def names(path: Path) -> Iterator[tuple[int, str]]:
    """What a file defines: itself, its classes, functions, parameters and variables."""
    yield 0, path.stem
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ClassDef | Definition):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id if isinstance(node, ast.Name) else node.attr


def sleeps(path: Path) -> Iterator[int]:
    if b"sleep" not in path.read_bytes():
        return
    for node in ast.walk(parsed(path)):
        imported = isinstance(node, ast.ImportFrom) and node.module == "time" and node.names
        if imported and any(alias.name == "sleep" for alias in imported):
            yield node.lineno
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "time.sleep":
            yield node.lineno


def test_no_name_is_an_empty_word() -> None:
    empty = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in python_files(HOUSE)
        for line, name in names(path)
        if name not in FORCED.get(path.name, ()) and BANNED & {word.lower() for word in WORDS.findall(name)}
    ]
    assert empty == []


def test_no_loop_sleeps() -> None:
    files = [*python_files(HOUSE), *python_files(TESTS)]
    assert [f"{path.relative_to(ROOT)}:{line}" for path in files for line in sleeps(path)] == []


@pytest.mark.parametrize("pattern", [UNFINISHED, OF_ONE_MACHINE], ids=["unfinished", "of one machine"])
def test_nothing_in_the_tree_is(pattern: re.Pattern[str]) -> None:
    places = [ROOT / name for name in ("shishod", "systemd", "etc", "tests", "packaging", ".ci")]
    places += [*ROOT.glob("*.md"), ROOT / "pyproject.toml"]
    found = [
        f"{path.relative_to(ROOT)}:{number} {line.strip()}"
        for path in text_files(*places)
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []
