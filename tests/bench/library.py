"""Realistic libraries of any size, the same for the same seed.

Author/Series/Title folders; 60 % EPUB, 15 % M4B, 25 % audiobooks of 3 to 30 MP3 parts; authors, series, genres and
publishers repeat as they do on a shelf. Files are real and read by every parser; their dates lie in the past.
"""

import json
import os
import random
from dataclasses import dataclass, replace
from pathlib import Path
from xml.sax.saxutils import escape

from tests.bench.materials import FRAME, Member, a_member, a_zip, chapters, id3, pictures, prose, signed, words
from tests.samples import Mark, an_m4b

GENRES = ("Fantasy", "Science Fiction", "Mystery", "Thriller", "History", "Biography", "Romance", "Horror", "Poetry")
LANGUAGES = ("en", "en", "en", "en", "de", "fr", "es")
WRITTEN_AT = 1_700_000_000  # well before any scan, so that no file looks as if it were still being written


@dataclass(frozen=True, slots=True)
class Plan:
    """One book before it is written."""

    number: int
    kind: str  # epub | m4b | mp3
    title: str
    authors: tuple[str, ...]
    narrator: str
    series: tuple[str, int] | None
    genres: tuple[str, ...]
    publisher: str
    year: int
    language: str
    isbn: str
    folder: str
    parts: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """A library on disk and what a true catalogue of it must count."""

    root: str
    books: int
    files: int  # the files that are books or parts of books
    entries: int  # every file, pictures beside the books included
    folders: int
    bytes: int


def plan(books: int, seed: int = 20) -> list[Plan]:
    rng = random.Random(seed)
    authors = [" ".join(words(rng, 2)).title() for _ in range(max(books // 3, 3))]
    publishers = [f"{words(rng, 1)[0].title()} & {words(rng, 1)[0].title()}" for _ in range(40)]
    narrators = [" ".join(words(rng, 2)).title() for _ in range(60)]
    series = {author: [" ".join(words(rng, 2)).title() for _ in range(2)] for author in authors}
    plans = []
    for number in range(books):
        author = authors[min(int(rng.expovariate(2.2) * len(authors)), len(authors) - 1)]
        entry = (rng.choice(series[author]), rng.randint(1, 9)) if rng.random() < 0.35 else None
        title = f"{' '.join(words(rng, rng.randint(1, 4))).title()} {number}"
        plans.append(
            Plan(
                number=number,
                kind=rng.choices(("epub", "m4b", "mp3"), (60, 15, 25))[0],
                title=title,
                authors=(author, rng.choice(authors)) if rng.random() < 0.1 else (author,),
                narrator=rng.choice(narrators),
                series=entry,
                genres=tuple(rng.sample(GENRES, rng.randint(1, 3))),
                publisher=rng.choice(publishers),
                year=rng.randint(1950, 2025),
                language=rng.choice(LANGUAGES),
                isbn=_isbn(number),
                folder="/".join([author, *([entry[0]] if entry else []), title]),
                parts=min(3 + int(rng.expovariate(1 / 3.2)), 30),
            )
        )
    return plans


def make(root: Path, books: int, seed: int = 20, kind: str | None = None) -> Shelf:
    """Write the library under `root`, or take the one that an earlier run finished there. `kind` is one of WRITERS, for
    a library that holds nothing else.
    """
    receipt = root.with_name(f"{root.name}.json")
    if receipt.exists():
        return Shelf(**json.loads(receipt.read_text(encoding="utf-8")))
    files = 0
    for one in (replace(planned, kind=kind or planned.kind) for planned in plan(books, seed)):
        folder = root / one.folder
        folder.mkdir(parents=True)
        files += WRITERS[one.kind](one, folder, random.Random(one.number))
    entries, folders, size = _settle_dates(root)
    shelf = Shelf(str(root), books, files, entries, folders, size)
    receipt.write_text(json.dumps({name: getattr(shelf, name) for name in Shelf.__slots__}), encoding="utf-8")
    return shelf


def _isbn(number: int) -> str:
    digits = f"978{number:09d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def _settle_dates(root: Path) -> tuple[int, int, int]:
    entries = folders = size = 0
    for folder, _, names in os.walk(root, topdown=False):
        for name in names:
            path = os.path.join(folder, name)
            size += os.stat(path).st_size
            os.utime(path, (WRITTEN_AT, WRITTEN_AT))
        os.utime(folder, (WRITTEN_AT, WRITTEN_AT))
        entries += len(names)
        folders += 1
    return entries, folders, size


def _write_epub(one: Plan, folder: Path, rng: random.Random) -> int:
    pages = [
        page.named(f"OEBPS/page{place}.xhtml") for place, page in enumerate(rng.sample(chapters(), rng.randint(14, 32)))
    ]
    members = [
        a_member("mimetype", b"application/epub+zip", deflate=False),
        CONTAINER,
        a_member("OEBPS/content.opf", _package(one, len(pages), rng).encode()),
        a_member("OEBPS/nav.xhtml", _nav(len(pages)).encode()),
        a_member("OEBPS/toc.ncx", _ncx(one, len(pages)).encode()),
        STYLE,
        a_member("OEBPS/cover.png", signed(rng.choice(pictures()), one.number), deflate=False),
        *pages,
    ]
    (folder / f"{one.title} - {one.authors[0]}.epub").write_bytes(a_zip(members))
    return 1


def _write_m4b(one: Plan, folder: Path, rng: random.Random) -> int:
    length_ms = 600_000
    marks = [Mark(f"Chapter {n + 1}", n * length_ms, (n + 1) * length_ms) for n in range(rng.randint(8, 40))]
    path = an_m4b(
        folder / f"{one.title}.m4b",
        title=one.title,
        album=one.title,
        artist=", ".join(one.authors),
        narrator=one.narrator,
        date=str(one.year),
        genre=one.genres[0],
        description=prose(rng, 500),
        cover=signed(rng.choice(pictures()), one.number),
        chapters=marks,
        custom={"SERIES": one.series[0], "SERIES-PART": str(one.series[1])} if one.series else {},
        seconds=len(marks) * length_ms / 1000,
    )
    with open(path, "ab") as target:
        target.write((200_008).to_bytes(4, "big") + b"free" + bytes(200_000))
    return 1


def _write_mp3(one: Plan, folder: Path, rng: random.Random) -> int:
    picture, comment = signed(rng.choice(pictures()), one.number), prose(rng, 400)
    custom = [("SERIES", one.series[0]), ("SERIES-PART", str(one.series[1]))] if one.series else []
    for part in range(1, one.parts + 1):
        texts = [
            ("TIT2", f"{one.title} - Part {part}"), ("TALB", one.title), ("TPE1", "; ".join(one.authors)),
            ("TPE2", one.authors[0]), ("TCOM", one.narrator), ("TRCK", f"{part}/{one.parts}"), ("TYER", str(one.year)),
            ("TCON", one.genres[0]), ("TPUB", one.publisher),
        ]  # fmt: skip
        body = id3(texts, custom, comment, picture) + FRAME * 300
        (folder / f"{part:02d} - {one.title}.mp3").write_bytes(body)
    if rng.random() < 0.5:
        (folder / "cover.png").write_bytes(picture)
    return one.parts


WRITERS = {"epub": _write_epub, "m4b": _write_m4b, "mp3": _write_mp3}

CONTAINER: Member = a_member(
    "META-INF/container.xml",
    b'<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    b'<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
)
STYLE: Member = a_member(
    "OEBPS/style.css", b"body { margin: 5%; text-align: justify } h1 { text-align: center }\n" * 40
)


def _package(one: Plan, pages: int, rng: random.Random) -> str:
    said = [f'<dc:creator id="by{n}">{escape(name)}</dc:creator>' for n, name in enumerate(one.authors)]
    said += [
        f'<meta refines="#by{n}" property="role" scheme="marc:relators">aut</meta>' for n in range(len(one.authors))
    ]
    said += [f"<dc:subject>{escape(genre)}</dc:subject>" for genre in one.genres]
    if one.series:
        said.append(f'<meta property="belongs-to-collection" id="set">{escape(one.series[0])}</meta>')
        said.append('<meta refines="#set" property="collection-type">series</meta>')
        said.append(f'<meta refines="#set" property="group-position">{one.series[1]}</meta>')
    manifest = [f'<item id="page{n}" href="page{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(pages)]
    spine = [f'<itemref idref="page{n}"/>' for n in range(pages)]
    return f"""<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="isbn">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>{escape(one.title)}</dc:title><dc:language>{one.language}</dc:language><dc:date>{one.year}-05-01</dc:date>
<dc:identifier id="isbn">urn:isbn:{one.isbn}</dc:identifier><dc:publisher>{escape(one.publisher)}</dc:publisher>
<dc:description>{prose(rng, 600)}</dc:description>
<meta property="dcterms:modified">2024-01-01T00:00:00Z</meta>
{"".join(said)}
</metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>
<item id="css" href="style.css" media-type="text/css"/>
<item id="cover" href="cover.png" media-type="image/png" properties="cover-image"/>
{"".join(manifest)}</manifest>
<spine toc="ncx">{"".join(spine)}</spine>
</package>"""


def _nav(pages: int) -> str:
    rows = "".join(f'<li><a href="page{n}.xhtml">Chapter {n + 1}</a></li>' for n in range(pages))
    return (
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>Contents'
        f'</title></head><body><nav epub:type="toc"><ol>{rows}</ol></nav></body></html>'
    )


def _ncx(one: Plan, pages: int) -> str:
    points = "".join(
        f'<navPoint id="n{n}" playOrder="{n + 1}"><navLabel><text>Chapter {n + 1}</text></navLabel>'
        f'<content src="page{n}.xhtml"/></navPoint>'
        for n in range(pages)
    )
    return (
        '<?xml version="1.0"?><ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1"><head/>'
        f"<docTitle><text>{escape(one.title)}</text></docTitle><navMap>{points}</navMap></ncx>"
    )
