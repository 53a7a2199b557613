"""What word processors write, with one line of text in it."""

import zipfile
from os import PathLike, fspath
from typing import TypeVar

AnyPath = TypeVar("AnyPath", bound=str | bytes | PathLike[str])


def a_docx(path: AnyPath) -> AnyPath:
    return _zipped(
        path,
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "word/document.xml": "<document><body><p>Once upon a time.</p></body></document>",
            "word/media/image1.png": "",
        },
    )


def an_odt(path: AnyPath) -> AnyPath:
    return _zipped(
        path, {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<text>Once upon a time.</text>"}
    )


def an_rtf(path: AnyPath) -> AnyPath:
    with open(fspath(path), "wb") as target:
        target.write(rb"{\rtf1\ansi{\info{\title A Draft}}Once upon a time.\par}")
    return path


def a_txt(path: AnyPath) -> AnyPath:
    with open(fspath(path), "wb") as target:
        target.write("Once upon a time in Málaga.\n".encode())
    return path


def an_html(path: AnyPath) -> AnyPath:
    with open(fspath(path), "wb") as target:
        target.write(b"<!DOCTYPE html>\n<html><head><title>A Draft</title></head><body><p>Once.</p></body></html>")
    return path


def _zipped(path: AnyPath, members: dict[str, str]) -> AnyPath:
    with open(fspath(path), "wb") as target, zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path
