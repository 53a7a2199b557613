"""How the daemon ends."""

from typing import Any

import pytest

from shishod.daemon import launch
from shishod.errors import Displaced


class Left(BaseException):
    pass


class Daemon:
    """One with a part that hangs."""

    def __init__(self) -> None:
        self.intake = self.catalog = self
        self.done: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return ()

    def close(self) -> None:
        self.done.append("closed")


@pytest.mark.parametrize(("ends_by", "done"), [(None, ["closed"]), (RuntimeError("a part died"), [])])
def test_what_hangs_while_the_daemon_is_stopped_is_suspected_of_nothing(
    monkeypatch: pytest.MonkeyPatch, ends_by: Exception | None, done: list[str]
) -> None:
    class Supervisor:
        undrained = ("workers",)

        def __init__(self, *_: object, **__: object) -> None: ...

        def run(self) -> None:
            if ends_by is not None:
                raise ends_by

    def leave() -> None:
        raise Left

    monkeypatch.setattr(launch, "Supervisor", Supervisor)
    monkeypatch.setattr(launch, "_leave", leave)
    daemon = Daemon()

    with pytest.raises(Left):
        launch._supervise(daemon, None, drawn=False)  # type: ignore[arg-type]

    assert daemon.done == done


def test_a_daemon_that_another_has_displaced_ends_as_one_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Supervisor:
        undrained = ()

        def __init__(self, *_: object, **__: object) -> None: ...

        def run(self) -> None: ...

    monkeypatch.setattr(launch, "Supervisor", Supervisor)
    daemon = Daemon()
    daemon.displaced = "another daemon has taken over the catalogue"

    with pytest.raises(Displaced, match="taken over"):
        launch._supervise(daemon, None, drawn=False)  # type: ignore[arg-type]

    assert daemon.done == ["closed"]
