"""Where the cover of an EPUB lies: five rules, the surest first."""

from shishod.formats.archive import Archive, picture_in
from shishod.formats.epub.package import Package, Resource, resolve
from shishod.formats.limits import Limits
from shishod.formats.xml import local_name, parse_xml
from shishod.model.book import CoverPlace

_PAGES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})
_NAMED = ("cover", "coverimage", "cover-image", "cover_image")
_NO_KIND = ("", "application/octet-stream")
_MIMES = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp",
    "svg": "image/svg+xml", "avif": "image/avif",
}  # fmt: skip


def locate_cover(archive: Archive, package: Package, metas: dict[str, str]) -> CoverPlace | None:
    """`properties="cover-image"`, else `meta name=cover`, else the guide's, else an image called cover, else the first
    page's image."""
    for row in _candidates(package, metas):
        if place := _picture(archive, package, row):
            return place
    spine = next((package.manifest[key] for key in package.spine if key in package.manifest), None)
    return _picture(archive, package, spine) if spine is not None else None


def picture(path: bytes, member: str, limits: Limits) -> bytes:
    """The bytes of a member that `locate_cover` has named."""
    return picture_in(path, member, limits)


def _candidates(package: Package, metas: dict[str, str]) -> list[Resource]:
    said = metas.get("cover", "")
    declared, by_meta, by_name = [], [], []
    for row in package.manifest.values():
        uid, href, kind, properties = row
        if properties and "cover-image" in properties.split():
            declared.append(row)
        if said and said in (uid, href):
            by_meta.append(row)
        if kind not in _PAGES and _is_image(row) and _called_cover(row):
            by_name.append(row)
    return declared + by_meta + _in_guide(package) + by_name


def _in_guide(package: Package) -> list[Resource]:
    member = resolve(package.folder, package.cover_href) if package.cover_href else None
    if member is None:
        return []
    found = next((row for row in package.manifest.values() if resolve(package.folder, row.href) == member), None)
    return [found or Resource("", package.cover_href, "", "")]


def _is_image(row: Resource) -> bool:
    """By what is said of it, or by its name where that is nothing that a book is made of."""
    kind = row.media_type
    return kind.startswith("image/") or (kind in _NO_KIND and _ending(row.href) in _MIMES)


def _ending(href: str) -> str:
    return href.partition("#")[0].rpartition(".")[2].lower()


def _called_cover(row: Resource) -> bool:
    stem = row.href.rpartition("/")[2].partition(".")[0].casefold()
    return row.id.partition(".")[0].casefold() in _NAMED or stem in _NAMED


def _picture(archive: Archive, package: Package, row: Resource) -> CoverPlace | None:
    member = resolve(package.folder, row.href)
    if member is None:
        return None
    if row.media_type in _PAGES:
        return _picture_on_page(archive, member)
    return _place(archive, member, row.media_type) if _is_image(row) else None


def _picture_on_page(archive: Archive, page: str) -> CoverPlace | None:
    xml = archive.try_read(page, archive.limits.text_bytes)
    root = parse_xml(xml) if xml else None
    if root is None:
        return None
    for element in root.iter("{*}img", "{*}image"):
        for key, value in element.items():
            if local_name(key) in ("src", "href") and (member := resolve(page.rpartition("/")[0], value)):
                return _place(archive, member, "")
    return None


def _place(archive: Archive, member: str, mime: str) -> CoverPlace | None:
    entry = archive.find(member)
    if entry is None:
        return None
    if entry.size > archive.limits.cover_bytes:
        archive.notes.append(f"the cover {entry.name} is larger than {archive.limits.cover_bytes} bytes")
        return None
    if not mime.startswith("image/"):
        mime = _MIMES.get(_ending(member), "")
    return CoverPlace(entry.name, "image/jpeg" if mime == "image/jpg" else mime, entry.size)
