"""shishoctl scan: ask for a scan, and follow it if told to."""

from typing import Any

from shishod.control.client import Client
from shishod.ctl.follow import outlined, paths_asked
from shishod.ctl.rehearsal import rehearse
from shishod.ctl.words import WrongWords, argument, called, one_of, option, path, whole


@called("scan", short_help="Look for changes now.")
@argument("paths", nargs=-1, type=path())
@option("--library", help="Scan one library.")
@option("--full/--quick", default=False, help="List and stat everything, or trust folder times (the default).")
@option("--peek", is_flag=True, help="Trust folder times alone: what was added, removed or renamed is found.")
@option("--reread", is_flag=True, help="Read every file again, whatever is known of it.")
@option("--book", type=whole(1), help="With --reread: the files of the book with this number.")
@option(
    "--when-busy",
    type=one_of(["join", "queue", "refuse"]),
    default="join",
    help="Where such a scan goes on: join it (the default), have one more behind it, or fail.",
)
@option("--dry-run", is_flag=True, help="Say what the scan would find, and do nothing.")
@option("--wait", is_flag=True, help="Stay until it ends; the exit code tells how.")
@option("--json", "as_json", is_flag=True, help="The scan as JSON.")
def command(
    client: Client,
    paths: tuple[bytes, ...],
    *,
    library: str | None,
    full: bool,
    peek: bool,
    reread: bool,
    book: int | None,
    when_busy: str,
    dry_run: bool,
    wait: bool,
    as_json: bool,
) -> int:
    """Scan PATHS (files or folders of a library), else a library, else everything."""
    if sum((bool(paths), library is not None, book is not None)) > 1:
        raise WrongWords("give paths, --library or --book, not several of them")
    if (book is not None and not reread) or (reread and dry_run):
        raise WrongWords("--book goes with --reread alone, and --dry-run does not go with it")
    if peek and (full or reread):
        raise WrongWords("--peek does not go with --full or --reread")
    named: dict[str, Any] = paths_asked(paths) | ({"library": library} if library else {})
    if reread:
        meant = named | ({"books": [book]} if book else {"all": not (paths or library)})
        return outlined(client, client.post("/v1/refresh", meant), wait=wait, as_json=as_json)
    order = named | {"tier": "full" if full else "peek" if peek else "quick"}
    if dry_run:
        return rehearse(client, order, as_json=as_json)
    scan = client.post("/v1/scans", order | {"when_busy": when_busy})
    return outlined(client, scan, wait=wait, as_json=as_json)
