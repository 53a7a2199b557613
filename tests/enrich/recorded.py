"""Answers as the real catalogues give them, cut down to what matters; their shapes are those of their documentation."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.enrich.simulator import Answering, Reply, Request

LEFT_HAND_DOC = {
    "key": "/works/OL59800W",
    "title": "The Left Hand of Darkness",
    "author_key": ["OL31353A"],
    "author_name": ["Ursula K. Le Guin"],
    "first_publish_year": 1969,
    "isbn": ["9780441478125", "0441478123"],
    "cover_i": 8599410,
    "language": ["eng", "ger"],
    "edition_count": 120,
    "number_of_pages_median": 304,
}
LEFT_HAND_WORK = {
    "key": "/works/OL59800W",
    "title": "The Left Hand of Darkness",
    "description": {"type": "/type/text", "value": "A lone envoy on a winter world."},
    "subjects": ["Science fiction", "Hainish", "Science fiction"],
    "covers": [8599410, -1],
    "first_publish_date": "1969",
}
LEFT_HAND_EDITION = {
    "key": "/books/OL7641985M",
    "title": "The Left Hand of Darkness",
    "publishers": ["Ace"],
    "publish_date": "March 15, 1987",
    "isbn_13": ["9780441478125"],
    "number_of_pages": 304,
    "languages": [{"key": "/languages/eng"}],
    "series": ["Hainish Cycle #4"],
}
GOOGLE_VOLUME = {
    "id": "zyTCAlFPjgYC",
    "etag": "f0zKg75Mx/I",
    "volumeInfo": {
        "title": "The Left Hand of Darkness",
        "authors": ["Ursula K. Le Guin"],
        "publisher": "Penguin",
        "publishedDate": "1987-03",
        "description": "<p>A lone <b>envoy</b>.</p>",
        "industryIdentifiers": [
            {"type": "ISBN_13", "identifier": "9780441478125"},
            {"type": "OTHER", "identifier": "UOM:1"},
        ],
        "pageCount": 304,
        "categories": ["Fiction"],
        "averageRating": 4.5,
        "ratingsCount": 12,
        "language": "en",
        "imageLinks": {"thumbnail": "http://books.google.com/books/content?id=zyTCAlFPjgYC"},
    },
}
LEVIATHAN = {
    "asin": "B073H9PF2D",
    "title": "Leviathan Wakes",
    "subtitle": "The Expanse, Book 1",
    "authors": [{"asin": "B001", "name": "James S. A. Corey"}],
    "narrators": [{"name": "Jefferson Mays"}],
    "publisherName": "Hachette Audio",
    "summary": "<p>Humanity has colonised the planets.</p>",
    "releaseDate": "2011-06-15T00:00:00.000Z",
    "image": "https://m.media-amazon.com/images/I/x.jpg",
    "genres": [
        {"asin": "1", "name": "Science Fiction", "type": "genre"},
        {"asin": "2", "name": "Space Opera", "type": "tag"},
    ],
    "seriesPrimary": {"asin": "B2", "name": "The Expanse", "position": "Book 1, Dramatized"},
    "language": "english",
    "runtimeLengthMin": 1260,
    "formatType": "unabridged",
    "isbn": "9781611131765",
    "rating": "4.7",
    "region": "us",
}
RELEASE_ID = "b84ee12a-09ef-421b-82de-0441a926375b"
RELEASE = {
    "id": RELEASE_ID,
    "score": 100,
    "title": "Leviathan Wakes",
    "date": "2011-06-15",
    "barcode": "9781611131765",
    "asin": "B073H9PF2D",
    "text-representation": {"language": "eng", "script": "Latn"},
    "artist-credit": [
        {
            "name": "James S. A. Corey",
            "joinphrase": " read by ",
            "artist": {"id": "1", "name": "James S. A. Corey", "sort-name": "Corey, James S. A."},
        },
        {"name": "Jefferson Mays", "joinphrase": "", "artist": {"id": "2", "sort-name": "Mays, Jefferson"}},
    ],
    "release-group": {"id": "3", "primary-type": "Other", "secondary-types": ["Audiobook"]},
    "label-info": [{"label": {"name": "Hachette Audio"}}],
    "genres": [{"name": "science fiction", "count": 2}],
    "media": [{"format": "Digital Media", "tracks": [{"length": 40_000_000}, {"length": 35_600_000}]}],
}
ALBUM_ID = "5a1ef6a5-7a3a-4d6a-9d6e-2a3c3a0d7b11"
ALBUM = {
    "id": ALBUM_ID,
    "score": 100,
    "title": "Blue Train",
    "date": "1958-01",
    "barcode": "0724349532427",
    "artist-credit": [{"name": "John Coltrane", "artist": {"id": "4", "sort-name": "Coltrane, John"}}],
    "release-group": {"id": "5", "primary-type": "Album", "secondary-types": []},
    "label-info": [{"label": {"name": "Blue Note"}}],
    "genres": [{"name": "hard bop", "count": 9}],
    "media": [{"format": "CD", "tracks": [{"length": 643_000}, {"length": 550_000}]}],
}
BLADE_RUNNER_HIT = {
    "id": 78,
    "title": "Blade Runner",
    "original_title": "Blade Runner",
    "release_date": "1982-06-25",
    "poster_path": "/x.jpg",
}
BLADE_RUNNER = {
    **BLADE_RUNNER_HIT,
    "imdb_id": "tt0083658",
    "overview": "A blade runner must pursue four replicants.",
    "runtime": 118,
    "backdrop_path": "/b.jpg",
    "vote_average": 7.9,
    "vote_count": 13000,
    "genres": [{"id": 878, "name": "Science Fiction"}],
    "production_companies": [{"name": "The Ladd Company"}],
    "credits": {
        "cast": [{"name": "Harrison Ford", "character": "Rick Deckard", "order": 0}],
        "crew": [{"name": "Ridley Scott", "job": "Director"}, {"name": "N. N.", "job": "Gaffer"}],
    },
    "external_ids": {"wikidata_id": "Q184843"},
    "release_dates": {"results": [{"iso_3166_1": "US", "release_dates": [{"certification": "R"}]}]},
}
SHOW_HIT = {"id": 1396, "name": "The Long Road", "first_air_date": "2008-01-20", "original_name": "The Long Road"}


def a_show(season: int) -> dict[str, Any]:
    """A show with one of its seasons, as `append_to_response` gives it."""
    episodes = [
        {"episode_number": n, "name": f"Episode {season}.{n}", "overview": f"What happens in {n}.", "runtime": 47,
         "air_date": f"200{season}-01-{n % 28 + 1:02}", "still_path": f"/s{season}e{n}.jpg",
         "crew": [{"name": "Dee Rector", "job": "Director"}], "guest_stars": [{"name": "Gus Guest"}]}
        for n in range(1, 71)
    ]  # fmt: skip
    return {
        **SHOW_HIT,
        "genres": [{"name": "Drama"}],
        "networks": [{"name": "AMC"}],
        "poster_path": "/p.jpg",
        "content_ratings": {"results": [{"iso_3166_1": "US", "rating": "TV-MA"}]},
        "external_ids": {"imdb_id": "tt0903747"},
        f"season/{season}": {"episodes": episodes},
    }


def _openlibrary(request: Request) -> Reply | None:
    if request.path == "/search.json":
        asked = request.query.get("q", "")
        hit = "9780441478125" in asked or "left hand" in request.query.get("title", "").lower()
        return Reply({"numFound": int(hit), "start": 0, "docs": [LEFT_HAND_DOC] if hit else []})
    if request.path == "/isbn/9780441478125.json":
        return Reply(None, 302, {"Location": "/openlibrary/books/OL7641985M.json"})
    known = {"/works/OL59800W.json": LEFT_HAND_WORK, "/books/OL7641985M.json": LEFT_HAND_EDITION}
    return Reply(known[request.path]) if request.path in known else None


def _googlebooks(request: Request) -> Reply | None:
    if request.path == "/volumes":
        asked = request.query["q"].lower()
        hit = asked == "isbn:9780441478125" or "left hand" in asked
        return Reply({"kind": "books#volumes", "totalItems": 1, "items": [GOOGLE_VOLUME]} if hit else
                     {"kind": "books#volumes", "totalItems": 0})  # fmt: skip
    return Reply(GOOGLE_VOLUME) if request.path == "/volumes/zyTCAlFPjgYC" else None


CHAPTERS = {
    "asin": "B073H9PF2D",
    "brandIntroDurationMs": 2043,
    "brandOutroDurationMs": 5062,
    "isAccurate": True,
    "region": "us",
    "runtimeLengthMs": 75_600_000,
    "chapters": [
        {"title": "Opening Credits", "startOffsetMs": 0, "startOffsetSec": 0, "lengthMs": 21_000},
        {"title": "Prologue", "startOffsetMs": 21_000, "startOffsetSec": 21, "lengthMs": 75_579_000},
    ],
}


def _audnexus(request: Request) -> Reply | None:
    if request.path == "/books/B073H9PF2D/chapters":
        return Reply(CHAPTERS)
    return Reply(LEVIATHAN) if request.path == "/books/B073H9PF2D" and request.query["region"] == "us" else None


def _musicbrainz(request: Request) -> Reply | None:
    if request.path == f"/release/{ALBUM_ID}":
        return Reply(ALBUM)
    if request.path == "/release":
        asked = request.query["query"]
        if "Blue Train" in asked:
            return Reply({"created": "2026-01-01T00:00:00.000Z", "count": 1, "releases": [ALBUM]})
        hit = asked == "asin:B073H9PF2D" or "Leviathan" in asked
        return Reply({"created": "2026-01-01T00:00:00.000Z", "count": int(hit), "releases": [RELEASE] if hit else []})
    return Reply(RELEASE) if request.path == f"/release/{RELEASE_ID}" else None


def _tmdb(request: Request) -> Reply | None:
    if request.path == "/find/tt0083658":
        return Reply({"movie_results": [BLADE_RUNNER_HIT], "tv_results": []})
    if request.path == "/search/movie":
        hit = request.query["query"] == "Blade Runner"
        return Reply({"page": 1, "results": [BLADE_RUNNER_HIT] if hit else []})
    if request.path == "/search/tv":
        return Reply({"page": 1, "results": [SHOW_HIT] if request.query["query"] == "The Long Road" else []})
    if request.path == "/tv/1396":
        season = request.query["append_to_response"].split(",")[0].removeprefix("season/")
        return Reply(a_show(int(season)))
    return Reply(BLADE_RUNNER) if request.path == "/movie/78" else None


ANSWERS: Mapping[str, Answering] = {
    "openlibrary": _openlibrary,
    "googlebooks": _googlebooks,
    "audnexus": _audnexus,
    "musicbrainz": _musicbrainz,
    "tmdb": _tmdb,
}
Ask = Callable[..., Any]
