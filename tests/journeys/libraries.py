"""Libraries of many small books, as quick to write as a disk allows."""

from pathlib import Path

from tests.samples import an_epub, an_mp3


def many_books(root: Path, count: int) -> None:
    """`count` books: two EPUBs to each audiobook of three tracks, authors and genres often met again."""
    for number in range(count):
        author, title = f"Author {number % 23}", f"Title {number}"
        folder = root / author / title
        folder.mkdir(parents=True)
        if number % 3:
            an_epub(
                folder / f"{title}.epub",
                title=title,
                authors=[author],
                subjects=[f"Genre {number % 7}"],
                series=(f"Series {number % 11}", number),
            )
        else:
            for track in range(1, 4):
                an_mp3(folder / f"{track:02} {title}.mp3", album=title, artist=author, track=str(track))
