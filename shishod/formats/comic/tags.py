"""The tags of a comic: each document and the comment of its archive, asked in order, the first word on a field wins."""

from collections.abc import Callable
from typing import Any

from lxml import etree

from shishod.formats.beside.comicinfo import bookmarks, document, facts_of, front_cover
from shishod.formats.comic import bookinfo, comet, metron
from shishod.formats.comic.contents import Contents, by_depth
from shishod.formats.limits import Limits
from shishod.formats.xml import local_name, parse_xml

_Facts = dict[str, Any]
_Rule = Callable[[etree._Element, Limits], _Facts]


def _rooted(name: str) -> Callable[[bytes], etree._Element | None]:
    def root_of(xml: bytes) -> etree._Element | None:
        root = parse_xml(xml)
        return root if root is not None and local_name(root.tag) == name else None

    return root_of


_SPEAKERS: tuple[tuple[str, Callable[[bytes], etree._Element | None], _Rule], ...] = (
    ("ComicInfo.xml", document, facts_of),  # first: nearly every program writes it
    ("MetronInfo.xml", _rooted("metroninfo"), metron.facts_of),
    ("CoMet.xml", _rooted("comet"), comet.facts_of),
)


class Tags:
    """`facts` are fields of a Reading, `places` with them; pages, counted from 0, are told by number or by name."""

    def __init__(self, contents: Contents, limits: Limits) -> None:
        self.facts: _Facts = {}
        self.front_page: int | None = None
        self.front_name = ""
        self.bookmarks: dict[int, str] = {}
        self._places: dict[str, str] = {}
        self._particulars: dict[str, str] = {}
        for label, root_of, rule in _SPEAKERS:
            root = self._first(contents, label, root_of)
            if root is not None:
                self._hear(label, rule(root, limits))
                self._see_pages(label, root, limits)
        if said := bookinfo.facts_of(contents.comment, limits):
            self._hear("the archive's comment", said)
        self.facts["particulars"] = tuple(self._particulars.items())
        self.facts["places"] = tuple(self._places.items())

    def _first(
        self, contents: Contents, label: str, root_of: Callable[[bytes], etree._Element | None]
    ) -> etree._Element | None:
        names = [name for name in contents.documents if name.casefold().endswith(label.casefold())]
        for name in by_depth(names):
            if (root := root_of(contents.documents[name])) is not None:
                return root
            contents.notes.append(f"{name} in the archive is not what its name says; it was passed over")
        return None

    def _hear(self, label: str, said: _Facts) -> None:
        places = dict(said.pop("places"))
        for name, text in said.pop("particulars", ()):
            self._particulars.setdefault(name, text)
            self._places.setdefault("particulars", f"{label}: {places.get('particulars', name)}")
        for name, value in said.items():
            if value and not self.facts.get(name):
                self.facts[name] = value
                self._places[name] = f"{label}: {places.get(name, name)}"

    def _see_pages(self, label: str, root: etree._Element, limits: Limits) -> None:
        if label == "CoMet.xml":
            self.front_name = comet.cover_name(root)
            return
        if self.front_page is None:
            self.front_page = front_cover(root)
        self.bookmarks = self.bookmarks or bookmarks(root, limits)
