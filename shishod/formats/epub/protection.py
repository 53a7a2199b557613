"""Whether an EPUB is locked, and by whom; its headers are read all the same."""

from shishod.formats.archive import Archive
from shishod.formats.xml import parse_xml

_FONTS_ONLY = frozenset({"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#rc"})
_BY_MEMBER = (("META-INF/license.lcpl", "readium-lcp"), ("META-INF/sinf.xml", "apple"))
_BY_WORD = ((b"ns.adobe.com/adept", "adobe"), (b"kobo", "kobo"))


def protection(archive: Archive) -> str | None:
    """ "adobe", "apple", "kobo", "readium-lcp" or "unknown"; None where at most the fonts are obfuscated."""
    for member, maker in _BY_MEMBER:
        if member in archive:
            return maker
    if "META-INF/rights.xml" not in archive and "META-INF/encryption.xml" not in archive:
        return None
    most = archive.limits.text_bytes
    encryption = archive.try_read("META-INF/encryption.xml", most) or b""
    rights = archive.try_read("META-INF/rights.xml", most)
    if rights is None and not _locks_more_than_fonts(encryption):
        return None
    said = (encryption + (rights or b"")).lower()
    return next((maker for word, maker in _BY_WORD if word in said), "unknown")


def _locks_more_than_fonts(encryption: bytes) -> bool:
    root = parse_xml(encryption)
    if root is None:
        return False
    methods = root.iterfind(".//{*}EncryptedData/{*}EncryptionMethod")
    return any(method.get("Algorithm", "").lower() not in _FONTS_ONLY for method in methods)
