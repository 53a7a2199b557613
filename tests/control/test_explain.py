"""A path and why it stands as it does, asked over the socket of a house with a real catalogue; and of a dead disk."""

import asyncio
import base64
import json
import os
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from shishod.control.app import build
from shishod.control.calls import Calls
from shishod.control.client import Client
from shishod.control.house import House as ControlHouse
from shishod.control.routes.explain import explain
from shishod.control.server import ControlServer
from shishod.ctl.main import main
from shishod.errors import Refused
from shishod.model.finding import Found, Standing
from shishod.model.library import Root
from shishod.model.updates import RelationshipUpdates
from shishod.operations import Operations, Probes
from shishod.scan.explain import Explainer
from tests.samples import an_epub, an_mp3, an_opf
from tests.scan.house import House

BOOK = "Emma/emma.epub"


@pytest.fixture
def house(tmp_path: Path, library: Path) -> Any:
    (library / "Emma").mkdir()
    an_epub(library / BOOK, title="Emma", authors=["Jane Austen"])
    an_opf(library / "Emma" / "metadata.opf", title="Emma, a novel", authors=["Jane Austen"])
    built = House(tmp_path / "state", {"books": library})
    built.scan()
    yield built
    built.close()


def operations(house: House, look: Callable[[Root, bytes], object] | None = None) -> Operations:
    explainer = Explainer(house.rooms, house.runner, frozenset, house.catalog)
    probes = Probes(look=look or explainer.look, explain=explainer.explain)
    return Operations(
        catalog=house.catalog, history=house.catalog, shelf=house.catalog, scans=house.scans, probes=probes
    )


@pytest.fixture
def socket(house: House, tmp_path: Path) -> Any:
    server = ControlServer(operations(house), tmp_path / "s")
    server.start()
    yield tmp_path / "s"
    assert server.stop()


def test_a_path_is_explained_by_its_text_or_by_its_bytes(socket: Path, library: Path) -> None:
    client = Client(socket)
    path = os.fsencode(library / BOOK)

    told = client.get("/v1/explain", {"path": os.fsdecode(path)})

    assert told == client.get("/v1/explain", {"path_b64": base64.b64encode(path).decode()})
    assert (told["verdict"], told["there"]) == ("it is indexed, and a file of book 1", "file")
    assert told["state"]["remembered"] == told["state"]["seen"]
    assert {one["field"]: one["value"] for one in told["fields"]}["title"] == "Emma, a novel"


@pytest.mark.parametrize(("asked", "fault"), [({}, "name one path"), ({"path": "a.epub"}, "not an absolute path")])
def test_what_is_no_path_is_refused(socket: Path, asked: dict[str, str], fault: str) -> None:
    with pytest.raises(Refused, match=fault):
        Client(socket).get("/v1/explain", asked)


def test_a_path_of_no_library_is_told_so_with_the_roots(socket: Path, library: Path, tmp_path: Path) -> None:
    told = Client(socket).get("/v1/explain", {"path": str(tmp_path / "else.epub")})

    assert (told["library"], told["verdict"]) == (None, "it lies in no library")
    assert str(library) in told["hint"]


def test_a_path_through_a_link_to_the_library_is_that_of_its_root(
    house: House, socket: Path, library: Path, tmp_path: Path
) -> None:
    (tmp_path / "way").symlink_to(library)
    told = Client(socket).get("/v1/explain", {"path": str(library / BOOK)})

    assert told["path"] == str(library / BOOK)
    assert Client(socket).get("/v1/explain", {"path": str(library)})["there"] == "folder"


def test_shishoctl_tells_it_in_words(socket: Path, library: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--socket", str(socket), "explain", str(library / BOOK)]) == 0

    said = capfd.readouterr().out
    for line in (
        "  it is indexed, and a file of book 1",
        "  state          indexed: as it is remembered",
        "  next           nothing, until it changes",
        "  reader         epub by its content, epub by its name, read by epub version",
        "  book 1         a file of its own is a book",
        f"    with         {library}/Emma/metadata.opf",
        "  title          Emma, a novel  [sidecar metadata.opf, dc:title]",
        "    lost         Emma  [file dc:title]: a sidecar is believed before the file",
    ):
        assert line in said
    assert said.splitlines()[-1].endswith("  indexed")


def test_it_tells_how_the_book_of_a_file_stands_with_each_web_catalogue(
    house: House, socket: Path, library: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = datetime(2026, 3, 1, 12, tzinfo=UTC)
    none = Found(
        "openlibrary", Standing.NOT_FOUND, "q", asked, asked + timedelta(days=30), reason="it has no such ISBN"
    )
    held = house.catalog.held_book(1)
    assert held is not None
    told_of = (held.root.library_id, held.root.id, held.key, held.kind, None, ())
    found = (none, Found("tmdb", Standing.REFUSED, "q", asked))
    house.catalog.save([RelationshipUpdates(*told_of, book_id=1, found=found, revision=held.revision)], {}, asked)
    house.catalog.freeze([1], frozen=True)

    told = Client(socket).get("/v1/explain", {"path": str(library / BOOK)})
    main(["--socket", str(socket), "explain", str(library / BOOK)])

    assert [(one["provider"], one["status"]) for one in told["web"]] == [
        ("openlibrary", "not_found"),
        ("tmdb", "refused"),
    ]
    assert told["frozen"]
    said = capfd.readouterr().out
    assert re.search(
        r"  web            openlibrary: not found, asked 2026-\S+ \S+, again .+: it has no such ISBN\n", said
    )
    assert "  web            frozen: no catalogue is asked for its book\n" in said


def test_shishoctl_tells_of_a_changed_file_both_what_was_and_what_is(
    socket: Path, library: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = (library / BOOK).stat().st_size
    an_epub(library / BOOK, title="A longer title than before")

    main(["--socket", str(socket), "explain", str(library / BOOK)])

    said = capfd.readouterr().out
    assert "indexed, judged changed: not as remembered in size, mtime_ns, ctime_ns" in said
    assert f"    remembered   size {before}, " in said
    assert f"    seen         size {(library / BOOK).stat().st_size}, " in said


def test_shishoctl_names_the_first_of_many_files_and_counts_the_rest(
    socket: Path, library: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (library / "Dune").mkdir()
    for number in range(1, 21):
        an_mp3(library / "Dune" / f"{number:02}.mp3")

    main(["--socket", str(socket), "explain", str(library / "Dune" / "01.mp3")])

    said = capfd.readouterr().out
    assert "  a new book     numbered sound in one folder is one book" in said
    assert said.count("    with ") == 9 and "    with         11 more" in said


def test_shishoctl_tells_what_is_passed_over_and_where_no_library_is(
    socket: Path, library: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (library / "@eaDir").mkdir()

    main(["--socket", str(socket), "explain", str(library / "@eaDir" / "a.epub")])
    main(["--socket", str(socket), "explain", str(tmp_path)])

    said = capfd.readouterr().out
    assert f"  passed over    {library}/@eaDir: its name is one that is always passed over" in said
    assert "  it lies in no library\n  the roots are: " in said


def test_a_disk_that_does_not_answer_costs_its_facts_and_not_the_explanation(house: House, library: Path) -> None:
    back = threading.Event()
    dead = operations(house, lambda *_: back.wait(30))
    here = ControlHouse(dead, disk=Calls(most=1, limit_s=0.1))
    query = f"path={library / BOOK}".encode()
    request = Request({"type": "http", "app": build(here), "query_string": query, "headers": []})

    answer = asyncio.run(explain(request))
    back.set()

    told = json.loads(bytes(answer.body))
    assert (told["there"], told["state"]["state"], told["state"]["seen"]) == ("unsaid", "indexed", None)
    assert "no answer within 0.1 s" in told["silent"]
    assert [book["rule"] for book in told["books"]] == ["a file of its own is a book"]
