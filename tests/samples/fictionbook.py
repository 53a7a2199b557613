"""FictionBook 2 as its editors write it, plain and in a zip."""

import base64
import zipfile
from collections.abc import Sequence
from os import PathLike, fspath
from typing import TypeVar
from xml.sax.saxutils import escape, quoteattr

from tests.samples.picture import a_png

AnyPath = TypeVar("AnyPath", bound=str | bytes | PathLike[str])

ANN = "<author><first-name>Ann</first-name><last-name>Author</last-name></author>"


def an_fb2(path: AnyPath, **said) -> AnyPath:
    """Write an FB2; what can be said is that of `a_fictionbook`."""
    with open(fspath(path), "wb") as target:
        target.write(a_fictionbook(**said))
    return path


def an_fbz(path: AnyPath, *more: str, **said) -> AnyPath:
    """The same in a zip, with `more` empty members beside it."""
    with open(fspath(path), "wb") as target, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in more:
            archive.writestr(name, b"")
        archive.writestr("a.fb2", a_fictionbook(**said))
    return path


def a_fictionbook(
    *,
    title: str | None = "A Book",
    people: str = ANN,
    series: tuple[str, str] | None = None,
    work: str = "",
    edition: str = "",
    made: str = "",
    chapters: Sequence[str] = ("One", "Two"),
    body: str = "",
    cover: bytes | bool = False,
    encoding: str = "utf-8",
    declared: str | None = None,
    doctype: str = "",
) -> bytes:
    """`work`, `edition` and `made` are more XML for title-info, publish-info and document-info, `body` for behind it.

    `declared` is what the XML says of its encoding where that is not the truth; "" says nothing.
    """
    said = people + (f"<book-title>{escape(title)}</book-title>" if title is not None else "") + work
    if series is not None:
        said += f"<sequence name={quoteattr(series[0])} number={quoteattr(series[1])}/>"
    if cover:
        said += '<coverpage><image l:href="#cover.png"/></coverpage>'
    sections = "".join(f"<section><title><p>{escape(name)}</p></title><p>Once.</p></section>" for name in chapters)
    name = encoding if declared is None else declared
    text = (
        f'<?xml version="1.0"{f" encoding={quoteattr(name)}" if name else ""}?>{doctype}\n'
        '<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" xmlns:l="http://www.w3.org/1999/xlink">'
        f"<description><title-info>{said}</title-info><document-info>{made}</document-info>"
        f"<publish-info>{edition}</publish-info></description><body>{sections}</body>{body}"
    )
    if cover:
        packed = base64.encodebytes(a_png() if cover is True else cover).decode()
        text += f'<binary id="cover.png" content-type="image/png">{packed}</binary>'
    return (text + "</FictionBook>\n").encode(encoding)
