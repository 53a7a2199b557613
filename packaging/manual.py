"""The manual pages and the shells' completions, from the commands and the settings themselves.

    python packaging/manual.py FOLDER

writes man/shishod.8, man/shishoctl.1, man/shishod.yaml.5, and bash/, zsh/ and fish/ with one file a program.
"""

import inspect
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete
from pydantic import BaseModel

from shishod import __version__
from shishod.ctl.formal import cli as shishoctl
from shishod.daemon.config import LibrarySettings, Settings
from shishod.daemon.main import cli as shishod
from shishod.daemon.sample import said, scalar, sentences
from shishod.metrics import METRICS

EXIT_CODES = {
    "shishod": (
        ("0", "it was asked to stop, or has said what it was asked"),
        ("1", "the doctor has found something, or a scan of its own was not completed"),
        ("64", "the command line cannot be understood"),
        ("70", "an error of its own"),
        ("75", "something is in the way that may pass, as another daemon on the same catalogue"),
        ("78", "the configuration, or the place that it is to run in, cannot be used"),
    ),
    "shishoctl": (
        ("0", "it is done"),
        ("1", "it failed, or not all is well"),
        ("64", "the command line cannot be understood"),
        ("69", "no daemon answers"),
        ("74", "the answer could not be written"),
        ("75", "the daemon is busy with just that"),
        ("77", "you may not do that"),
        ("78", "the configuration cannot be used"),
    ),
}
FILES = (
    ("/etc/shishod/config.yaml", "the configuration; see shishod.yaml(5)"),
    ("/etc/shishod/config.d/*.yaml", "what is laid over it, in the order of the names"),
    ("/var/lib/shishod", "the catalogue, its copies, and covers"),
    ("/run/shishod/shishod.sock", "the socket that shishoctl speaks to"),
    (
        "/usr/share/doc/shishod/examples",
        "drop-ins for the unit: a group's libraries, /home, shares, no network, secrets",
    ),
)
SIGNALS = (
    ("SIGTERM, SIGINT", "Finish what is in hand and end, within seconds."),
    ("SIGHUP", "Read the configuration again, as `shishoctl reload` does."),
)
SOCKET = (("SHISHOD_SOCKET", "The daemon's socket, where it is not found by itself."),)
PLACES = (
    ("STATE_DIRECTORY", "Where the catalogue lies, as systemd tells it."),
    ("RUNTIME_DIRECTORY", "Where the socket lies, as systemd tells it."),
    ("CREDENTIALS_DIRECTORY", "Where systemd shows secrets (LoadCredential=)."),
)


def plain(text: str) -> str:
    """Text that roff takes as it stands, with `code` in bold."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"`([^`]+)`", r"\\fB\1\\fR", text)
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def paragraphs(text: str) -> Iterator[str]:
    for number, block in enumerate(re.split(r"\n\s*\n", inspect.cleandoc(text))):
        if number:
            yield ".PP"
        yield plain(" ".join(block.replace("\b", "").split()))


def terms(pairs: object) -> Iterator[str]:
    for term, text in pairs:  # type: ignore[attr-defined]
        yield ".TP"
        yield f"\\fB{plain(term)}\\fR"
        yield plain(" ".join(text.split())) or "\\&"


def head(name: str, section: int, title: str, purpose: str) -> Iterator[str]:
    written = datetime.fromtimestamp(float(os.environ.get("SOURCE_DATE_EPOCH") or datetime.now(UTC).timestamp()), UTC)
    yield f'.TH "{title}" {section} "{written:%Y-%m-%d}" "shishod {__version__}" "shishod"'
    yield '.SH "NAME"'
    yield f"{plain(name)} \\- {plain(purpose)}"


def options(command: click.Command, context: click.Context) -> list[tuple[str, str]]:
    """What stands behind each option; --help is told once, for the program."""
    shown = [one for one in command.get_params(context) if isinstance(one, click.Option)]
    records = [one.get_help_record(context) for one in shown if context.parent is None or "--help" not in one.opts]
    return [record for record in records if record is not None]


def command_page(cli: click.Group, name: str, section: int, purpose: str) -> Iterator[str]:
    """A program's page: its own options, then each command with its own."""
    top = cli.make_context(name, [], resilient_parsing=True)
    yield from head(name, section, name.upper(), purpose)
    yield '.SH "SYNOPSIS"'
    yield f"\\fB{name}\\fR [\\fIoptions\\fR] \\fIcommand\\fR [\\fIarguments\\fR]"
    yield '.SH "DESCRIPTION"'
    yield from paragraphs(cli.help or "")
    yield '.SH "OPTIONS"'
    yield from terms(options(cli, top))
    yield '.SH "COMMANDS"'
    for each in cli.list_commands(top):
        command = cli.get_command(top, each)
        assert command is not None
        context = command.make_context(each, [], parent=top, resilient_parsing=True)
        yield f'.SS "{plain(" ".join([name, each, *command.collect_usage_pieces(context)]))}"'
        yield from paragraphs(command.help or "")
        yield from terms(options(command, context))
    yield '.SH "EXIT STATUS"'
    yield from terms(EXIT_CODES[name])
    if name == "shishod":
        yield '.SH "SIGNALS"'
        yield from terms(SIGNALS)
        yield '.SH "METRICS"'
        yield "For Prometheus, at the socket's /metrics, beside the process_ figures that every program has."
        yield from terms((metric, f"{kind}. {sentence}") for metric, (kind, sentence) in METRICS.items())
    yield '.SH "ENVIRONMENT"'
    yield from terms((*SOCKET, *PLACES) if name == "shishod" else SOCKET)
    yield '.SH "FILES"'
    yield from terms(FILES)
    yield from see_also(name)


def see_also(name: str) -> Iterator[str]:
    yield '.SH "SEE ALSO"'
    pages = (("shishod", 8), ("shishoctl", 1), ("shishod.yaml", 5), ("systemd.unit", 5), ("inotify", 7))
    yield ", ".join(f"\\fB{plain(page)}\\fR({section})" for page, section in pages if page != name)


def settings_page() -> Iterator[str]:
    """Every setting with its default and its sentence."""
    yield from head("shishod.yaml", 5, "SHISHOD.YAML", "what shishod watches, and how")
    yield '.SH "SYNOPSIS"'
    yield "\\fI/etc/shishod/config.yaml\\fR, \\fI/etc/shishod/config.d/*.yaml\\fR"
    yield '.SH "DESCRIPTION"'
    yield from paragraphs(
        "A YAML document of sections, each with settings by name; what is left out has its default. Times are written"
        " with their unit (250ms, 30s, 15m, 6h, 1d), sizes likewise (20KB, 8MiB), and paths from the root on. The files"
        " in config.d are laid over config.yaml in the order of their names.\n\n`shishod check-config` tells every"
        " mistake with its line, `shishoctl reload` applies what can change while the daemon runs and names what waits"
        " for a restart, and `shishod print-config` prints all of this as a file to begin with."
    )
    yield '.SH "SETTINGS"'
    for name, field in Settings.model_fields.items():
        model = field.annotation
        if name == "libraries":
            yield from section(name, sentences(Settings)[name], LibrarySettings, "libraries: NAME:")
        elif isinstance(model, type) and issubclass(model, BaseModel):
            yield from section(name, str(model.__doc__), model, f"{name}:")
        else:
            yield from (f'.SS "{plain(name)}:"', *paragraphs(said(Settings, name)))
    yield '.SH "EXAMPLE"'
    yield from (".nf", "libraries:", "  Books:", "    paths: [/srv/books]", "schedule:", "  quick: 30m", ".fi")
    yield '.SH "FILES"'
    yield from terms(FILES)
    yield from see_also("shishod.yaml")


def section(name: str, sentence: str, model: type[BaseModel], title: str) -> Iterator[str]:
    yield f'.SS "{plain(title)}"'
    yield from paragraphs(sentence)
    made = None if name == "libraries" else model()
    defaults = made.model_dump(mode="json") if made else {}
    for key in model.model_fields:
        value = scalar(getattr(made, key), defaults[key]) if made else ""
        yield from (".TP", f"\\fB{plain(key)}\\fR" + (f" ({plain(value)})" if value else ""), plain(said(model, key)))


def write(folder: Path) -> None:
    pages = {
        "shishod.8": command_page(shishod, "shishod", 8, "watch folders of books and keep one truthful catalogue"),
        "shishoctl.1": command_page(shishoctl, "shishoctl", 1, "ask the shishod daemon, and tell it what to do"),
        "shishod.yaml.5": settings_page(),
    }
    for name, lines in pages.items():
        keep(folder / "man" / name, "\n".join(lines) + "\n")
    shells: tuple[tuple[type[ShellComplete], str], ...] = (
        (BashComplete, "bash/{}"),
        (ZshComplete, "zsh/_{}"),
        (FishComplete, "fish/{}.fish"),
    )
    for name, cli in (("shishod", shishod), ("shishoctl", shishoctl)):
        for shell, place in shells:
            keep(folder / place.format(name), shell(cli, {}, name, f"_{name.upper()}_COMPLETE").source())


def keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
