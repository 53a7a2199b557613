"""shishoctl refresh: read the files of books again, and believe what they say now."""

from shishod.control.client import Client
from shishod.ctl.follow import outlined
from shishod.ctl.meant import meant, of_books
from shishod.ctl.words import called, option


@called("refresh", short_help="Read the files of books again.")
@of_books
@option("--wait", is_flag=True, help="Stay until it ends; the exit code tells how.")
@option("--json", "as_json", is_flag=True, help="The scan as JSON.")
def command(
    client: Client,
    books: tuple[int, ...],
    paths: tuple[bytes, ...],
    library: str | None,
    *,
    everything: bool,
    wait: bool,
    as_json: bool,
) -> int:
    """Read all files of the books again, whatever is known of them, and take their covers anew.

    What you have said of a book stays, and is believed before what its files say.
    """
    scan = client.post("/v1/refresh", meant(books, paths, library, everything=everything))
    return outlined(client, scan, wait=wait, as_json=as_json)
