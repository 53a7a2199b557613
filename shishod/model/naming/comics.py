"""The name of a comic or a manga: the table MARKERS of volumes, chapters and issues, and what is left around them."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from shishod.model.naming.people import is_generic, likeness, people_of
from shishod.model.naming.spelling import BRACKETS, WORDS, bare, loose, number_of, spaced
from shishod.model.naming.vocabulary import BANDS, CHAPTERS, ISSUES
from shishod.model.naming.words import PathWords

_N = r"\d{1,6}(?:\.(?!0\d\d)\d{1,3})?(?!\d)"  # "v4.001" is a volume and an issue
_NN = rf"({_N}(?:[-~]{_N})?)"
_VV, _CC = (rf"({_N}(?:[-~]{_N}| ?[-~] ?{letter}{_N})?)" for letter in "vc")
_END = r"(?:[xv]\d+)?(?![^\W_])"
CUT = "\t"  # what stands where a bracket was: no name holds one


class Marker(NamedTuple):
    """One row of the table: the field that the number belongs to, how it is written, and letters without which it is
    not worth looking."""

    name: str
    field: str
    hints: str
    pattern: re.Pattern[str]


def _marker(name: str, field: str, hints: str, *forms: str) -> Marker:
    return Marker(name, field, hints, re.compile("|".join(forms), re.IGNORECASE))


_PLACE_WORD = rf"\b(?:{ISSUES})"
_ISSUE_SIGN = r"-?\d[\d.,]*(?:-\d+)?[½¼¾]?(?:\.?[A-Z]{1,3})?|[½¼¾∞]|[A-Z]\w{0,7}"
# In each script of its own; then the issue sign, between what stands for nothing else and the words that may.
MARKERS: tuple[Marker, ...] = (
    _marker("第N巻", "volume", "巻卷册冊권", rf"第? ?{_NN} ?[巻卷册冊권]", rf"[卷巻] ?{_NN}"),
    _marker("第N話", "number", "話话章回화회장", rf"第? ?{_NN} ?[話话章回화회장]"),
    _marker("เล่ม N", "volume", "ล", rf"เล่ม(?:ที่)? ?{_NN}"),
    _marker("ตอนที่ N", "number", "ตท", rf"(?:ตอน|บท)(?:ที่)? ?{_NN}"),
    _marker("Том N", "volume", "о", rf"\bтома? {_NN}"),
    _marker("N Том", "volume", "о", rf"{_NN} тома?\b"),
    _marker("Глава N", "number", "л", rf"\bглав[аы] {_NN}"),
    _marker("N Глава", "number", "л", rf"{_NN} глав[аы]\b"),
    _marker(
        "Vol. N",
        "volume",
        "vtbdlk",
        rf"\b(?:v|t|vol(?:ume)?s?[ .-]{{0,2}}|tome[ .-]?|(?:{BANDS})[ .-])(?:\.? ?){_VV}{_END}",
    ),
    _marker("Season N", "volume", "s", rf"\b(?:s(?=\d\d? )|season ){_NN}{_END}"),
    _marker("Book N", "volume", "k", rf"\bbook ({_N}|{WORDS})\b"),
    _marker("#N", "number", "#", rf"(?:\b(?:issue|no\.?|nr\.?) )?#(?: ?({_ISSUE_SIGN})(?![^\W_]))(?: of \d+)?"),
    _marker("N of M", "number", "f", rf"(?<= )({_N}) of \d{{1,4}}\b"),
    _marker(
        "Ch. N", "number", "cehk", rf"(?:\b(?:c|chp?|chap|ep|episode|{CHAPTERS})|chapters?)[ .-]{{0,3}}{_CC}{_END}"
    ),
    _marker("No. N", "number", "npih", rf"{_PLACE_WORD}[ .-]{{0,2}}{_NN}{_END}"),
)
_LATIN = tuple(marker for marker in MARKERS if marker.name.isascii())
_ISSUE = r"(\d{1,5}(?:\.(?:\d{1,3}|[A-Z]{2,3}\b))?[½¼¾]?(?: ?- ?\d{1,5}(?:\.\d{1,3})?)?)"
_AFTER_VOLUME = re.compile(rf"(?:[ -]*|\.){_ISSUE}(?=[ -]*(?:$|\t| - | (?:19|20)\d\d(?: |$)))")
_AFTER_YEAR = re.compile(rf"\t ?{_ISSUE}(?= |$|\t)")
_STOP = r"(?:v\d)?(?= *(?:$|\t| - | (?:19|20)\d\d(?: |$)))"
_AT_END = re.compile(rf"(?<=[^\t-] ){_ISSUE}{_STOP}|(?<= - ){_ISSUE}{_STOP}")
_ALONE = re.compile(rf"{_ISSUE}(?=$| - |\t|\. | \t)")
_BEFORE_GROUP = re.compile(r"(?<=\w )(0\d{1,3})(?= [A-Z]{2,}$)")
_YEARLIKE = re.compile(r"(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2]))?")  # with its month, as magazines have it

_MONTH = r"(?:[A-Za-z]{3,9}\.?(?:[-/][A-Za-z]{3,9}\.?)?|\d\d?(?:-\d\d?)?)"
_DATE = re.compile(rf"(?:{_MONTH}[ ,/-]{{1,2}}){{0,2}}((?:19|20)\d\d)(?:-\d\d){{0,2}}")
_WRITTEN_DATE = re.compile(r"(?<![\d-])((?:19|20)\d\d)(?:-\d\d-\d\d)?(?!\d)")
_DATED = re.compile(r"[ -]*(?:((?:19|20)\d\d)-[01]\d(?:-[0-3]\d)?|[0-3]\d-[0-3]\d-((?:19|20)\d\d))[ -]*$")
_SPAN = re.compile(r"((?:19|20)\d\d) ?- ?(?:(?:19|20)\d\d)?")
_OF = re.compile(r"(?:(\d{1,4}) )?of (\d{1,4})", re.IGNORECASE)
_REVISION = re.compile(r"[vV]\d(?:\.\d)?")
_GROUP = re.compile(r"[\[【][^\]】]*[\]】] ?")
_LANGUAGE = re.compile(r"(?:bd[ .-])?(?:fr|de|es|it|en)[ .]?[-–] ?(?=\w)", re.IGNORECASE)
_SCANNED = re.compile(r"[^_]+_(?:vol|ch|ep|s\d)[a-z]*\.? ?\d[^_]*$", re.IGNORECASE)  # who scanned it, as Mihon writes
_DASH = re.compile(r" ?- |: ")
_BY = re.compile(r"(.+?) by (\S.*)", re.IGNORECASE)
_LEAD = re.compile(r"^[\s'\"\-–,.:]+(?=\w)")
_TRAIL = re.compile(r"(?: omake-?\d*| vol\.? ?tbd| (?-i:TPB|OGN|GN)|[\s\-–,:])+$", re.IGNORECASE)
_NOISE = re.compile(
    r"\b(?:c2c|cbi|cix|digital|webrip|webp|repaired|fixed|scan(?:s|ned)?|noads?|hd|uncensored|raws?|omake|extras?|end)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r" 0\d{1,2}$")
_LETTER = re.compile(r"[^\W\d_]{2}")


def words_of_issue(folders: Sequence[str], name: str) -> PathWords:
    """What the path of a comic says; the folder above counts where a name is but a number, or could be two things."""
    words = PathWords()
    text = bare(name)
    if _SCANNED.match(text) and folders:
        text = text.partition("_")[2]
    text = spaced(text)
    text, aside = _without_brackets(_GROUP.sub("", text, count=1) if text[:1] in "[【" else text, words)
    around = PathWords()
    shelf = _shelf(folders, around)
    start, end = _hear_numbers(text, words, lone=bool(shelf))
    for content in aside:
        _hear_markers(content, words)
    words.hear(around)
    series = _without_creators(_tidied(text[:start], words), words)
    told = bool(words.number or words.volume)
    if told:
        _hear_title(text[end:], words)
    if not series:
        words.say("series", shelf if told else None, "Series/")
    elif not told and " - " in series:
        pass  # a story of a series, or a series of two words: nothing tells
    elif not _one_dash(series):
        words.say("series", series, "Series N" if told else "Series")
    elif shelf and loose(series).startswith(loose(shelf)):
        _hear_parted(series, shelf, words, "Series/Series - Title N")
    elif words.places.get("number") != "#N":
        words.say("series", series, "Series N")
    elif words.year and len(lead := _DASH.split(series)[0]) > 2:
        _hear_parted(series, lead, words, "Series - Title #N (Year)")
    return words


def _one_dash(series: str) -> bool:
    """ "A - B" and "A: B" may be a series of two words, or a series and a story."""
    return len(_DASH.findall(series)) == 1


def _hear_parted(series: str, lead: str, words: PathWords, place: str) -> None:
    words.say("series", series if loose(lead) == loose(series) else lead, place)
    if loose(lead) != loose(series):
        words.say("title", _DASH.split(series, maxsplit=1)[-1], place)


def _shelf(folders: Sequence[str], words: PathWords) -> str:
    """The series that the nearest folder is named for, or the one above a volume's; "" for one that says nothing.

    The volume goes to `words`.
    """
    if not folders or is_generic(folders[-1]):
        return ""
    said = PathWords()
    text, _ = _without_brackets(spaced(folders[-1]), said)
    start, _ = _hear_numbers(text, said)
    series = _tidied(text[:start], said)
    if said.volume and not series and len(folders) > 1:
        words.say("volume", said.volume, "Volume N/")
        return _shelf(folders[:-1], PathWords())
    return series


def _without_brackets(text: str, words: PathWords) -> tuple[str, list[str]]:
    """The text with each bracket cut out, and what stood in those that may hold a volume or a chapter."""
    if not any(c in text for c in "([{【（"):
        return text, []
    years: list[str] = []
    spans: list[str] = []
    others: list[str] = []

    def heard(found: re.Match[str]) -> str:
        content = found[2].strip()
        if match := _SPAN.fullmatch(content):
            spans.append(match[1])
        elif match := _DATE.fullmatch(content):
            years.append(match[1])
        elif match := _OF.fullmatch(content):
            words.say("number", number_of(match[1]) if match[1] else None, "(N of M)")
        elif found[1] != "[" or not _REVISION.fullmatch(content):
            others.append(content)
        return f" {CUT} "

    text = BRACKETS.sub(heard, text)
    if years:  # of two the first is when the series began
        words.say("year", years[-1], "(Year)")
        words.say("volume", spans[0] if spans else years[0] if years[0] != years[-1] else None, "(Year) N (Year)")
    elif spans:
        words.say("year", spans[0], "(Year-Year)")
    return re.sub(" +", " ", text).strip(" "), others


def _hear_markers(text: str, words: PathWords) -> tuple[int, int]:
    """Say what the markers in a text say; where the first of them begins and the last ends, (-1, -1) for none."""
    spans = []
    letters = text.casefold()
    for name, field, hints, pattern in _LATIN if text.isascii() else MARKERS:
        if getattr(words, field) is not None or not any(hint in letters for hint in hints):  # most are not there
            continue
        if match := pattern.search(text):
            words.say(field, number_of(match[match.lastindex or 1]), name)
            spans.append(match.span())
    return (min(span[0] for span in spans), max(span[1] for span in spans)) if spans else (-1, -1)


def _hear_numbers(text: str, words: PathWords, *, lone: bool = False) -> tuple[int, int]:
    """Where in the text its numbers begin and end; its length twice where it has none.

    A number that stands at its beginning is one where the folder is named for the series (`lone`).
    """
    start, end = _hear_markers(text, words)
    if words.number is None:
        found = _AFTER_VOLUME.match(text, end) if end >= 0 else (lone and _ALONE.match(text)) or _bare_number(text)
        if found is not None and not (end < 0 and _YEARLIKE.fullmatch(found[found.lastindex or 1])):
            words.say("number", number_of(found[found.lastindex or 1]), "Series NNN")
            start, end = (start if start >= 0 else found.start()), found.end()
    cut = text.find(CUT) if start < 0 else start
    return (start, end) if start >= 0 else (cut if cut > 0 else len(text), len(text))


def _bare_number(text: str) -> re.Match[str] | None:
    found = _AFTER_YEAR.search(text)
    if found is not None:
        return found
    for found in _AT_END.finditer(text):
        if not _YEARLIKE.fullmatch(found[found.lastindex or 1]):
            return found
    return _BEFORE_GROUP.search(text)


def _tidied(series: str, words: PathWords) -> str:
    """A series' name without what dangles from it."""
    if match := _DATED.search(series):
        words.say("year", match[1] or match[2], "Series Date")
        series = series[: match.start()]
    series = (
        series[match.end() :]
        if (match := _LANGUAGE.match(series)) and series[:2].casefold() in ("bd", "fr")
        else series
    )
    series = series.partition(CUT)[0] if series.lstrip(CUT + " ").partition(CUT)[1] else series.strip(CUT + " ")
    return _TRAIL.sub("", _LEAD.sub("", series))


def _without_creators(series: str, words: PathWords) -> str:
    """ "Tides by Ann Author" as "Tides": who is named in full, or with another, made it."""
    match = _BY.fullmatch(series)
    if match is None:
        return series
    if likeness(match[2]):
        words.say("people", people_of(match[2]), "Series by Author")
        return match[1]
    pair = [one for one in re.split(" & | and ", match[2]) if one[:1].isupper() and " " not in one]
    return match[1] if len(pair) > 1 else series


def _hear_title(tail: str, words: PathWords) -> None:
    """What follows the numbers, up to the next bracket, is the story's title; a year in brackets may lie between."""
    lead, cut, rest = tail.partition(CUT)
    if not _LETTER.search(lead) and cut:
        lead = rest.partition(CUT)[0]
    if match := _WRITTEN_DATE.search(lead):
        words.say("year", match[1], "#N Year")
        return
    title = _PLACE.sub("", _TRAIL.sub("", _LEAD.sub("", _NOISE.sub("", lead))).strip())
    if len(_LETTER.findall(title)) and not (title.isupper() and " " not in title):
        words.say("title", title, "Series N - Title")
