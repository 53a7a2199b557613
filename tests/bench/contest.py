"""shishod and its peers on the same files, in turns of one run."""

from collections.abc import Callable, Iterator

from tests.bench import peers
from tests.bench.daemon import a_daemon
from tests.bench.figure import Figure, alternated, only, ratio
from tests.bench.figures import a_place, cold_scan, warmed
from tests.bench.library import Shelf
from tests.bench.rescans import children_s

TIMES_FASTER = {"calibredb": 20.0, "mpd": 2.0, "minidlna": 4.0, "beets": 10.0}
TIMES_FASTER_UNCHANGED = 2.0  # than MPD's second update


def contest(ebooks: Callable[[], Shelf], tracks: Callable[[], Shelf], rounds: int) -> Iterator[Figure]:
    """A first scan against each peer that is installed, and an unchanged one against MPD's. One round of `beets` and
    `calibredb` takes a minute, one of the others seconds.
    """
    there = peers.installed()
    if "calibredb" in there:
        yield from _against(ebooks(), rounds, {"calibredb": peers.calibre_add})
    musical = {"minidlna": peers.minidlna_scan, "beets": peers.beets_import, "mpd": _mpd_first}
    if playing := {name: turn for name, turn in musical.items() if name in there}:
        yield from _against(tracks(), rounds, playing)
    if "mpd" in there:
        yield _unchanged(tracks(), rounds)


def _against(shelf: Shelf, rounds: int, turns: dict[str, Callable[..., float]]) -> Iterator[Figure]:
    """On the clock, held to a bound, and in processor time, which other work disturbs less; a peer's start is in it."""
    warmed(shelf)
    worked: dict[str, list[float]] = {}

    def turn_of(name: str, turn: Callable[..., float]) -> Callable[[], float]:
        def take() -> float:
            before_s = children_s()
            with a_place() as place:
                took_s = turn(shelf, place)
            worked.setdefault(name, []).append(children_s() - before_s)
            return took_s

        return take

    def ours() -> float:
        took = cold_scan(shelf)
        worked.setdefault("shishod", []).append(took.cpu_s)
        return took.wall_s

    sides = {name: turn_of(name, turn) for name, turn in turns.items()}
    runs = alternated(rounds, shishod=ours, **sides)
    for name in turns:
        value, least = ratio(runs, name, "shishod"), TIMES_FASTER[name]
        what = f"first scan of {shelf.files:,} files with covers"
        told = f"{what}, faster than {name} {peers.version(name)}, which {peers.DOES[name]}"
        yield Figure(told, value, "x", only(runs, name, "shishod"), least)
        worth = ratio(worked, name, "shishod")
        yield Figure(f"{what}, processor time of {name} over ours", worth, "x", only(worked, name, "shishod"))


def _mpd_first(shelf: Shelf, place: object) -> float:
    with peers.Mpd(shelf, place).started() as mpd:  # type: ignore[arg-type]
        return mpd.update()


def _unchanged(shelf: Shelf, rounds: int) -> Figure:
    with a_place() as place, a_place() as ours, peers.Mpd(shelf, place).started() as mpd:
        mpd.update()
        with a_daemon(shelf.root, ours, hashing=False) as daemon:
            daemon.scan("full", covers=True)
            daemon.must_hold(shelf)
            turns = {"mpd": mpd.update, "shishod": lambda: daemon.scan("quick")}
            alternated(1, **turns)
            runs = alternated(rounds, **turns)
    name = f"quick rescan of {shelf.files:,} unchanged tracks, faster than mpd's second update"
    return Figure(name, ratio(runs, "mpd", "shishod"), "x", runs, TIMES_FASTER_UNCHANGED)
