"""The configuration: YAML files in, Settings out, or every fault at once with its line."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ByteSize, Field, PlainSerializer, ValidationError

from shishod import paths
from shishod.control.settings import ControlSettings
from shishod.daemon import roots
from shishod.daemon.explain import explain
from shishod.daemon.hooks import HookSettings
from shishod.daemon.plans import strangers
from shishod.enrich.settings import EnrichSettings
from shishod.errors import SettingsError
from shishod.formats.settings import FormatSettings
from shishod.model.library import Follow, Library, LibraryKind, WatchWay, Ways
from shishod.model.patterns import compiled
from shishod.operations.settings import ReviewSettings
from shishod.scan.settings import ScanSettings
from shishod.schedule import ScheduleSettings
from shishod.settings import RoomSettings, Seconds, WholePath
from shishod.store.settings import StoreSettings
from shishod.strict_yaml import Document, Fault, Key, Mark, dotted, merge, parse, spoken
from shishod.watch.settings import WatchSettings
from shishod.work.settings import PressureSettings, WorkSettings

DROP_INS = "config.d"
COMMAND_LINE = "command line"
LONGEST_NAME = 64  # letters of a library's


def _folder(value: Any) -> bytes:
    if not isinstance(value, str | bytes):
        raise ValueError("must be a folder's path")  # noqa: TRY004 - pydantic collects ValueErrors
    path = os.fsencode(value)
    if b"\0" in path:
        raise ValueError("a path cannot hold a NUL character")
    if not path.startswith(b"/"):
        raise ValueError(f'"{paths.display(path)}" is not a whole path; begin it with /')
    return roots.normal(path)


def _some(folders: tuple[bytes, ...]) -> tuple[bytes, ...]:
    if not folders:
        raise ValueError("must not be empty")
    return folders


def _rules(lines: tuple[str, ...]) -> tuple[str, ...]:
    if faulty := compiled(lines).faulty:
        raise ValueError(f'"{faulty[0]}" matches nothing; write it as a line of a .gitignore')
    return lines


Folder = Annotated[bytes, BeforeValidator(_folder), PlainSerializer(os.fsdecode)]


class LibrarySettings(RoomSettings):
    """One library: what it holds and where it lies."""

    kind: LibraryKind = LibraryKind.MIXED
    """What it holds; "mixed" lets each file speak for itself."""
    paths: Annotated[tuple[Folder, ...], AfterValidator(_some)]
    """The folders it lies in, whole paths; none may lie in another."""
    watch: WatchWay = WatchWay.AUTO
    """How changes are noticed: "auto" takes the kernel's events where they can be had and polls where not."""
    settle: Seconds | None = None
    """How long a file must have been left alone before it is read; unset, `scan.settle` and `watch.settle` decide."""
    poll_interval: Seconds | None = None
    """How often folders without events are looked at; unset, `watch.poll_interval` decides."""
    ignore: Annotated[tuple[str, ...], AfterValidator(_rules)] = ()
    """Names and paths to pass over, as lines of a .gitignore."""
    follow_symlinks: Follow = Follow.NONE
    """Which symbolic links are followed: "none", "inside" the same folder of the library, or "all"."""
    min_size: ByteSize = Field(default=ByteSize(0), ge=0)
    """How large a file must be to count as a book, as 20KB; what lies beside books may be smaller."""

    def ways(self) -> Ways:
        """The same in the words of the model."""
        return Ways(self.watch, self.settle, self.poll_interval, self.ignore, self.follow_symlinks, int(self.min_size))


class LogSettings(RoomSettings):
    """What is said in the journal."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is said; "debug" tells why each thing was decided so."""
    style: Literal["auto", "text", "journal"] = "auto"
    """How lines look: text for people, or for the journal, as an entry with its fields (`journalctl
    SHISHOD_ROOT=/srv/books`) and elsewhere as one JSON object a line; auto takes text on a terminal."""


def _name(text: str) -> str:
    if not 1 <= len(text) <= LONGEST_NAME or text != text.strip() or "\n" in text:
        raise ValueError(f"a library is called by 1 to {LONGEST_NAME} letters on one line, without spaces at its ends")
    return text


class Settings(RoomSettings):
    """Everything an operator may say, each room's own settings under its name."""

    libraries: dict[Annotated[str, AfterValidator(_name)], LibrarySettings] = Field(default_factory=dict)
    """What to watch: each library under its name, with its kind and its folders."""
    state_dir: WholePath = ""
    """Where the catalogue lies; empty means the state folder that systemd or the session gives."""
    log: LogSettings = LogSettings()
    store: StoreSettings = StoreSettings()
    scan: ScanSettings = ScanSettings()
    watch: WatchSettings = WatchSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    pressure: PressureSettings = PressureSettings()
    work: WorkSettings = WorkSettings()
    formats: FormatSettings = FormatSettings()
    enrich: EnrichSettings = EnrichSettings()
    review: ReviewSettings = ReviewSettings()
    control: ControlSettings = ControlSettings()
    hooks: HookSettings = HookSettings()

    def state_path(self) -> Path:
        """The folder of the catalogue, as set or as the surroundings say."""
        return Path(self.state_dir or paths.state_dir())

    def socket_path(self) -> Path:
        """The socket to answer on, as set or as the surroundings say."""
        return Path(self.control.socket or paths.own_socket())

    def as_libraries(self) -> tuple[Library, ...]:
        """The libraries in the words of the model."""
        return tuple(Library(name, one.paths, one.kind, one.ways()) for name, one in self.libraries.items())


class FaultySettings(SettingsError):
    """Do not start: every fault that was found, in the order of the files and lines."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.mark.file, fault.mark.line)))
        count = f"{len(self.faults)} faults" if len(self.faults) > 1 else "a fault"
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"the configuration has {count}; nothing was changed:\n{lines}")


def load(path: Path | None, overrides: Mapping[str, Any] | None = None) -> Settings:
    """Read the file and what lies in config.d/ beside it, in the order of its names, and last the command line's word.

    Without a file there is only that word. Raises FaultySettings.
    """
    document = Document(value={}) if path is None else _read(path)
    if isinstance(document.value, dict | None):
        for drop_in in sorted((path.parent / DROP_INS).glob("*.yaml")) if path else ():
            document = merge(document, _read(drop_in))
        document = merge(document, spoken(overrides or {}, COMMAND_LINE))
    return _settings(document, Mark(str(path) if path else COMMAND_LINE))


def settings_for_run(folders: Sequence[bytes], overrides: Mapping[str, Any] | None = None) -> Settings:
    """Settings without a file: each folder a library named after it. Raises FaultySettings."""
    libraries: dict[str, Any] = {}
    for folder in folders:
        name = base = paths.display(paths.base(roots.normal(os.path.abspath(folder)))).strip()[:60] or "library"
        while name in libraries:
            name = f"{base} {len(libraries) + 1}"
        libraries[name] = {"paths": [os.path.abspath(folder)]}
    return load(None, {"libraries": libraries, **(overrides or {})})


def _read(path: Path) -> Document:
    try:
        content = path.read_bytes()
    except OSError as error:
        return Document(faults=[Fault(Mark(str(path)), "", f"cannot be read: {error.strerror}")])
    return parse(content, str(path))


def _settings(document: Document, whole: Mark) -> Settings:
    """Judge the merged document; every kind of fault is looked for before any is raised."""
    faults = list(document.faults)
    if document.value is not None and not isinstance(document.value, dict):
        raise FaultySettings([*faults, Fault(whole, "", "must hold settings by name, as in `libraries:`")])
    value = _without_gaps(document.value or {})
    settings = None
    try:
        settings = Settings.model_validate(value)
    except ValidationError as error:
        faults += explain(error, Settings, document.marks, whole)
    places = _places(value)
    faults += [_fault(document, whole, key, text) for key, text in roots.overlaps(places)]
    if settings is not None and (inside := _own_files_inside(settings)):
        faults.append(_fault(document, whole, *inside))
    named = strangers(settings.schedule, settings.as_libraries()) if settings is not None else ()
    faults += [_fault(document, whole, key, text) for key, text in named]
    if settings is None or faults:
        raise FaultySettings(faults)
    return settings


def _without_gaps(value: dict[str, Any]) -> dict[str, Any]:
    """A key with nothing behind it says nothing: its default stands. A library's name alone is an empty library."""
    answer: dict[str, Any] = {}
    for name, section in value.items():
        if name == "libraries" and isinstance(section, dict):
            answer[name] = {one: {} if library is None else library for one, library in section.items()}
        elif isinstance(section, dict):
            answer[name] = _without_gaps(section)
        elif section is not None:
            answer[name] = section
    return answer


def _places(value: dict[str, Any]) -> list[tuple[Key, bytes]]:
    """Every root that is well enough written to be compared with the others."""
    libraries = value.get("libraries")
    places: list[tuple[Key, bytes]] = []
    for name, library in libraries.items() if isinstance(libraries, dict) else ():
        given = library.get("paths") if isinstance(library, dict) else None
        for index, path in enumerate(given if isinstance(given, list) else ()):
            if isinstance(path, str | bytes) and os.fsencode(path).startswith(b"/"):
                places.append((("libraries", name, "paths", index), roots.normal(os.fsencode(path))))
    return places


def _own_files_inside(settings: Settings) -> tuple[Key, str] | None:
    """A library is never written into, so neither catalogue nor socket may lie in one."""
    folders = [root for library in settings.libraries.values() for root in library.paths]
    for key, path in (("state_dir", settings.state_path() / "x"), ("control", settings.socket_path())):
        root = roots.holder(roots.normal(os.path.abspath(os.fsencode(path))), folders)
        if root is not None:
            return (key,), f"{path.parent} lies in the library folder {paths.display(root)}; keep our files elsewhere"
    return None


def _fault(document: Document, whole: Mark, key: Key, text: str) -> Fault:
    return Fault(document.marks.get(key, whole), dotted(key), text)
