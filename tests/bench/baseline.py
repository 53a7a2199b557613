"""The naive scanner that every figure is measured against, run as its own process: `python -m tests.bench.baseline`.

One file at a time; ebooklib reads the whole book; mutagen as it comes; the ORM asks for each name, adds it if it is
new, and commits after each step. The journal is the product's: WAL and synchronous=NORMAL. It stores what the product
stores: books, files, people with roles, series, genres, publishers, identifiers, chapters, and each book's cover as a
file.
"""

import json
import os
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mutagen
from ebooklib import epub
from sqlalchemy import Engine, ForeignKey, LargeBinary, create_engine, event, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

OPF = epub.NAMESPACES["OPF"]
WALKED = (".epub", ".m4b", ".m4a", ".mp3")


class Base(DeclarativeBase):
    pass


class Publisher(Base):
    __tablename__ = "publishers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Person(Base):
    __tablename__ = "persons"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Series(Base):
    __tablename__ = "series"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Genre(Base):
    __tablename__ = "genres"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    kind: Mapped[str]
    description: Mapped[str | None]
    language: Mapped[str | None]
    date: Mapped[str | None]
    duration_s: Mapped[float | None]
    cover: Mapped[str | None]
    publisher_id: Mapped[int | None] = mapped_column(ForeignKey("publishers.id"))


class File(Base):
    __tablename__ = "files"
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"), index=True)
    state: Mapped[str]
    size: Mapped[int]
    mtime_ns: Mapped[int]
    ctime_ns: Mapped[int]
    inode: Mapped[int]
    position: Mapped[int]


class Contribution(Base):
    __tablename__ = "contributions"
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class BookSeries(Base):
    __tablename__ = "book_series"
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"), primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), primary_key=True)
    number: Mapped[str | None]


class BookGenre(Base):
    __tablename__ = "book_genres"
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"), primary_key=True)
    genre_id: Mapped[int] = mapped_column(ForeignKey("genres.id"), primary_key=True)


class Identifier(Base):
    __tablename__ = "identifiers"
    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"), index=True)
    scheme: Mapped[str]
    value: Mapped[str]


class Chapter(Base):
    __tablename__ = "chapters"
    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"), index=True)
    title: Mapped[str]
    start: Mapped[str]


def facts_of_epub(path: str) -> dict[str, Any]:
    """Everything from a whole-book read."""
    book = epub.read_epub(path)

    def said(name: str) -> list[str]:
        return [value for value, _ in book.get_metadata("DC", name) if value]

    def noted(name: str) -> str | None:
        return next((value for value, at in book.metadata[OPF].get("meta", []) if at.get("property") == name), None)

    cover = next(iter(book.get_items_of_type(epub.ebooklib.ITEM_COVER)), None)
    return {
        "kind": "ebook", "title": (said("title") or [os.path.basename(path)])[0], "authors": said("creator"),
        "narrators": [], "series": (noted("belongs-to-collection"), noted("group-position")), "genres": said("subject"),
        "publisher": next(iter(said("publisher")), None), "date": next(iter(said("date")), None),
        "language": next(iter(said("language")), None), "description": next(iter(said("description")), None),
        "identifiers": [("isbn", value) for value in said("identifier")], "duration_s": None,
        "chapters": [(link.title, link.href) for link in book.toc if isinstance(link, epub.Link)],
        "cover": cover.get_content() if cover else None,
    }  # fmt: skip


def facts_of_sound(path: str) -> dict[str, Any]:
    sound = mutagen.File(path)  # type: ignore[attr-defined]
    tags = sound.tags or {}

    def first(*names: str) -> str | None:
        value = next((value for name in names if (value := tags.get(name))), None)
        value = value[0] if isinstance(value, list) else value
        return value.decode() if isinstance(value, bytes) else None if value is None else str(value)

    return {
        "kind": "audiobook", "title": first("TALB", "\xa9alb", "TIT2", "\xa9nam") or os.path.basename(path),
        "authors": (first("TPE1", "\xa9ART") or "").split("; "), "narrators": [first("TCOM", "\xa9nrt") or ""],
        "series": (
            first("TXXX:SERIES", "----:com.apple.iTunes:SERIES"),
            first("TXXX:SERIES-PART", "----:com.apple.iTunes:SERIES-PART"),
        ),
        "genres": [first("TCON", "\xa9gen") or ""], "publisher": first("TPUB"), "date": first("TDRC", "\xa9day"),
        "language": None, "description": first("COMM::eng", "desc"), "identifiers": [], "duration_s": sound.info.length,
        "chapters": [(mark.title, str(mark.start)) for mark in getattr(sound, "chapters", None) or []],
        "cover": tags["APIC:"].data if "APIC:" in tags else bytes(tags["covr"][0]) if "covr" in tags else None,
    }  # fmt: skip


class NaiveCatalogue:
    """Each fact is asked for, added and committed on its own."""

    def __init__(self, engine: Engine, covers: Path) -> None:
        self.covers = covers
        self.session = Session(engine, expire_on_commit=False)

    def get_or_create(self, table: type[Any], **names: Any) -> Any:
        row = self.session.scalars(select(table).filter_by(**names)).first()
        return row or self.add(table(**names))

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.commit()
        return row

    def save(self, key: str, path: str, position: int, facts: dict[str, Any]) -> None:
        book = self.session.scalars(select(Book).filter_by(key=key)).first()
        if book is None:
            book = self.save_book(key, facts)
        seen = os.stat(path)
        file = self.get_or_create_file(path, book, position, seen)
        file.state = "indexed"
        self.session.commit()

    def save_book(self, key: str, facts: dict[str, Any]) -> Book:
        plain = {name: facts[name] for name in ("title", "kind", "description", "language", "date", "duration_s")}
        book: Book = self.add(Book(key=key, **plain))
        if facts["cover"]:
            book.cover = f"{book.id}.png"
            (self.covers / book.cover).write_bytes(facts["cover"])
            self.session.commit()
        if facts["publisher"]:
            book.publisher_id = self.get_or_create(Publisher, name=facts["publisher"]).id
            self.session.commit()
        for role, names in (("aut", facts["authors"]), ("nrt", facts["narrators"])):
            for name in filter(None, names):
                person = self.get_or_create(Person, name=name)
                self.get_or_create(Contribution, book_id=book.id, person_id=person.id, role=role)
        name, number = facts["series"]
        if name:
            series = self.get_or_create(Series, name=name)
            self.get_or_create(BookSeries, book_id=book.id, series_id=series.id, number=number)
        for name in filter(None, facts["genres"]):
            genre = self.get_or_create(Genre, name=name)
            self.get_or_create(BookGenre, book_id=book.id, genre_id=genre.id)
        for scheme, value in facts["identifiers"]:
            self.add(Identifier(book_id=book.id, scheme=scheme, value=value))
        if facts["chapters"]:
            rows = [{"book_id": book.id, "title": title, "start": start} for title, start in facts["chapters"]]
            self.session.execute(insert(Chapter), rows)
            self.session.commit()
        return book

    def get_or_create_file(self, path: str, book: Book, position: int, seen: os.stat_result) -> File:
        raw = os.fsencode(path)
        row = self.session.scalars(select(File).filter_by(path=raw)).first()
        times = {"mtime_ns": seen.st_mtime_ns, "ctime_ns": seen.st_ctime_ns, "inode": seen.st_ino}
        return row or self.add(
            File(path=raw, book_id=book.id, state="processing", size=seen.st_size, position=position, **times)
        )


def files(root: str) -> Iterator[tuple[str, str, int]]:
    """(book's key, path, position): the MP3s of one folder are one book, any other file is its own."""
    for folder, folders, names in os.walk(root):
        folders.sort()
        for position, name in enumerate(sorted(name for name in names if name.endswith(WALKED))):
            path = os.path.join(folder, name)
            yield (folder if name.endswith(".mp3") else path), path, position


def scan(root: str, database: str) -> dict[str, Any]:
    engine = create_engine(f"sqlite:///{database}")
    counted = {"statements": 0}

    @event.listens_for(engine, "connect")
    def settings(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "before_cursor_execute")
    def count(*_: Any) -> None:
        counted["statements"] += 1

    Base.metadata.create_all(engine)
    covers = Path(f"{database}.covers")
    covers.mkdir()
    catalogue = NaiveCatalogue(engine, covers)
    counted["statements"] = 0
    started, worked = time.perf_counter(), time.process_time()
    for key, path, position in files(root):
        catalogue.save(key, path, position, facts_of_epub(path) if path.endswith(".epub") else facts_of_sound(path))
    elapsed_s, cpu_s = time.perf_counter() - started, time.process_time() - worked
    books = len(catalogue.session.scalars(select(Book.id)).all())
    found = len(catalogue.session.scalars(select(File.id)).all())
    told = {
        "elapsed_s": elapsed_s,
        "cpu_s": cpu_s,
        "books": books,
        "files": found,
        "covers": len(list(covers.iterdir())),
    }
    return told | {"statements": counted["statements"]}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(scan(str(Path(sys.argv[1])), sys.argv[2])))
