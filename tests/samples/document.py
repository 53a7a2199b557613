"""PDFs and DJVUs of empty pages, with what describes them."""

from collections.abc import Sequence
from os import PathLike, fspath
from typing import TypeVar

AnyPath = TypeVar("AnyPath", bound=str | bytes | PathLike[str])


def a_pdf(
    path: AnyPath,
    *,
    title: str | None = "A Book",
    author: str | None = "Ann Author",
    chapters: Sequence[str] = ("One", "Two"),
    pages: int = 2,
    language: str | None = "en-GB",
    xmp: bytes | None = None,
    catalog: str = "",
    **said: str,
) -> AnyPath:
    """Write a PDF 1.7; `said` are more keys of its Info, `catalog` is more of its catalogue, in PDF's own notation."""
    told = {"Title": title, "Author": author, **said}
    info = " ".join(f"/{key} {_text(value)}" for key, value in told.items() if value is not None)
    kids = [4 + number for number in range(pages)]
    outline, first_mark = 4 + pages, 5 + pages
    packet = first_mark + len(chapters)
    root = "/Type /Catalog /Pages 2 0 R" + (f" /Lang ({language})" if language else "")
    root += f" /Outlines {outline} 0 R" if chapters else ""
    root += f" /Metadata {packet} 0 R" if xmp is not None else ""
    objects = [
        f"<< {root} {catalog} >>".encode(),
        f"<< /Type /Pages /Count {pages} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>".encode(),
        f"<< {info} >>".encode(),
        *[b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>"] * pages,
        f"<< /Type /Outlines /First {first_mark} 0 R /Last {packet - 1} 0 R >>".encode(),
        *(_mark(name, place, len(chapters), outline, kids) for place, name in enumerate(chapters)),
    ]
    if xmp is not None:
        objects.append(b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%s\nendstream" % (len(xmp), xmp))
    with open(fspath(path), "wb") as target:
        target.write(_file(objects))
    return path


def a_djvu(path: AnyPath, *, pages: int = 2, annotation: str | None = None, bundled: bool = True) -> AnyPath:
    """Write a DJVU of empty pages, with a shared annotation as djvused writes it, but for the packing."""
    text = annotation or '(metadata (title "A Book") (author "Ann Author"))'
    shared = _form(b"DJVI", _chunk(b"ANTa", text.encode()))
    empty = _form(b"DJVU", _chunk(b"INFO", bytes(10)))
    directory = _chunk(b"DIRM", bytes([0x81 if bundled else 1]) + (pages + 1).to_bytes(2, "big"))
    with open(fspath(path), "wb") as target:
        target.write(b"AT&T" + _form(b"DJVM", directory + shared + empty * pages))
    return path


def _form(kind: bytes, content: bytes) -> bytes:
    return _chunk(b"FORM", kind + content)


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "big") + content + b"\0" * (len(content) % 2)


def an_xmp(description: str) -> bytes:
    """A packet around a description in RDF."""
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"'
        ' xmlns:calibre="http://calibre-ebook.com/xmp-namespace"'
        ' xmlns:calibreSI="http://calibre-ebook.com/xmp-namespace-series-index">'
        f'{description}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def _text(value: str) -> str:
    return f"<feff{value.encode('utf-16-be', 'surrogatepass').hex()}>"


def _mark(name: str, place: int, count: int, outline: int, kids: Sequence[int]) -> bytes:
    own = outline + 1 + place
    row = f"/Title {_text(name)} /Parent {outline} 0 R /Dest [{kids[min(place, len(kids) - 1)]} 0 R /Fit]"
    row += f" /Next {own + 1} 0 R" if place + 1 < count else ""
    row += f" /Prev {own - 1} 0 R" if place else ""
    return f"<< {row} >>".encode()


def _file(objects: Sequence[bytes]) -> bytes:
    found = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(found))
        found += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(found)
    found += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    found += b"".join(b"%010d 00000 n \n" % place for place in places)
    found += b"trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(found)
