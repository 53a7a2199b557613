"""What the daemon tells of its web catalogues."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from shishod.daemon.assembly import build
from shishod.daemon.config import Settings, settings_for_run
from shishod.daemon.web import Web
from shishod.enrich.manners import FAILURES, Declined, Misconfigured
from shishod.errors import Refused
from shishod.model.book import BookKind
from shishod.model.finding import Standing
from tests.enrich.recorded import ANSWERS
from tests.enrich.simulator import Reply, Simulator, a_simulator
from tests.store.building import a_book, a_root, save


@pytest.mark.parametrize("error", [Declined("books answers 422"), Misconfigured("books answers 401")])
def test_a_choice_that_a_provider_does_not_answer_is_no_fault_of_ours(error: Exception) -> None:
    class Unwilling:
        def choose(self, *_: object) -> bool:
            raise error

    web: Any = Web.__new__(Web)
    web._enricher = Unwilling()

    with pytest.raises(Refused, match="books answers 4"):
        web.choose(1, "books", "odd")


def settings(place: Path, simulator: Simulator, **enrich: Any) -> Settings:
    said = {"providers": ["openlibrary"], "contact": "ann@example.org"} | enrich
    for name in ("openlibrary", "audnexus", "googlebooks"):
        said[name] = {"url": f"{simulator.url}/{name}"} | said.get(name, {})
    told = {"state_dir": str(place / "state"), "control": {"socket": str(place / "s.sock")}, "enrich": said}
    return settings_for_run([], told)


def reloaded(before: Settings, after: Settings) -> tuple[Mapping[str, Any], Mapping[str, str], list[float]]:
    """What a reload says, how the providers are after it, and how sure each asks to be."""
    daemon = build(before, load=lambda: after, idle=True)
    try:
        said = daemon.apply()
        assert daemon.web is not None
        sure = [guide.settings.threshold for guide in daemon.web._enricher.guides.values()]
        return said, daemon.web.states(), sure
    finally:
        daemon.close()


def test_providers_and_what_is_believed_of_them_are_read_again(tmp_path: Path) -> None:
    with a_simulator() as simulator:
        before = settings(tmp_path, simulator)
        after = settings(tmp_path, simulator, providers=["audnexus", "openlibrary"], openlibrary={"threshold": 0.95})

        said, states, sure = reloaded(before, after)

    assert (said["applied"], said["restart_needed"]) == (["enrich"], [])
    assert (list(states), sure) == (["audnexus", "openlibrary"], [0.85, 0.95])


@pytest.mark.parametrize("after", [{"workers": 3}, {"providers": []}])
def test_what_needs_a_restart_of_enrichment_is_told_and_nothing_changes(tmp_path: Path, after: dict[str, Any]) -> None:
    with a_simulator() as simulator:
        said, states, _ = reloaded(settings(tmp_path, simulator), settings(tmp_path, simulator, **after))

    assert (said["applied"], said["restart_needed"], list(states)) == ([], ["enrich"], ["openlibrary"])


def test_a_key_that_was_mended_is_taken_at_a_reload(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("wrong")
    with a_simulator() as simulator:
        simulator.answers["googlebooks"] = lambda request: Reply({}, 200 if request.query["key"] == "right" else 401)
        said = settings(tmp_path, simulator, providers=["googlebooks"], googlebooks={"key_file": str(key)})
        daemon = build(said, load=lambda: said, idle=True)
        try:
            assert daemon.web is not None
            guide = daemon.web._enricher.guides["googlebooks"]
            with pytest.raises(Misconfigured, match="shishoctl reload"):
                guide.client.ask("volumes")
            (told,) = [one for one in daemon._doctor() if one.check == "web catalogues"]
            assert "does not accept who is asking" in told.reason
            key.write_text("right")
            assert daemon.apply()["applied"] == ["enrich"]
            assert daemon.web.states() == {"googlebooks": ""}
            assert "web catalogues" not in {one.check for one in daemon._doctor()}
            assert daemon.web._enricher.guides["googlebooks"].client.ask("volumes").found
        finally:
            daemon.close()


def test_a_provider_that_rests_and_is_asked_as_before_rests_on_after_a_reload(tmp_path: Path) -> None:
    with a_simulator() as simulator:
        before = settings(tmp_path, simulator, providers=["openlibrary", "audnexus"])
        threshold = {"threshold": 0.95}
        moved = {"url": f"{simulator.url}/elsewhere"}
        after = settings(
            tmp_path, simulator, providers=["audnexus", "openlibrary"], openlibrary=threshold, audnexus=moved
        )
        daemon = build(before, load=lambda: after, idle=True)
        try:
            assert daemon.web is not None
            old = {name: guide.client for name, guide in daemon.web._enricher.guides.items()}
            for client in old.values():
                for _ in range(FAILURES):
                    client._failure("it does not answer")
            daemon.apply()

            told = {row["provider"]: row["state"] for row in daemon.web.providers()}
            guides = daemon.web._enricher.guides
            assert told == {"audnexus": "ready", "openlibrary": "resting"}
            assert guides["openlibrary"].client is old["openlibrary"]
            assert guides["openlibrary"].settings.threshold == 0.95
        finally:
            daemon.close()


def test_a_provider_that_does_not_answer_keeps_nothing_back_of_what_another_says(tmp_path: Path) -> None:
    with a_simulator() as simulator:
        simulator.answers.update(ANSWERS)
        daemon = build(settings(tmp_path, simulator, providers=["audnexus", "openlibrary"]), idle=True)
        try:
            assert daemon.web is not None
            guides = daemon.web._enricher.guides
            for _ in range(FAILURES):
                guides["openlibrary"].client._failure("it does not answer")
            (book_id,) = save(daemon.catalog, a_book(a_root(daemon.catalog), kind=BookKind.AUDIOBOOK))

            told = {found.provider: (found.standing, found.reason) for found in daemon.web.preview(book_id, None)}
        finally:
            daemon.close()

    assert told["openlibrary"] == (Standing.REFUSED, "it does not answer")
    assert told["audnexus"][0] is Standing.NOT_FOUND
