"""Patterns: lines in gitignore's syntax, each asked of one path at a time from the top of a tree down, as git does."""

import os
import re
from dataclasses import dataclass
from functools import lru_cache

MOST = 4096  # characters of a line that anybody could mean

# What pathspec's expressions are made of. It writes them for a file somewhere below a match, and for good will.
_ANY_END, _FOLDER_END = "(?:(?P<ps_d>/)|$)", "(?P<ps_d>/)"
_LEADING, _INNER = "^(?:.+/)?", "(?:/.+)?"
_STAR = "[^/]*"
_SLASH = re.compile(r"(?<!\[\^)/")
_ANYTHING_BUT = re.compile(r"\[\^(?!/)(\]?)")


@dataclass(frozen=True, slots=True)
class Patterns:
    """Compiled lines, the last first, as the last that matches decides. `faulty` ones say nothing, as in git.

    Each has the number that it has among all lines, from 1.
    """

    lines: tuple[tuple[re.Pattern[str], bool, int], ...] = ()
    faulty: tuple[str, ...] = ()

    def verdict(self, path: bytes, *, folder: bool) -> bool | None:
        """Whether a path is to be passed over, False when a line with ! takes it back, None when no line speaks of it.

        `path` is relative to where the lines stand, and what is above it is known not to be passed over.
        """
        text = os.fsdecode(path) + "/" * folder
        return next((passed for line, passed, _ in self.lines if line.search(text)), None)

    def decisive(self, path: bytes, *, folder: bool) -> int:
        """The number of the line that the verdict is by, 0 where there is none."""
        text = os.fsdecode(path) + "/" * folder
        return next((number for line, _, number in self.lines if line.search(text)), 0)


@lru_cache(maxsize=256)
def compiled(lines: tuple[str, ...]) -> Patterns:
    """The patterns of some lines. Imports what it parses them with only when there are any."""
    if not lines:
        return Patterns()
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    made, faulty = [], []
    for number, line in enumerate(lines, 1):
        try:
            regex, passed = GitIgnoreSpecPattern.pattern_to_regex(line) if len(line) <= MOST else (None, None)
            if regex is not None and passed is not None:
                inside = line.rstrip().endswith("/**/")
                made.append((re.compile(_exactly(regex, inside=inside), re.DOTALL), passed, number))
                continue
        except (ValueError, re.error):
            pass
        if line.strip() and not line.startswith("#"):
            faulty.append(line)
    return Patterns(tuple(reversed(made)), tuple(faulty))


def _exactly(regex: str, *, inside: bool) -> str:
    """The expression for one path alone, in which no choice is tried twice.

    Between two stars the first place that fits is as good as any later one, so it is taken for good: a line full of
    stars, which anybody may leave on a share, costs no more than a long one.
    """
    if regex == ".":
        return ""
    for end, ours in (
        (_ANY_END, r"/?\Z"),
        (_FOLDER_END, r"/.+/\Z" if inside and regex != _FOLDER_END else r"/\Z"),
        ("/", "/."),
    ):
        if regex.endswith(end):
            regex, tail = regex.removesuffix(end), ours
            break
    else:
        raise ValueError(f"an expression of a form that is not known: {regex}")
    regex = _ANYTHING_BUT.sub(r"[^\1/", regex)  # no part of a name is a slash
    leads = regex.startswith(_LEADING)
    *first, last = ["/".join(map(_steady, _SLASH.split(run))) for run in regex.removeprefix(_LEADING).split(_INNER)]
    made = "^(?:.+?/)??" if leads else ""
    for run in first:
        made = f"(?>{made}{run}(?=/))" + "(?:/.+?)??"
    return made + last + tail


def _steady(segment: str) -> str:
    """One name of a pattern, each star but the last held to the first place that fits."""
    head, *rest = segment.split(_STAR)
    if len(rest) < 2:
        return segment
    return head + "".join(f"(?>[^/]*?{part})" for part in rest[:-1]) + _STAR + rest[-1]
