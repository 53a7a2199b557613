"""From the contents of an archive to a Reading."""

from dataclasses import replace

from shishod.errors import BrokenFile
from shishod.formats.comic.contents import Contents, Member, mime_of, pages
from shishod.formats.comic.tags import Tags
from shishod.formats.limits import Limits
from shishod.formats.words import clean
from shishod.model.book import Chapter, CoverPlace, Technical
from shishod.model.metadata import Reading

_LOCKED = "it is locked with a password; what can be seen without one was read"
_NO_PAGES = "no member of the archive is a picture, so the comic has no pages"


def reading_of(reader: str, contents: Contents, limits: Limits) -> Reading:
    """What the archive says of itself; where it could not be opened for want of a library, that, and nothing else."""
    reading = Reading(reader=reader, format=reader, notes=tuple(contents.notes))
    if contents.locked:
        reading = replace(reading, drm="password", notes=(*reading.notes, _LOCKED))
    if contents.locked and not contents.listed:
        raise BrokenFile("encrypted", "a password is needed to open the archive; nothing could be read without one")
    if not contents.listed:
        return reading
    tags = Tags(contents, limits)
    shown = pages(contents.members)
    cover = _cover(shown, tags, contents, limits)
    chapters = _chapters(shown, tags, limits)
    if not shown:
        contents.notes.append(_NO_PAGES)
    facts = dict(tags.facts)
    if cover is not None:
        facts["places"] += (("cover", "pages"),)
    if chapters:
        facts["places"] += (("chapters", "ComicInfo.xml: Bookmark" if tags.bookmarks else "folders"),)
    notes = [*contents.notes, *([_LOCKED] if contents.locked else [])]
    return replace(
        reading,
        cover=cover,
        chapters=chapters,
        technical=Technical(pages=len(shown)),
        notes=tuple(dict.fromkeys(notes)),
        **facts,
    )


def _chapters(shown: list[Member], tags: Tags, limits: Limits) -> tuple[Chapter, ...]:
    """The pages that have a heading, else the folders that the pages lie in, where there are several."""
    starts = {number: text for number, text in tags.bookmarks.items() if number < len(shown)}
    if not starts:
        folders: dict[str, int] = {}
        for number, page in enumerate(shown):
            folders.setdefault(page.name.replace("\\", "/").rpartition("/")[0], number)
        if len(folders) < 2 or "" in folders:
            return ()
        starts = {number: clean(folder.rpartition("/")[2], limits.words) for folder, number in folders.items()}
    rows = [Chapter(text, href=f"#page={number + 1}") for number, text in sorted(starts.items()) if text]
    return tuple(rows[: limits.chapters])


def _cover(shown: list[Member], tags: Tags, contents: Contents, limits: Limits) -> CoverPlace | None:
    """The page that the tags call the front cover, else the first."""
    if not shown:
        return None
    said = next((one for one in shown if tags.front_name and one.name.endswith(tags.front_name)), shown[0])
    if tags.front_page is not None and tags.front_page < len(shown):
        said = shown[tags.front_page]
    if said.size is not None and said.size > limits.cover_bytes:
        contents.notes.append(f"the cover {said.name} is larger than {limits.cover_bytes} bytes")
        return None
    return CoverPlace(said.name, mime_of(said.name), said.size)
