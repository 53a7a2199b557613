"""Import down, never up, never sideways, and never in a circle."""

import subprocess
import sys

import grimp

from tests.house.tree import ROOT


def circles(graph: grimp.ImportGraph) -> list[list[str]]:
    """Groups of modules that reach each other by imports, deferred ones counted (Tarjan's components)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    trail: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        order[module] = low[module] = len(order)
        trail.append(module)
        for imported in sorted(graph.find_modules_directly_imported_by(module)):
            if imported not in order:
                visit(imported)
            if imported in trail:
                low[module] = min(low[module], low[imported])
        if low[module] == order[module]:
            circle = trail[trail.index(module) :]
            del trail[trail.index(module) :]
            if len(circle) > 1:
                found.append(sorted(circle))

    for module in sorted(graph.modules):
        if module not in order:
            visit(module)
    return found


def test_every_room_keeps_to_its_floor() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_no_imports_go_in_a_circle() -> None:
    assert circles(grimp.build_graph("shishod", cache_dir=None)) == []


def test_a_circle_would_be_seen() -> None:
    graph = grimp.ImportGraph()
    for importer, imported in (("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")):
        graph.add_import(importer=importer, imported=imported)

    assert circles(graph) == [["a", "b", "c"]]
