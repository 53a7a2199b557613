"""Text as files hold it made fit for a catalogue: no control characters, no markup, no endless titles."""

import re

from shishod.model.book import tidy_name

_UNFIT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_MARKUP = re.compile(r"<\s*/?\s*[a-zA-Z!][^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")
_LETTERS = re.compile("[A-Za-zÀ-ÖØ-öø-ÿ¨¸]+")
_AS_CASED = re.compile("[À-ÖØ-ß¨]?[à-öø-ÿ¸]*|[À-ÖØ-ß¨]+")
_OTHERS = re.compile("[^\\x00-ÿ–—…‘’‚“”„№•™†‡‰‹›]")  # what no byte can have been taken for
_TELLING = 2_000  # characters
_FEWEST = 3
_LINES = re.compile(r"\n{3,}")
_BLOCKS = frozenset(
    {"p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "blockquote", "section", "hr", "dd"}
)
_SILENT = frozenset({"script", "style", "head", "template"})


def clean(text: str | None, most: int = 1_000) -> str:
    """One line, NFC, without control characters or halves of characters, at most so long; "" for nothing."""
    if not text:
        return ""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())[:most].rstrip()
    return tidy_name(_UNFIT.sub("", text[: most * 8]))[:most].rstrip()


def in_cyrillic(text: str) -> str:
    """What says to be Latin and is the code page of Windows for Cyrillic, as old programs wrote it: "Íî÷ü" as "Ночь".

    No Latin word of three letters and more has accents on all of them; in Cyrillic a capital begins a word, or all are.
    """
    if text.isascii() or _OTHERS.search(text):
        return text
    words = [word for word in _LETTERS.findall(text[:_TELLING]) if not word.isascii()]
    alike = [word for word in words if _AS_CASED.fullmatch(word)]
    if len(alike) * 10 < len(words) * 9 or all(len(word) < _FEWEST for word in alike):
        return text
    return b"".join(map(_byte, text)).decode("cp1251", "replace")


def _byte(letter: str) -> bytes:
    """The byte that was taken for this letter, or for a control that is none."""
    return letter.encode("latin-1" if letter < "\u0100" else "cp1252", "replace")


def plain_text(text: str | None, most: int = 100_000) -> str:
    """Prose with its paragraphs and without its markup; "" for nothing."""
    if not text:
        return ""
    text = text[: most * 8]
    marked = "<" in text or "&" in text
    if not marked and text.isprintable():  # one line, and nothing unfit in it
        return " ".join(text.split())[:most].rstrip()
    text = _UNFIT.sub("", text)
    if marked and _MARKUP.search(text):
        text = _without_markup(text)
    lines = (" ".join(line.split()) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return _LINES.sub("\n\n", "\n".join(lines)).strip()[:most].rstrip()


def _without_markup(text: str) -> str:
    from lxml import etree  # not in the daemon itself, which has nothing but clean text

    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    root: etree._Element | None = etree.fromstring(f"<div>{text}</div>", parser)
    if root is None:
        return text
    parts: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if event == "start":
            if tag in _BLOCKS:
                parts.append("\n")
            if element.text and tag not in _SILENT:
                parts.append(element.text)
        else:
            if tag in _BLOCKS:
                parts.append("\n")
            if element.tail:
                parts.append(element.tail)
    return "".join(parts)
