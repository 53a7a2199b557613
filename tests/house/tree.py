"""The tree as the house tests read it: its files, their lines, and what stands in them."""

import ast
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "shishod"
TESTS = ROOT / "tests"

Definition = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def text_files(*folders: Path) -> Iterator[Path]:
    """Everything a reader would open: sources, units, documents and scripts; not what tools leave behind."""
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in path.parts[-3:-1]):
                yield path


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes(), filename=str(path))


def length(path: Path) -> int:
    return len(path.read_bytes().splitlines())


def functions(folder: Path) -> Iterator[tuple[str, int]]:
    """Each function's place and its lines from `def` to its last, docstring included, decorators not."""
    for path in python_files(folder):
        for node in ast.walk(parsed(path)):
            if isinstance(node, Definition):
                assert node.end_lineno is not None
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def prose_lines(path: Path) -> set[int]:
    """The lines that speak to a reader: comments, and strings that stand alone as statements."""
    with path.open("rb") as source:
        lines = {token.start[0] for token in tokenize.tokenize(source.readline) if token.type == tokenize.COMMENT}
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            assert node.end_lineno is not None
            lines.update(range(node.lineno, node.end_lineno + 1))
    return lines


def written_lines(path: Path) -> int:
    return sum(1 for line in path.read_bytes().splitlines() if line.strip())
