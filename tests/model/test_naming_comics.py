"""What the paths of comics and manga say; the names are made up, and each stands for a way of naming them."""

import pytest

from shishod.model.book import BookKind, SeriesEntry
from shishod.model.naming import reading_of, words_of


def told(path: str) -> dict[str, object]:
    words = words_of(path.encode(), BookKind.COMIC)
    return {name: getattr(words, name) for name in words.places}


IRON = {"series": "Iron Harbor", "number": "12"}
OF_2016 = {**IRON, "year": "2016"}
VOLUME = {"series": "Iron Harbor", "volume": "3"}

NAMES: dict[str, dict[str, object]] = {
    # what begins as a language does, who scanned it, and how it is bound
    "Frieda's Harbor - Iron 012 (2016).cbz": {**OF_2016, "series": "Frieda's Harbor - Iron"},
    "FR - Iron Harbor v03.cbz": VOLUME,
    "Shop (EN)/Iron Harbor/Some Group_Ch. 12 - The Long Night.cbz": {**IRON, "title": "The Long Night"},
    "Iron Harbor TPB vol 3.cbz": VOLUME,
    # issues
    "Iron Harbor 012 (2016) (digital) (Grp-Empire).cbz": OF_2016,
    "Iron Harbor #12 (2016).cbz": OF_2016,
    "Iron_Harbor_012_(2016).cbz": OF_2016,
    "Iron Harbor (2016) #012.cbz": OF_2016,
    "Iron.Harbor.012.2016.digital.cbz": OF_2016,
    "Iron Harbor 012 (of 16) (2016).cbz": OF_2016,
    "Iron Harbor #12 of 16 (2016).cbz": OF_2016,
    "Iron Harbor 12 of 16 (2016).cbz": OF_2016,
    "Iron Harbor No. 12 (March 2016).cbz": OF_2016,
    "Iron Harbor Issue #12 (2016-03).cbz": OF_2016,
    "Iron Harbor 2016-03-05 #12.cbz": OF_2016,
    "Iron Harbor 012 - The Long Night (2016).cbz": {**OF_2016, "title": "The Long Night"},
    "Iron Harbor 012 (2016) The Long Night (digital).cbz": {**OF_2016, "title": "The Long Night"},
    "Iron Harbor v3 012 (2016).cbz": {**OF_2016, "volume": "3"},
    "Iron.Harbor.v3.012.2016.Digital.cbr": {**OF_2016, "volume": "3"},
    "Iron Harbor Vol. 3 #12 (Mar 2016).cbz": {**OF_2016, "volume": "3"},
    "Iron Harbor (2014) #12 (2016).cbz": {**OF_2016, "volume": "2014"},
    "Iron Harbor (2014-2018) #12 (2016).cbz": {**OF_2016, "volume": "2014"},
    "Iron Harbor 012-014 (2016).cbz": {**OF_2016, "number": "12-14"},
    "Iron Harbor 12.5.cbz": {**IRON, "number": "12.5"},
    "Iron Harbor #12.MU.cbz": {**IRON, "number": "12.MU"},
    "Iron Harbor 012.MU (2016) (Digital) (Grp-Empire).cbz": {**OF_2016, "number": "12.MU"},
    "Iron Harbor #½.cbz": {**IRON, "number": "½"},
    "Iron Harbor #-1.cbz": {**IRON, "number": "-1"},
    "Iron Harbor #Omega.cbz": {**IRON, "number": "Omega"},
    "Iron Harbor 2099 #12.cbz": {**IRON, "series": "Iron Harbor 2099"},
    "Iron Harbor Annual 2016 (2016).cbz": {"series": "Iron Harbor Annual 2016", "year": "2016"},
    "300 (1998).cbz": {"series": "300", "year": "1998"},
    "52 012.cbz": {**IRON, "series": "52"},
    # volumes
    "Iron Harbor v03 (2016) (Digital).cbz": {**VOLUME, "year": "2016"},
    "Iron Harbor, Volume 3.cbz": VOLUME,
    "Iron Harbor - T03 - The Long Night.cbz": {**VOLUME, "title": "The Long Night"},
    "Iron Harbor Tome 3.cbz": VOLUME,
    "Iron Harbor Book Three.cbz": VOLUME,
    "Iron Harbor v03-v05.cbz": {**VOLUME, "volume": "3-5"},
    "BD FR - Iron Harbor - T03.cbz": VOLUME,
    # chapters
    "[Group] Iron Harbor v03 c012.zip": {**IRON, "volume": "3"},
    "[Group]_Iron_Harbor_-_012_[v2].zip": IRON,
    "Iron Harbor - 012v2.cbz": IRON,
    "Iron Harbor - c012 (v03) [Group].cbz": {**IRON, "volume": "3"},
    "Iron Harbor - Vol. 03 Ch. 012.5 - V4 Omake.cbz": {**IRON, "number": "12.5", "volume": "3"},
    "Iron Harbor Vol.03 Ch.012 A Name (en) [Group].cbz": {**IRON, "volume": "3", "title": "A Name"},
    "Iron Harbor Season 3 Episode 12.cbz": {**IRON, "volume": "3"},
    "Iron Harbor Chapter12v2.zip": IRON,
    "Iron Harbor c012-c014.cbz": {**IRON, "number": "12-14"},
    "Iron Harbor 012 GRP.zip": IRON,
    "アイアン 第03巻 第12話.zip": {"series": "アイアン", "volume": "3", "number": "12"},
    "鉄の港 第3卷.zip": {"series": "鉄の港", "volume": "3"},
    "강철 12화.zip": {"series": "강철", "number": "12"},
    "Гавань Том 3 Глава 12.cbz": {"series": "Гавань", "volume": "3", "number": "12"},
    "ท่าเรือ เล่ม 3 ตอนที่ 12.cbz": {"series": "ท่าเรือ", "volume": "3", "number": "12"},
    # folders
    "Iron Harbor/012.cbz": IRON,
    "Iron Harbor (2016)/#012.cbz": {**IRON},
    "Iron Harbor/012 - The Long Night.cbz": {**IRON, "title": "The Long Night"},
    "Iron Harbor/v03 c012.cbz": {**IRON, "volume": "3"},
    "Comics/012.cbz": {"series": "012"},
    # one dash may part a series and a story, or be of the series
    "Iron Harbor - Tides 012 (2016).cbz": {**OF_2016, "series": "Iron Harbor - Tides"},
    "Iron Harbor - Tides #12 (2016).cbz": {**OF_2016, "title": "Tides"},
    "Iron Harbor - Tides #12.cbz": {"number": "12"},
    "Iron Harbor - Tides.cbz": {},
    "Iron Harbor/Iron Harbor - Tides #12.cbz": {**IRON, "title": "Tides"},
    "Iron Harbor - Tides/Iron Harbor - Tides #12.cbz": {**IRON, "series": "Iron Harbor - Tides"},
    # people
    "Iron Harbor by Ann Author 012.cbz": {**IRON, "people": ()},
    "Iron Harbor by Glass & Hammer #12.cbz": IRON,
    "Iron Harbor by Moonlight #12.cbz": {**IRON, "series": "Iron Harbor by Moonlight"},
}  # fmt: skip


@pytest.mark.parametrize("path", NAMES)
def test_the_path_of_a_comic_says_what_its_form_says(path: str) -> None:
    said, expected = told(path), dict(NAMES[path])
    if "people" in expected:
        assert [one.name for one in said["people"]] == ["Ann Author"]
        expected["people"] = said["people"]

    assert said == expected


def test_the_name_of_the_pattern_is_kept_with_each_word() -> None:
    places = words_of(b"Iron Harbor v3 012 (2016).cbz", BookKind.COMIC).places

    assert places == {"year": "(Year)", "volume": "Vol. N", "number": "Series NNN", "series": "Series N"}


@pytest.mark.parametrize(
    ("path", "number"), [("Iron Harbor v03.cbz", "3"), ("Iron Harbor v03 #12.cbz", "12"), ("Iron Harbor.cbz", None)]
)
def test_a_volume_is_the_place_in_its_series_where_no_issue_is_told(path: str, number: str | None) -> None:
    assert reading_of(words_of(path.encode(), BookKind.COMIC)).series == (SeriesEntry("Iron Harbor", number),)
