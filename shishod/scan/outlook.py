"""outlook(): what will become of a path, by what is remembered and what a scan would plan; a pure function."""

from datetime import UTC, datetime, timedelta

from shishod.formats.video import FILMS
from shishod.model.explanation import Next, Thing
from shishod.model.library import LibraryKind, Root, RootState
from shishod.model.record import FileRecord
from shishod.model.sighting import Sighting, quiet_ns
from shishod.model.state import State
from shishod.paths import display, parent, suffix
from shishod.scan.looking import Looked
from shishod.scan.plan import Plan


def outlook(root: Root, record: FileRecord | None, there: Looked, grace: timedelta) -> Next:
    """What will become of a path, by the first of these that applies."""
    if there.silent:
        return Next(f"nothing changes before it can be looked at: {there.silent}")
    if there.refusal is not None:
        return _passed_over(record, grace)
    if there.thing is Thing.FOLDER:
        return Next("it is compared whenever it changes, and by each scan")
    if there.seen is None:
        return _gone(root, record, grace)
    if there.plan is not None and there.seen in there.plan.strays:
        return Next(f"nothing: {_nobodys(there.seen.path, root.kind)}")
    return _planned(there.seen, record, there, there.plan or Plan())


def _nobodys(path: bytes, shelf: LibraryKind) -> str:
    if suffix(path) in FILMS:
        from shishod.model.naming.films import is_extra_folder

        if is_extra_folder(display(parent(path)), shelf):
            return "it lies in a folder of extras, and so is no film; and of which film it tells, nothing says"
    return "it lies beside books, and belongs to none of them"


def _passed_over(record: FileRecord | None, grace: timedelta) -> Next:
    if record is None:
        return Next("nothing, as long as it is passed over")
    if record.known.state is not State.MISSING:
        return Next("it leaves the catalogue with the next look, and comes back unread when it is not passed over")
    return _forgotten(record, grace)


def _gone(root: Root, record: FileRecord | None, grace: timedelta) -> Next:
    if record is None:
        return Next("nothing: it is not there, and nothing is remembered of it")
    if record.known.state is State.MISSING:
        return _forgotten(record, grace)
    if root.state is RootState.HELD:
        return Next(
            f"its loss is held: it is believed after `shishoctl accept {display(root.path)}`, or as `held` says"
        )
    return Next("the next look notes that it is missing")


def _forgotten(record: FileRecord, grace: timedelta) -> Next:
    if record.worded:
        return Next("it is remembered until it is back, for you have said something of its book")
    since = record.missing_since
    return Next("it is forgotten, unless it is back by then", None if since is None else since + grace)


def _planned(seen: Sighting, record: FileRecord | None, there: Looked, plan: Plan) -> Next:
    if seen in plan.unsettled:
        changed_s = max(seen.mtime_ns, seen.ctime_ns) / 1e9
        quiet_s = quiet_ns(seen, int(there.settle_s * 1e9)) / 1e9
        why = "it is still being written" if seen.size else "it is empty, and may yet be written"
        at = datetime.fromtimestamp(changed_s + quiet_s, UTC)
        return Next(f"{why}: it is read once it was left alone for {quiet_s:g} s", at)
    if seen in plan.twins or any(seen == one for one, _ in plan.links):
        return Next("nothing: it is another path to a file that is known, and is told with that one's book")
    if any(seen in order.read for order in plan.orders):
        return Next("it is read with the next look" if record is None else "it is read anew with the next look")
    return _unread(seen, record, plan)


def _unread(seen: Sighting, record: FileRecord | None, plan: Plan) -> Next:
    """Of a file that is known and as it was."""
    if record is not None and plan.states.get(seen.path) is State.ERROR:
        again = record.known.retry_at
        never = "it is not tried again before it changes or its reader is a newer one"
        return Next(never) if again is None else Next("it is tried again", again)
    if any(seen.path == one.path for order in plan.orders for one in order.keep):
        return Next("its book is put together anew with the next look; it is not read for that")
    if record is not None and record.known.state is State.MISSING:
        return Next("it is there again: the next look notes that, without reading it")
    return Next("nothing, until it changes")
