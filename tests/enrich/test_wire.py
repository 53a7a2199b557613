"""Whom a wire speaks to, before anything is sent."""

import pytest

from shishod.enrich.providers import BY_NAME
from shishod.enrich.wire import Wire


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://archive.org/download/olcovers1/1-L.jpg", True),
        ("https://ia800404.us.archive.org/view_archive.php?file=1-L.jpg", True),
        ("https://dn790003.ca.archive.org/0/items/mbid-1/front.jpg", True),
        ("http://ia800404.us.archive.org/1-L.jpg", False),
        ("https://ann@ia800404.us.archive.org/1-L.jpg", False),
        ("https://notarchive.org/1-L.jpg", False),
        ("https://archive.org.example/1-L.jpg", False),
    ],
)
@pytest.mark.parametrize("name", ["openlibrary", "musicbrainz"])
def test_pictures_are_fetched_from_whichever_of_its_servers_the_archive_sends_on_to(
    name: str, url: str, may: bool
) -> None:
    wire = Wire(BY_NAME[name].hosts, "shishod/0 (ann@example.org)")
    try:
        assert wire.allows(url) is may
    finally:
        wire.close()
