"""The shishod command: run the daemon, check a configuration, print one. Rooms are imported when they are needed."""

import gc
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from shishod import __version__, paths
from shishod.errors import SettingsError, ShishodError, Unreachable

if TYPE_CHECKING:
    from shishod.daemon.config import Settings

OK, FOUND, USAGE, SOFTWARE, TRY_AGAIN, CONFIG, INTERRUPTED = 0, 1, 64, 70, 75, 78, 130
CONFIG_FILE = Path(paths.SYSTEM_CONFIG)

_FOLDER = click.Path(exists=True, file_okay=False, path_type=bytes)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="shishod %(version)s")
def cli() -> None:
    """Watch folders of books and keep one truthful catalogue of them. Ask a running daemon with shishoctl."""


@cli.command()
@click.option("--config", type=_FILE, help=f"Read this file and config.d/ beside it; {CONFIG_FILE} where it exists.")
@click.option("--library", "libraries", type=_FOLDER, multiple=True, help="Watch this folder; may be given again.")
@click.option("--state-dir", type=click.Path(file_okay=False), help="Keep the catalogue here.")
@click.option("--socket", type=click.Path(dir_okay=False), help="Answer shishoctl here.")
@click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]), help="Say this and graver.")
@click.option("--log-style", type=click.Choice(["auto", "text", "journal"]), help="How log lines look.")
@click.option("--idle", is_flag=True, hidden=True, help="Neither watch nor scan until asked.")
def run(config: Path | None, libraries: Sequence[bytes], idle: bool, **said: str | None) -> int:
    """Run the daemon in the foreground, on a configuration or simply on folders. Ctrl-C stops it."""
    gc.disable()  # until all is imported: it stays, and to look it through again and again is an eighth of a start
    load, file = _asked(config, libraries, said)
    from shishod.daemon.launch import launch

    return launch(load(), load if file else None, file, idle=idle)


def _asked(
    config: Path | None, libraries: Sequence[bytes], said: dict[str, str | None]
) -> tuple[Callable[[], "Settings"], Path | None]:
    """What gives the settings that are meant, now and when they are read again, and the file that they stand in."""
    if config and libraries:
        raise click.UsageError("--library is for running without a file; name the folders in the file of --config")
    if not config and not libraries:
        if not CONFIG_FILE.exists():
            raise click.UsageError("name a folder to watch: shishod run --library ~/Books")
        config = CONFIG_FILE
    from shishod.daemon import config as configuration

    overrides = _overrides(said)
    if config is None:
        return partial(configuration.settings_for_run, libraries, overrides), None
    file = config.absolute()
    return partial(configuration.load, file, overrides), file


def _overrides(said: dict[str, str | None]) -> dict[str, Any]:
    """The command line's word as settings; it beats every file, and a path in it begins where we stand."""
    for name in ("state_dir", "socket"):
        if said.get(name) == "":
            raise click.UsageError(f"--{name.replace('_', '-')} is empty; leave it out, or name a place")
    overrides: dict[str, Any] = {}
    if said["state_dir"]:
        overrides["state_dir"] = os.path.abspath(said["state_dir"])
    if socket := said.get("socket"):
        overrides["control"] = {"socket": os.path.abspath(socket)}
    if lines := {key: said[f"log_{key}"] for key in ("level", "style") if said.get(f"log_{key}")}:
        overrides["log"] = lines
    return overrides


@cli.command()
@click.option("--once", is_flag=True, help="Scan without a daemon; `shishoctl scan` asks one that runs.")
@click.option("--full", "tier", flag_value="full", help="List and stat everything.")
@click.option("--quick", "tier", flag_value="quick", default="quick", help="Trust folder times (the default).")
@click.option("--peek", "tier", flag_value="peek", help="Trust folder times alone.")
@click.option("--config", type=_FILE, help=f"Read this file and config.d/ beside it; {CONFIG_FILE} where it exists.")
@click.option("--library", "libraries", type=_FOLDER, multiple=True, help="Scan this folder; may be given again.")
@click.option("--state-dir", type=click.Path(file_okay=False), help="Keep the catalogue here.")
@click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]), help="Say this and graver.")
@click.option("--log-style", type=click.Choice(["auto", "text", "journal"]), help="How log lines look.")
def scan(once: bool, tier: str, config: Path | None, libraries: Sequence[bytes], **said: str | None) -> int:
    """Scan every library once, as by cron, and end when its books are recorded and their covers stored."""
    if not once:
        raise click.UsageError("a running daemon is asked by `shishoctl scan`; --once scans without one")
    gc.disable()
    settings, file = _asked(config, libraries, said)
    _as_the_unit_does(file)
    from shishod.daemon.once import scan_once
    from shishod.model.tier import Tier

    return OK if scan_once(settings(), Tier(tier)) else FOUND


@cli.command("check-config")
@click.argument("file", type=_FILE, default=CONFIG_FILE)
def check_config(file: Path) -> None:
    """Read FILE and config.d/ beside it: every mistake with its line, or what was understood."""
    from shishod.daemon.config import load
    from shishod.daemon.report import report

    _as_the_unit_does(file)
    click.echo(report(load(file.absolute()), file.absolute()))


@cli.command()
@click.option("--config", type=_FILE, help=f"Look at this configuration; {CONFIG_FILE} where it exists.")
@click.option("--library", "libraries", type=click.Path(path_type=bytes), multiple=True, help="Look at this folder.")
@click.option("--state-dir", type=click.Path(), help="Where the catalogue is kept.")
@click.option("--socket", type=click.Path(), help="Where shishoctl is answered.")
@click.option("--json", "as_json", is_flag=True, help="What was found as JSON.")
def doctor(config: Path | None, libraries: Sequence[bytes], as_json: bool, **said: str | None) -> int:
    """Look for what keeps a daemon from its work, whether one runs or not; exit code 1 when there is something."""
    from shishod.daemon.examination import examination, rendered

    if config is None and not libraries and CONFIG_FILE.exists():
        config = CONFIG_FILE
    _as_the_unit_does(config)
    found = examination(config.absolute() if config else None, libraries, _overrides(said))
    click.echo(rendered(found, as_json))
    return FOUND if found else OK


@cli.command()
@click.argument("copy", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--config", type=_FILE, help=f"Of the daemon with this configuration; {CONFIG_FILE} where it exists.")
@click.option("--state-dir", type=click.Path(), help="Where the catalogue is kept.")
def restore(copy: Path, config: Path | None, **said: str | None) -> None:
    """Put COPY, as `shishoctl backup` makes it, in the place of the catalogue; the daemon must be stopped.

    What was there is laid aside and not deleted. The next start looks at what has changed since.
    """
    from shishod.clock import CLOCK
    from shishod.daemon.config import load
    from shishod.daemon.restore import restore as put_back

    if config is None and CONFIG_FILE.exists() and not said["state_dir"]:
        config = CONFIG_FILE
    _as_the_unit_does(config)
    aside, covers = put_back(load(config.absolute() if config else None, _overrides(said)), copy, CLOCK.now())
    added = f", with {covers:,} cover{'s' * (covers != 1)}" if covers else ""
    click.echo(f"{copy} is the catalogue now{added}")
    if aside:
        click.echo(f"what was there lies in {aside}; delete it when all is well")


def _as_the_unit_does(config: Path | None) -> None:
    """Whoever asks about the service's own configuration means the folders that systemd gives the service."""
    if config == CONFIG_FILE and paths.is_a_service():
        os.environ.setdefault("STATE_DIRECTORY", paths.SYSTEM_STATE)
        os.environ.setdefault("RUNTIME_DIRECTORY", os.path.dirname(paths.SYSTEM_SOCKET))


@cli.command("print-config")
def print_config() -> None:
    """Print a configuration with every setting, its default and a sentence on it."""
    from shishod.daemon.sample import sample

    click.echo(sample(), nl=False)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The console script; every outcome has its exit code, as sysexits names them."""
    sys.exit(_outcome(arguments))


def _outcome(arguments: Sequence[str] | None) -> int:
    try:
        return int(cli.main(arguments, prog_name="shishod", standalone_mode=False) or OK)
    except click.UsageError as error:
        error.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except ShishodError as error:
        click.echo(f"shishod: {error}", err=True)
        if isinstance(error, SettingsError):
            return CONFIG
        return TRY_AGAIN if isinstance(error, Unreachable) else SOFTWARE
