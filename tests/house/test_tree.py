"""The top of the tree holds what a visitor expects, and nothing else."""

from fnmatch import fnmatch

from tests.house.tree import ROOT

EXPECTED = {
    ".ci", ".git", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "etc", "packaging",
    "pyproject.toml", "shishod", "systemd", "tests",
}  # fmt: skip


def ignored(name: str) -> bool:
    patterns = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    return any(fnmatch(name, pattern.strip("/")) for pattern in patterns)


def test_the_top_level_holds_only_what_it_should() -> None:
    assert {path.name for path in ROOT.iterdir() if not ignored(path.name)} <= EXPECTED


def test_the_readme_has_the_two_commands_that_are_run_as_printed() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert [line.rsplit("/", 1)[1] for line in lines if line.startswith("python3 -m venv .venv ")] == [
        "Books",
        "pytest",
    ]
