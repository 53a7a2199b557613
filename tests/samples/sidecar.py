"""What lies beside books, as calibre, Audiobookshelf, Kodi, ComicRack and rippers of discs write it."""

import json
from collections.abc import Sequence
from os import PathLike, fspath
from typing import Any, TypeVar
from xml.sax.saxutils import escape, quoteattr

AnyPath = TypeVar("AnyPath", bound=str | bytes | PathLike[str])


def an_opf(
    path: AnyPath,
    *,
    title: str = "A Book",
    authors: Sequence[str] = ("Ann Author",),
    series: tuple[str, float] | None = None,
    metadata: str = "",
) -> AnyPath:
    """calibre's metadata.opf."""
    said = [f"<dc:title>{escape(title)}</dc:title>"]
    said += [f'<dc:creator opf:role="aut">{escape(one)}</dc:creator>' for one in authors]
    if series is not None:
        said.append(f'<meta name="calibre:series" content={quoteattr(series[0])}/>')
        said.append(f'<meta name="calibre:series_index" content="{series[1]}"/>')
    return _written(
        path,
        '<?xml version="1.0" encoding="utf-8"?>\n<package xmlns="http://www.idpf.org/2007/opf" version="2.0">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">'
        f'{"".join(said)}{metadata}</metadata><guide><reference type="cover" href="cover.jpg"/></guide></package>',
    )


def a_metadata_json(path: AnyPath, **said: Any) -> AnyPath:
    """Audiobookshelf's metadata.json, its fields flat."""
    return _written(path, json.dumps({"tags": [], "chapters": [], "title": "A Book", "authors": ["Ann Author"]} | said))


def an_override(path: AnyPath, text: str = "book: one\ntitle: A Book\n") -> AnyPath:
    """The operator's word on a folder."""
    return _written(path, text)


def an_nfo(path: AnyPath, root: str = "movie", *, after: str = "", **said: str) -> AnyPath:
    """Kodi's NFO; `after` is what stands below the XML."""
    rows = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in ({"title": "A Book"} | said).items())
    return _written(path, f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{rows}</{root}>\n{after}')


def a_comicinfo(path: AnyPath, **said: str) -> AnyPath:
    """ComicInfo.xml with these elements."""
    rows = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in ({"Title": "A Book"} | said).items())
    return _written(
        path, f'<?xml version="1.0"?><ComicInfo xmlns:xsd="http://www.w3.org/2001/XMLSchema">{rows}</ComicInfo>'
    )


def a_cue(path: AnyPath, files: dict[str, Sequence[tuple[str, str]]]) -> AnyPath:
    """Tracks as (title, time) by the name of the file that they lie in."""
    lines, number = ['PERFORMER "A Disc"', 'TITLE "Another Title"'], 0
    for file, tracks in files.items():
        lines.append(f'FILE "{file}" WAVE')
        for title, time in tracks:
            number += 1
            lines += [f"  TRACK {number:02} AUDIO", f'    TITLE "{title}"', f"    INDEX 01 {time}"]
    return _written(path, "\r\n".join(lines))


def a_text(path: AnyPath, text: str) -> AnyPath:
    """desc.txt or reader.txt."""
    return _written(path, text)


def _written(path: AnyPath, text: str) -> AnyPath:
    with open(fspath(path), "wb") as file:
        file.write(text.encode())
    return path
