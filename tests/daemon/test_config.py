"""Every mistake that an operator can make in a configuration is told, all at once, with its line."""

import textwrap
from pathlib import Path

import pytest

from shishod.daemon.config import FaultySettings, Settings, load, settings_for_run
from shishod.daemon.report import report
from shishod.errors import SettingsError
from shishod.model.library import Follow, Library, LibraryKind, Ways


def written(folder: Path, text: str, name: str = "config.yaml") -> Path:
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return file


def faults(file: Path) -> list[str]:
    """What is said of a configuration, each line without the folder it lies in."""
    with pytest.raises(FaultySettings) as refused:
        load(file)
    return [str(fault).removeprefix(f"{file.parent}/") for fault in refused.value.faults]


def test_a_good_file_becomes_settings_of_every_room(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """
        libraries:
          Books:
            kind: ebooks
            paths: [/srv/books/, "/srv//more/../novels"]
        state_dir: /var/lib/shishod
        log: {level: debug}
        scan: {on_start: off}
        watch: {settle: 500ms}
        schedule: {full: 30 2 * * *}
        work: {workers: auto}
        control: {socket: /run/shishod/s.sock, mode: 0600}
        """,
    )

    settings = load(file)

    assert settings.as_libraries() == (Library("Books", (b"/srv/books", b"/srv/novels"), LibraryKind.EBOOKS),)
    assert settings.state_path() == Path("/var/lib/shishod")
    assert settings.socket_path() == Path("/run/shishod/s.sock")
    assert (settings.scan.on_start, settings.watch.settle, settings.control.mode) == ("off", 0.5, "0600")


def test_a_library_says_how_it_is_looked_at(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """
        libraries:
          Books: {paths: [/b], ignore: ["*.pdf", Samples/], follow_symlinks: inside, min_size: 20KB}
        """,
    )

    (library,) = load(file).as_libraries()

    assert library.ways == Ways(ignore=("*.pdf", "Samples/"), follow_symlinks=Follow.INSIDE, min_size=20_000)


MISTAKES = {
    "an unknown key": (
        "watch:\n  setle: 3s\n",
        "config.yaml:2: watch.setle: there is no such key; did you mean settle?",
    ),
    "an unknown section": ("wach: {}\n", "config.yaml:1: wach: there is no such key; did you mean watch?"),
    "a key of another section": (
        "hold_files: 3\n",
        "config.yaml:1: hold_files: there is no such key; it belongs under scan:",
    ),
    "a key like none": (
        "\nlog:\n  zzz: 3\n",
        "config.yaml:3: log.zzz: there is no such key; the keys here are level, style",
    ),
    "a duration without its unit": (
        "watch:\n  settle: 30\n",
        'config.yaml:2: watch.settle: a duration needs its unit, as in "250ms", "30s", "15m", "6h" or "1d"',
    ),
    "a word that is not on the list": (
        "scan:\n  on_start: always\n",
        "config.yaml:2: scan.on_start: should be 'quick', 'full' or 'off', not always",
    ),
    "a number out of bounds": (
        "scan:\n  hold_percent: 101\n",
        "config.yaml:2: scan.hold_percent: should be less than or equal to 100, not 101",
    ),
    "a negative number of workers": (
        "work:\n  workers: -1\n",
        "config.yaml:2: work.workers: should be greater than or equal to 0, not -1",
    ),
    "a list where settings belong": ("control: [1]\n", "config.yaml:1: control: must hold settings by name"),
    "a time of day where cron fields belong": (
        "schedule:\n  full: 22:15\n",
        'config.yaml:2: schedule.full: "22:15" is no time; write "15m", "6h", cron fields as in "0 3 * * *", or "off"',
    ),
    "a library without folders": (
        "libraries:\n  Books:\n",
        "config.yaml:2: libraries.Books.paths: is needed and not there",
    ),
    "a library with no folder": (
        "libraries:\n  Books:\n    paths: []\n",
        "config.yaml:3: libraries.Books.paths: must not be empty",
    ),
    "a folder that is no list": (
        "libraries:\n  Books:\n    paths: /srv/books\n",
        "config.yaml:3: libraries.Books.paths: must be a list, each entry on a line of its own that begins with -",
    ),
    "a relative folder": (
        "libraries:\n  Books:\n    paths:\n      - /srv/a\n      - books\n",
        'config.yaml:5: libraries.Books.paths[2]: "books" is not a whole path; begin it with /',
    ),
    "a home folder by its sign": (
        "libraries: {B: {paths: [~/books]}}\n",
        'config.yaml:1: libraries.B.paths[1]: "~/books" is not a whole path; begin it with /',
    ),
    "an ignore line that matches nothing": (
        "libraries:\n  B:\n    paths: [/b]\n    ignore:\n      - '*.pdf'\n      - '[ab'\n",
        'config.yaml:4: libraries.B.ignore: "[ab" matches nothing; write it as a line of a .gitignore',
    ),
    "a folder that is a number": (
        "libraries: {B: {paths: [12]}}\n",
        "config.yaml:1: libraries.B.paths[1]: must be a folder's path",
    ),
    "the same folder twice": (
        "libraries:\n  A: {paths: [/srv/a]}\n  B: {paths: [/srv/a/]}\n",
        "config.yaml:3: libraries.B.paths[1]: /srv/a stands twice; keep one of them",
    ),
    "a folder in another": (
        "libraries:\n  A: {paths: [/srv]}\n  B:\n    paths:\n      - /srv/b\n",
        "config.yaml:5: libraries.B.paths[1]: /srv/b lies in /srv, which is watched with all below it",
    ),
    "a folder around another": (
        "libraries:\n  A: {paths: [/srv/a]}\n  B: {paths: [/]}\nstate_dir: /x/.y\ncontrol: {socket: /x/.y/s}\n",
        "config.yaml:3: libraries.B.paths[1]: /srv/a lies in /; name one of the two",
    ),
    "our own files in a library": (
        "state_dir: /srv/a/state\nlibraries: {A: {paths: [/srv/a]}}\n",
        "config.yaml:1: state_dir: /srv/a/state lies in the library folder /srv/a; keep our files elsewhere",
    ),
    "a key twice": (
        "log: {level: info}\nscan: {}\nlog: {level: debug}\n",
        "config.yaml:3: log: this key stands twice, first on line 1; keep one of them",
    ),
    "a tag": ("state_dir: !!python/name:os.system x\n", "config.yaml:1: state_dir: the tag !!python/name:os.system"),
    "a merge key": (
        "log: &l {level: info}\nscan:\n  <<: *l\n",
        "config.yaml:3: scan: merge keys are not understood here; write the settings out",
    ),
    "a tab": (
        "log:\n\tlevel: info\n",
        "config.yaml:2: this is not YAML: a tab stands at the beginning of the line; write spaces",
    ),
    "a bracket that is not closed": ("libraries: {A: {paths: [/a]}\nlog: {}\n", "config.yaml:2: this is not YAML"),
    "two documents": ("log: {}\n---\nlog: {}\n", "config.yaml:2: this is not YAML: but found another document"),
    "a relative file of a token": (
        "enrich: {tmdb: {token_file: tmdb.token}}\n",
        'config.yaml:1: enrich.tmdb.token_file: "tmdb.token" is not a whole path; begin it with /',
    ),
    "a relative state folder": ("state_dir: var\n", 'config.yaml:1: state_dir: "var" is not a whole path; begin it'),
    "a relative socket": (
        "control: {socket: run/s}\n",
        'config.yaml:1: control.socket: "run/s" is not a whole path; begin it with /',
    ),
    "permissions that are none": (
        "control: {mode: 0888}\n",
        'config.yaml:1: control.mode: "0888" are no permissions; write them in octal, as in "0660"',
    ),
    "a name of a library with a space behind it": (
        "libraries: {'B ': {paths: [/b]}}\n",
        "config.yaml:1: libraries.B : a library is called by 1 to 64 letters on one line, without spaces at its ends",
    ),
    "a word for a number": ("work: {chunk: some}\n", "config.yaml:1: work.chunk: should be a whole number, not some"),
    "more workers than any machine has use for": (
        "work: {workers: 100000}\n",
        "config.yaml:1: work.workers: should be less than or equal to 256, not 100000",
    ),
    "a word among the steps of the load": (
        "pressure: {memory_free: [10, few, 3]}\n",
        "config.yaml:1: pressure.memory_free[2]: should be a number, not few",
    ),
    "no number among the steps of the load": (
        "pressure: {memory_free: [10, nan, 3]}\n",
        "config.yaml:1: pressure.memory_free[2]: should be a number, not nan",
    ),
    "ages that go back": (
        "scan: {stale_after: [[30, 3], [10, 5]]}\n",
        "config.yaml:1: scan.stale_after: pairs of days, the youngest first, as in [[30, 3], [180, 14]]",
    ),
    "a duration beyond the calendar": (
        "scan: {missing_grace: 99999999h}\n",
        'config.yaml:1: scan.missing_grace: "99999999h" is longer than 100 years',
    ),
    "a size in words": (
        "formats: {max_cover: large}\n",
        'config.yaml:1: formats.max_cover: should be a size, as in "20KB" or "64MiB", not large',
    ),
    "a size in a unit of its own": (
        "formats: {max_cover: 10XB}\n",
        'config.yaml:1: formats.max_cover: should be a size, as in "20KB" or "64MiB", not 10XB',
    ),
    "a day that never comes": (
        "schedule: {full: 0 3 31 2 *}\n",
        'config.yaml:1: schedule.full: "0 3 31 2 *" names a day that no month has, so that it would never come',
    ),
    "a plan for a library that is not there": (
        "libraries: {B: {paths: [/b]}}\nschedule: {plans: [{when: 1h, library: Boks}]}\n",
        'config.yaml:2: schedule.plans[1].library: there is no library "Boks"; the libraries are: B',
    ),
    "a plan for a folder of no library": (
        "libraries: {B: {paths: [/b]}}\nschedule: {plans: [{when: 1h, path: /bb}]}\n",
        "config.yaml:2: schedule.plans[1].path: /bb lies in no library; their folders are: /b",
    ),
    "a library left out that is not there": (
        "schedule: {leave_out: [Books]}\n",
        'config.yaml:1: schedule.leave_out[1]: there is no library "Books"; the libraries are: none',
    ),
    "a catalogue's mirror without TLS": (
        "enrich: {openlibrary: {url: 'http://mirror.lan/'}}\n",
        "config.yaml:1: enrich.openlibrary.url: is no address of a catalogue; it begins with https://",
    ),
    "a region that Audible does not have": (
        "enrich: {audnexus: {regions: [uk, gb]}}\n",
        "config.yaml:1: enrich.audnexus.regions[2]: should be 'us', 'uk'",
    ),
    "a country in full": (
        "enrich: {tmdb: {country: USA}}\n",
        'config.yaml:1: enrich.tmdb.country: "USA" is no country; write its two capital letters, as in US or DE',
    ),
    "a hook without a program": (
        "hooks: {command: ['']}\n",
        "config.yaml:1: hooks.command: the first is the program, as in [/usr/local/bin/tell-my-reader]",
    ),
    "limits kept at no Redis": (
        "enrich: {limits_url: 'http://h/'}\n",
        "config.yaml:1: enrich.limits_url: is no address of a Redis server; write it as redis://host:6379/0",
    ),
    "a list of settings": ("- log\n", "config.yaml: must hold settings by name, as in `libraries:`"),
    "a deep nest": ("log: " + "[" * 500 + "\n", "config.yaml: it is nested deeper than 16 levels"),
}


@pytest.mark.parametrize(("text", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_line_and_what_to_write(tmp_path: Path, text: str, said: str) -> None:
    (fault,) = faults(written(tmp_path, text))

    assert fault.startswith(said)


def test_a_nest_without_end_is_refused_by_us_or_by_the_library(tmp_path: Path) -> None:
    (fault,) = faults(written(tmp_path, "log: " + "[" * 50_000 + "\n"))

    assert "nest" in fault  # newer parsers count for themselves, and earlier than we are asked


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """\
        libraries:
          Books: {paths: [books]}
        log: {level: loud}
        log: {}
        wtach: {}
        work: {workers: some, chunk: 0}
        """,
    )

    assert [fault.split(": ")[0:2] for fault in faults(file)] == [
        ["config.yaml:2", "libraries.Books.paths[1]"],
        ["config.yaml:3", "log.level"],
        ["config.yaml:4", "log"],
        ["config.yaml:5", "wtach"],
        ["config.yaml:6", "work.workers"],
        ["config.yaml:6", "work.chunk"],
    ]


def test_the_refusal_says_that_nothing_was_changed_and_is_a_settings_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="the configuration has a fault; nothing was changed:"):
        load(written(tmp_path, "x: 1\n"))


def test_a_billion_laughs_are_refused_quickly(tmp_path: Path) -> None:
    lines = ["a0: &a0 [lol, lol]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]

    assert "its aliases stand for more" in faults(written(tmp_path, "\n".join(lines) + "\n"))[0]


def test_an_alias_of_itself_is_refused(tmp_path: Path) -> None:
    assert "its aliases stand for more" in faults(written(tmp_path, "log: &a\n  log: *a\n"))[0]


def test_a_file_larger_than_any_configuration_is_refused(tmp_path: Path) -> None:
    assert faults(written(tmp_path, "# " + "x" * (1 << 20) + "\n")) == ["config.yaml: the file is larger than 1024 KiB"]


@pytest.mark.parametrize("content", [b"log: \xff\n", b"state_dir: a\x07b\n"])
def test_bytes_that_are_no_text_are_a_fault_and_not_a_crash(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(content)

    assert "this is not YAML in UTF-8" in faults(file)[0]


def test_bytes_that_are_no_text_are_told_with_their_line(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes("log: {}\nstate_dir: /b\u00fccher\n".encode("latin-1"))

    (fault,) = faults(file)

    assert fault == "config.yaml:2: this is not YAML in UTF-8: the byte 0xfc; save it in that encoding"


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path / "config.yaml") == ["config.yaml: cannot be read: No such file or directory"]


def test_an_anchor_used_with_measure_is_fine(tmp_path: Path) -> None:
    settings = load(written(tmp_path, "watch: {settle: &t 2s, settle_tracks: *t}\n"))

    assert (settings.watch.settle, settings.watch.settle_tracks) == (2.0, 2.0)


@pytest.mark.parametrize(
    "text", ["", "# nothing but words\n", "libraries:\nlog:\n  level:\n", "---\n", "\ufefflog: {}\n"]
)
def test_what_is_not_said_stands_at_its_default(tmp_path: Path, text: str) -> None:
    assert load(written(tmp_path, text)) == Settings()


@pytest.mark.parametrize("name", ["yes", "on", "2024", "1.5", "null", "22:15", "0777", "true"])
def test_the_name_of_a_library_is_text_whatever_it_looks_like(tmp_path: Path, name: str) -> None:
    settings = load(written(tmp_path, f"libraries:\n  {name}: {{paths: [/srv/{name}]}}\n"))

    assert list(settings.libraries) == [name]


class TestDropIns:
    """Files in config.d/ are laid over the main one in the order of their names."""

    def test_maps_merge_and_lists_and_values_are_replaced(self, tmp_path: Path) -> None:
        file = written(
            tmp_path,
            "libraries: {A: {paths: [/a, /b]}, B: {paths: [/c]}}\nlog: {level: info, style: text}\n",
        )
        written(tmp_path, "libraries: {A: {paths: [/z]}}\n", "config.d/10-a.yaml")
        written(tmp_path, "log: {level: error}\n", "config.d/20-b.yaml")
        written(tmp_path, "log: {level: debug}\n", "config.d/15-c.yaml")
        written(tmp_path, "log: {level: nonsense}\n", "config.d/30-not-read.yaml.bak")

        settings = load(file)

        assert {name: one.paths for name, one in settings.libraries.items()} == {"A": (b"/z",), "B": (b"/c",)}
        assert (settings.log.level, settings.log.style) == ("error", "text")

    def test_a_mistake_is_told_with_the_file_that_it_stands_in(self, tmp_path: Path) -> None:
        file = written(tmp_path, "libraries: {A: {paths: [/a]}}\nwatch: {settle: 3}\nlog: {level: loud}\n")
        written(tmp_path, "\nlibraries:\n  B: {paths: [/b, /a/x]}\n", "config.d/10.yaml")
        written(tmp_path, "watch:\n  settle: 4s\n  max_wait: 1\n", "config.d/20.yaml")

        assert [fault.split(": ")[:2] for fault in faults(file)] == [
            ["config.d/10.yaml:3", "libraries.B.paths[2]"],
            ["config.d/20.yaml:3", "watch.max_wait"],
            ["config.yaml:3", "log.level"],
        ]

    def test_files_that_are_not_yaml_do_not_hide_each_other(self, tmp_path: Path) -> None:
        file = written(tmp_path, "log: [\n")
        written(tmp_path, "log: {\n", "config.d/10.yaml")

        assert [fault.split(":")[0] for fault in faults(file)] == ["config.d/10.yaml", "config.yaml"]

    def test_an_empty_section_takes_nothing_away(self, tmp_path: Path) -> None:
        file = written(tmp_path, "log: {level: debug}\n")
        written(tmp_path, "log:\n  #level: info\n", "config.d/10.yaml")

        assert load(file).log.level == "debug"


class TestRunWithoutAFile:
    """`shishod run --library FOLDER` needs nothing but the folder."""

    def test_each_folder_is_a_library_of_its_own_name(self, tmp_path: Path) -> None:
        settings = settings_for_run([b"/srv/a/Books", b"/srv/b/Books", b"/srv/caf\xe9"])

        assert {name: one.paths for name, one in settings.libraries.items()} == {
            "Books": (b"/srv/a/Books",),
            "Books 2": (b"/srv/b/Books",),
            "caf\ufffd": (b"/srv/caf\xe9",),
        }

    def test_folders_in_each_other_are_refused_with_the_command_line_named(self) -> None:
        with pytest.raises(FaultySettings, match=r"command line: .*: /srv/a/b lies in /srv/a,"):
            settings_for_run([b"/srv/a", b"/srv/a/b"])

    def test_a_home_folder_may_hold_the_hidden_state_folder(self, tmp_path: Path) -> None:
        hidden = tmp_path / ".local" / "state" / "shishod"

        settings = settings_for_run(
            [bytes(tmp_path)], {"state_dir": str(hidden), "control": {"socket": str(hidden / "shishod.sock")}}
        )

        assert settings.state_path() == hidden

    def test_the_command_line_beats_the_file(self, tmp_path: Path) -> None:
        file = written(tmp_path, "log: {level: error, style: text}\nstate_dir: /a\n")

        settings = load(file, {"log": {"level": "debug"}, "state_dir": "/b"})

        assert (settings.log.level, settings.log.style, settings.state_dir) == ("debug", "text", "/b")


def test_what_the_schedule_may_name_is_what_is_there(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """\
        libraries: {B: {paths: [/b]}}
        schedule:
          full: 0 3 29 2 *
          leave_out: [B]
          plans: [{when: 1h, library: B}, {when: 1h, path: /b/c}, {when: 1h, path: /b/}]
        """,
    )

    assert load(file).schedule.leave_out == ("B",)


def test_the_report_warns_of_a_key_without_which_no_daemon_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    key = written(tmp_path, "AIza", "key")
    said = "enrich: {providers: [openlibrary, googlebooks], contact: ann@example.org, googlebooks: {key_file: %s}}"

    nowhere = report(load(written(tmp_path, said % "''")))
    gone = report(load(written(tmp_path, said % (tmp_path / "gone"))))
    there = report(load(written(tmp_path, said % key)))

    assert "openlibrary, googlebooks\n  (warning: enrich.googlebooks.key_file: googlebooks needs one." in nowhere
    assert f"{tmp_path / 'gone'} cannot be read: No such file or directory; shishod does not start without it" in gone
    assert there.endswith("web        openlibrary, googlebooks")


def test_a_database_that_no_daemon_could_use_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="mysql is not supported"):
        report(load(written(tmp_path, "store: {url: 'mysql://db/books'}")))


def test_the_report_keeps_the_password_of_the_database_to_itself(tmp_path: Path) -> None:
    file = written(tmp_path, "store: {url: 'postgresql://ann:a@secret@db:5432/books'}")

    told = report(load(file))

    assert "catalogue  postgresql://***@db:5432/books" in told
