"""N5: whatever happens to the disk and to the daemon, one scan later the catalogue is what the disk is.

Fifty seeds of two hundred steps: `pytest -m long tests/convergence`; one of them: `-k "long and 17"`.
"""

import tempfile
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from shishod.errors import ShishodError
from tests.convergence.disk import may_mount
from tests.convergence.session import Difference, Session

N = st.integers(0, 255)


class Storm(RuleBasedStateMachine):
    """Hypothesis draws the steps; the Session does them, and knows what to make of them."""

    number = 0
    place = Path()
    sessions: ClassVar[list[Session]] = []
    failed = (0, "")  # at which step the first run did, and how: hypothesis runs it twice, and we need only once

    def __init__(self) -> None:
        super().__init__()
        self.session: Session | None = None
        self.count = 0

    @initialize(chance=st.integers(0, 1 << 30).filter(bool))  # 0 is what hypothesis tries first, and tells nothing
    def begin(self, chance: int) -> None:
        if not self.failed[1]:
            place = Path(tempfile.mkdtemp(prefix="c", dir=self.place))
            self.session = Session(place, self.number, mounts=may_mount() and self.number % 5 != 4)
            self.sessions.append(self.session)

    def do(self, *step: str | int) -> None:
        self.count += 1
        said = ""
        try:
            if self.session is not None:
                self.session.do(step)
            elif self.count == self.failed[0]:
                said = self.failed[1]
        except (AssertionError, ShishodError) as error:  # or what the daemon did instead: it ended, or did not answer
            said = str(error) if isinstance(error, Difference) else self.session.told([str(error)])
            type(self).failed = self.count, said
        if said:
            raise Difference(said)

    def teardown(self) -> None:
        """The last check of all. The session is ended by whoever began the machine, so that nothing stays mounted."""
        if self.count and self.failed[0] != self.count:
            self.do("check", 3)


def _rule(deeds: tuple[str, ...]) -> Any:
    """A rule that does one of a few deeds that are alike, so that none is drawn too seldom or too often."""

    def deed(self: Storm, which: int, a: int, b: int, c: int) -> None:
        name = deeds[which % len(deeds)]
        self.do(name, *(a, b, c)[: NUMBERS[name]])

    deed.__name__ = deeds[0]
    return rule(which=N, a=N, b=N, c=N)(deed)


NUMBERS = {
    **dict.fromkeys(("create", "create_loud", "create_other", "arrive", "rename", "rename_folder", "save"), 3),
    **dict.fromkeys(("link", "hard_link", "write_slowly"), 3),
    **dict.fromkeys(("append", "truncate", "rewrite", "twin", "touch", "rename_case", "swap", "make_folder"), 2),
    **dict.fromkeys(("forbid",), 2),
    **dict.fromkeys(("delete", "delete_tree", "storm", "take_away", "bring_back"), 1),
    **dict.fromkeys(("start", "scan", "say", "pause", "check"), 1),
    **dict.fromkeys(("kill", "stop", "freeze", "thaw", "cancel"), 0),
}
RULES = (
    ("create",),
    ("create", "create_loud", "create_other", "write_slowly"),
    ("arrive",),
    ("append", "truncate"),
    ("rewrite", "twin"),
    ("save", "twin"),
    ("touch", "forbid", "rename_case"),
    ("rename",),
    ("rename_folder", "swap"),
    ("delete",),
    ("delete_tree", "make_folder", "make_folder"),
    ("link", "hard_link"),
    ("take_away", "bring_back", "bring_back"),
    ("kill", "stop", "start", "start", "say", "say"),
    ("freeze", "thaw", "storm", "scan", "scan", "cancel"),
    ("pause",),
    ("check",),
)
for _number, _deeds in enumerate(RULES):
    setattr(Storm, f"r{_number:02}_{_deeds[0]}", _rule(_deeds))


def converges(place: Path, number: int, steps: int) -> None:
    machine = seed(number)(type(f"Storm{number}", (Storm,), {"number": number, "place": place}))
    way = settings(
        max_examples=1,
        stateful_step_count=steps,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(machine, settings=way)
    finally:
        while Storm.sessions:
            Storm.sessions.pop().end()


@pytest.mark.parametrize("number", range(5))
def test_the_catalogue_is_what_the_disk_is_after_a_short_storm(tmp_path: Path, number: int) -> None:
    converges(tmp_path, number, 30)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("number", range(100, 150))
def test_the_catalogue_is_what_the_disk_is_after_a_long_storm(tmp_path: Path, number: int) -> None:
    converges(tmp_path, number, 200)
