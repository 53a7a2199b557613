"""Web: enrichment as the daemon runs it; where no provider is on there is none of it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from shishod import __version__
from shishod.clock import CLOCK
from shishod.daemon.config import Settings
from shishod.daemon.runners import gallery_of
from shishod.enrich.settings import EnrichSettings
from shishod.errors import Refused, Unreachable
from shishod.metrics import Sample
from shishod.model.catalog import Recorder
from shishod.model.covers import PictureDue, PictureHung
from shishod.model.finding import Found
from shishod.model.ticket import Errand
from shishod.model.updates import RelationshipUpdates, SavedBook
from shishod.scan.learning import Learner
from shishod.scan.taking import Fetched, hang
from shishod.store.catalog import SqlCatalog
from shishod.work.pool import WorkerPool
from shishod.work.queue import TicketQueue
from shishod.work.runners import Failed, Runner
from shishod.work.stop import StopSignal

Works = tuple[TicketQueue, StopSignal]
_OF_THE_START = ("workers", "limits_url")


class Web:
    """Shared: by the daemon and its faces. Its rooms are entered, and httpx2 loaded, only where a provider is on."""

    def __init__(
        self, settings: Settings, catalog: SqlCatalog, recorder: Recorder, painter: Runner, works: Works
    ) -> None:
        from shishod.enrich.enricher import Enricher

        said, (queue, stop) = settings.enrich, works
        shared = bool(said.limits_url) or settings.store.url.startswith("postgres")
        ledger = _ledger(said, catalog, settings.state_path(), shared=shared)
        self._guided = partial(_guides, ledger=ledger, catalog=catalog, stop=stop)
        books = Learner(catalog, recorder)
        guides = self._guided(said, alone=not shared)
        self._catalog, self._books, self._said = catalog, books, said
        self._painter, self._gallery = painter, gallery_of(settings)
        self._look = partial(hang, limits=settings.formats.limits())
        ages, thin_only = settings.scan.ages(), said.books == "thin"
        made = partial(Enricher, guides, catalog, books, queue, keep=self._hang, thin_only=thin_only)
        self._enricher = made(ahead=said.workers > 1, ages=ages)
        self.pool = WorkerPool("web", queue, {Errand.ENRICH: self._enricher.carry}, said.workers, stop)

    def reconfigure(self, said: EnrichSettings) -> bool:
        """Go on as is said from now on; False, with nothing changed, where only a restart can.

        What is in hand is finished as it was begun; the limits hold throughout, and who rests and is asked as before
        rests on. Raises SettingsError where a provider cannot be set up.
        """
        if not said.providers or any(getattr(said, name) != getattr(self._said, name) for name in _OF_THE_START):
            return False
        guides = self._guided(said, before={name: one.client for name, one in self._enricher.guides.items()})
        self._said = said
        self._enricher.reconfigure(guides, thin_only=said.books == "thin")
        self._catalog.rank_providers([guide.name for guide in guides])
        self._enricher.wake()
        return True

    def stopped(self) -> bool:
        """Whether a provider does not accept who is asking: its key may have been mended since."""
        return any(guide.client.health().state == "stopped" for guide in self._enricher.guides.values())

    def start(self, *, idle: bool = False) -> None:
        """Begin with what an earlier run did not come to; one that is `idle` begins when it is asked to."""
        self._catalog.rank_providers(list(self._enricher.guides))
        self.pool.start()
        if not idle:
            self._enricher.wake()

    def stop(self, timeout_s: float) -> bool:
        """Wait for what is in hand, and hang up."""
        ended = self.pool.join(timeout_s)
        for guide in self._enricher.guides.values():
            guide.client.close()
        return ended

    def tidy(self) -> None:
        """Each night: forget old answers, and ask for what has become due, or was written by another daemon."""
        self._catalog.prune_answers(CLOCK.now(), int(self._said.cache))
        self._enricher.wake()

    def willing(self) -> bool:
        """Whether there is anybody to ask."""
        return True

    def ask(self, book_ids: Sequence[int]) -> None:
        """What is known of these books has grown old."""
        self._enricher.refresh(book_ids)

    def note(self, book_ids: Collection[int]) -> None:
        """Books were written: some may lack something."""
        self._enricher.note(book_ids)

    def request(self, book_ids: Sequence[int], provider: str | None) -> int:
        """Have books asked for at once, all that are wanted where none is named; how many that is about."""
        names = [self._guide(provider).name] if provider else list(self._enricher.guides)
        for name in names:
            kinds = self._enricher.guides[name].provider.kinds
            self._catalog.want(name, kinds, book_ids, CLOCK.now())
        self._enricher.wake(*names, after=min(book_ids, default=1) - 1)
        return len(book_ids)

    def preview(self, book_id: int, provider: str | None) -> list[Found]:
        """What would be found of a book, with nothing of it written. Takes as long as the providers do; one that does
        not answer keeps nothing back of what the others say."""
        asked = self._books.ask(book_id)
        if asked is None:
            return []
        from shishod.enrich.manners import Misconfigured

        guides = [self._guide(provider)] if provider else list(self._enricher.guides.values())
        able = [guide for guide in guides if asked.question.kind in guide.provider.kinds]
        found: list[Found] = []
        for guide in able:
            try:
                found += self._enricher.find(guide, [asked])
            except (Unreachable, Misconfigured) as error:
                found.append(self._enricher.unanswered(guide, asked, str(error)))
        return found

    def choose(self, book_id: int, provider: str, candidate: str) -> bool:
        """Believe the operator which of a provider's works a book is; False for no such book."""
        with _told():
            return self._enricher.choose(book_id, provider, candidate)

    def providers(self) -> list[dict[str, Any]]:
        """How each provider is, the most believed first."""
        standings = self._catalog.standings()
        rows = []
        for name, guide in self._enricher.guides.items():
            health = guide.client.health()
            taken, places, next_s = guide.client.use()
            row = {
                "provider": name,
                "about": guide.provider.about,
                "state": health.state,
                "reason": health.reason,
                "rest_s": round(health.rest_s, 1),
                "window": {"taken": taken, "places": places, "next_s": round(next_s, 2)},
                "requests": dict(health.outcomes),
                "waited_s": round(health.waited_s, 1),
                "books": dict(standings.get(name, {})),
            }
            rows.append(row)
        return rows

    def states(self) -> dict[str, str]:
        """What keeps each provider from being asked, "" where nothing does."""
        told = {name: guide.client.health() for name, guide in self._enricher.guides.items()}
        return {name: "" if one.state == "ready" else f"{one.state}: {one.reason}" for name, one in told.items()}

    def samples(self) -> list[Sample]:
        """What was asked and waited for since the start."""
        told = []
        for name, guide in self._enricher.guides.items():
            health = guide.client.health()
            told.append(Sample("shishod_provider_wait_seconds_total", health.waited_s, {"provider": name}))
            told.append(Sample("shishod_provider_up", int(health.state == "ready"), {"provider": name}))
            for outcome, count in sorted(health.outcomes.items()):
                labels = {"provider": name, "outcome": outcome}
                told.append(Sample("shishod_provider_requests_total", count, labels))
        return told

    def _hang(self, due: PictureDue, content: bytes) -> PictureHung:
        """Have a picture looked at in a process of its own, and put into the gallery."""
        (said,) = self._painter.run(self._look, [Fetched(self._gallery, content)])
        if isinstance(said, Failed) or said.digest is None:
            if said.reason == "stopped" or getattr(said, "halts", False):
                raise Unreachable(f"a picture could not be kept: {said.text}", retry_after_s=300.0)
            return PictureHung(due, text=said.text)
        return PictureHung(due, said.digest, said.form, said.width, said.height)

    def _guide(self, name: str) -> Any:
        if name not in self._enricher.guides:
            on = ", ".join(self._enricher.guides)
            raise Refused(f'the provider "{name}" is not on', "not-found", f"those that are: {on} (enrich.providers)")
        return self._enricher.guides[name]


@contextmanager
def _told() -> Iterator[None]:
    """What a provider does not answer is told to whoever asks, and is no fault of the daemon's."""
    from shishod.enrich.manners import Declined, Misconfigured

    try:
        yield
    except (Declined, Misconfigured) as error:
        raise Refused(f"the provider does not answer that: {error}", hint="shishoctl providers") from error


def web_of(settings: Settings, catalog: SqlCatalog, recorder: Recorder, painter: Runner, works: Works) -> Web | None:
    """Enrichment where a provider is on. Raises SettingsError where a provider cannot be set up."""
    return Web(settings, catalog, recorder, painter, works) if settings.enrich.providers else None


class Waking:
    """Shared: a Recorder that has the web asked for what was just recorded."""

    def __init__(self, recorder: Recorder, note: Callable[[Collection[int]], object]) -> None:
        self._recorder = recorder
        self._note = note

    def record(self, books: Sequence[RelationshipUpdates]) -> Sequence[SavedBook]:
        saved = self._recorder.record(books)
        if ids := [one.book_id for one in saved if one.book_id is not None]:
            self._note(ids)
        return saved


def _ledger(said: EnrichSettings, catalog: SqlCatalog, state: Path, *, shared: bool) -> Any:
    from shishod.enrich.ledger import FileNotes, Ledger

    if said.limits_url:
        from shishod.enrich.redis import RedisNotes

        return Ledger(RedisNotes(said.limits_url))
    return Ledger(catalog if shared else FileNotes(state / "limits"))


def _guides(
    said: EnrichSettings,
    *,
    ledger: Any,
    catalog: SqlCatalog,
    stop: StopSignal,
    alone: bool = False,
    before: Mapping[str, Any] | None = None,
) -> Any:
    """The providers that are on, the most believed first, by their clients of `before` where these may go on; `alone`
    where nobody else can be asking them now."""
    from shishod.enrich.guide import Guide
    from shishod.enrich.providers import BY_NAME

    guides = []
    for rank, name in enumerate(said.providers):
        old = (before or {}).get(name)
        client = _client(BY_NAME[name], said, ledger, catalog, stop, alone=alone, before=old)
        guides.append(Guide(BY_NAME[name], said.of(name), client, rank))
    return guides


def _client(
    provider: Any,
    said: EnrichSettings,
    ledger: Any,
    catalog: SqlCatalog,
    stop: StopSignal,
    *,
    alone: bool,
    before: Any,
) -> Any:
    from shishod.daemon.keys import key_of
    from shishod.enrich.limiter import Limiter
    from shishod.enrich.polite import PoliteClient
    from shishod.enrich.provider import Here
    from shishod.enrich.window import Rules
    from shishod.enrich.wire import Wire

    terms = provider.terms(Here(said.of(provider.name), key_of(provider, said)))
    hosts = {*provider.hosts, urlsplit(terms.url).hostname or ""}
    agent = f"shishod/{__version__} ({said.contact})"
    if before is not None and before.serves(terms, hosts, agent):
        return before
    wire = Wire(hosts, agent)
    limiter = Limiter(provider.name, Rules(provider.limits), ledger, stop)
    if alone:
        limiter.settle()  # the catalogue is ours alone, so is its folder of limits
    return PoliteClient(terms, wire, limiter, catalog, stop)
