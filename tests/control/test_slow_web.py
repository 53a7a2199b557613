"""A web catalogue that takes its time: whoever else asks one is told so, and nobody else notices."""

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from shishod.control.app import build
from shishod.control.calls import Calls
from shishod.control.house import House
from shishod.control.routes.enrichment import enrich
from shishod.control.routes.status import doctor
from shishod.errors import Unreachable
from shishod.model.finding import Found
from shishod.operations import Operations
from shishod.operations.enrichment import WebDesk
from tests.control.standin import Standin, a_book

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class SlowWeb:
    """Previews that last until `answers` is set."""

    def __init__(self) -> None:
        self.answers = threading.Event()

    def providers(self) -> list[dict[str, Any]]:
        return []

    def states(self) -> dict[str, str]:
        return {}

    def request(self, book_ids: object, provider: object) -> int:
        return 0

    def preview(self, book_id: int, provider: str | None) -> list[Found]:
        self.answers.wait(30)
        return []

    def choose(self, book_id: int, provider: str, candidate: str) -> bool:
        return self.answers.wait(30)


def operations(web: SlowWeb) -> Operations:
    daemon = Standin(shelf=[a_book(1, frozen=False)])
    told = daemon.operations()
    told.web = WebDesk(web, told.book, lambda *_: 0)
    return told


async def asked(here: House, handler: Handler, said: dict[str, Any]) -> Response:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": json.dumps(said).encode(), "more_body": False}

    scope = {"type": "http", "app": build(here), "query_string": b"", "headers": []}
    return await handler(Request(scope, receive))


def test_dry_runs_that_wait_for_the_web_keep_their_places_and_no_others() -> None:
    web = SlowWeb()
    here = House(operations(web), web=Calls(most=2, limit_s=30, busy="the web is asked already", patience_s=0.05))
    wish = {"books": [1], "dry_run": True}

    async def all_of_it() -> list[object]:
        waiting = [asyncio.ensure_future(asked(here, enrich, wish)) for _ in range(2)]
        await asyncio.sleep(0)
        third, other = await asyncio.gather(asked(here, enrich, wish), asked(here, doctor, {}), return_exceptions=True)
        web.answers.set()
        return [third, other, *await asyncio.gather(*waiting)]

    third, other, *first = asyncio.run(all_of_it())

    assert isinstance(third, Unreachable)
    assert (str(third), third.retry_after_s) == ("the web is asked already", 60.0)
    assert [one.status_code for one in (other, *first) if isinstance(one, Response)] == [200, 200, 200]
