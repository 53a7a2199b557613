"""YAML as an operator means it: nothing guessed, nothing silently lost, and the line of every key.

Only `true`, `false`, whole and decimal numbers and empty values are not text: `22:15`, `0660`, `off` and dates stay as
they are written. Keys are always text. Duplicate keys, tags, merge keys and documents without bounds are faults.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

LARGEST = 1 << 20  # bytes of one file
DEEPEST = 16
MOST_NODES = 20_000  # after aliases are followed: a few short lines can stand for billions

Key = tuple[str | int, ...]

TEXT, LIST, MAP = (f"tag:yaml.org,2002:{name}" for name in ("str", "seq", "map"))
NULL, BOOL, INT, FLOAT = (f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float"))


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a key stands; `line` counts from 1, and 0 is the file as a whole."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a configuration: where, which key, what, and what to write instead."""

    mark: Mark
    key: str
    text: str
    hint: str = ""

    def __str__(self) -> str:
        said = f"{self.mark}: {self.key}: {self.text}" if self.key else f"{self.mark}: {self.text}"
        return f"{said}; {self.hint}" if self.hint else said


@dataclass(slots=True)
class Document:
    """One file read, or several merged: plain values, the mark of every key, and what was wrong so far."""

    value: Any = None
    marks: dict[Key, Mark] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


TABBED = "a tab stands at the beginning of the line; write spaces"


class _Loader(yaml.CSafeLoader):
    """libyaml's parser with our few implicit types."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own class attribute, emptied


for _tag, _pattern, _first in (
    (BOOL, r"true|True|false|False", "tTfF"),
    (INT, r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    (FLOAT, r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+", "-+0123456789"),
    (NULL, r"~|null|", "~n\0"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), [*_first, ""] if _tag == NULL else [*_first])

_SCALARS: dict[str, Any] = {
    TEXT: str,
    INT: int,
    FLOAT: float,
    BOOL: lambda text: text.lower() == "true",
    NULL: lambda _: None,
}


def parse(content: bytes, file: str) -> Document:
    """Read one file's content; what cannot be read is a fault of the document, never an exception."""
    document = Document()
    try:
        node = _compose(content)
        if node is not None:
            document.value = _Reading(file, document).value(node, ())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        said = TABBED if _tabbed(content, line) else error.problem or error.context
        document.faults.append(Fault(Mark(file, line), "", f"this is not YAML: {said}"))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        text = f"this is not YAML in UTF-8: the byte 0x{error.object[error.start]:02x}; save it in that encoding"
        document.faults.append(Fault(Mark(file, line), "", text))
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        document.faults.append(Fault(Mark(file), "", f"this is not YAML in UTF-8: {reason}"))
    except _Boundless as error:
        document.faults.append(Fault(Mark(file), "", str(error)))
    return document


def _tabbed(content: bytes, line: int) -> bool:
    """Whether a line, counted from 1, is indented with a tab."""
    text = b"".join(content.splitlines()[line - 1 : line])
    return b"\t" in text[: len(text) - len(text.lstrip())]


class _Boundless(Exception):
    """The document is larger than any configuration."""


def _compose(content: bytes) -> yaml.Node | None:
    if len(content) > LARGEST:
        raise _Boundless(f"the file is larger than {LARGEST >> 10} KiB")
    text = content.decode("utf-8-sig")
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):  # flat, while compose recurses in C
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _Boundless(f"it is nested deeper than {DEEPEST} levels")
    return yaml.compose(text, Loader=_Loader)


class _Reading:
    """Turns nodes into values and remembers their marks; owned by one `parse`."""

    def __init__(self, file: str, document: Document) -> None:
        self._file, self._document = file, document
        self._nodes = 0

    def value(self, node: yaml.Node, at: Key) -> Any:
        self._nodes += 1
        if self._nodes > MOST_NODES or len(at) > DEEPEST:
            raise _Boundless("its aliases stand for more than any configuration holds; write them out")
        if isinstance(node, yaml.MappingNode) and node.tag == MAP:
            return self._map(node, at)
        if isinstance(node, yaml.SequenceNode) and node.tag == LIST:
            for index, one in enumerate(node.value):
                self._document.marks[(*at, index)] = self._mark(one)
            return [self.value(one, (*at, index)) for index, one in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and node.tag in _SCALARS:
            return self._scalar(node, at)
        return self._fault(node, at, f"the tag {node.tag.replace('tag:yaml.org,2002:', '!!')} means nothing here")

    def _scalar(self, node: yaml.ScalarNode, at: Key) -> Any:
        try:
            return _SCALARS[node.tag](node.value)
        except ValueError:
            return self._fault(node, at, f'"{node.value}" is not what its tag says')

    def _map(self, node: yaml.MappingNode, at: Key) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is None:
                self._fault(key, at, "a key must be a plain word")
            elif name == "<<":
                self._fault(key, at, "merge keys are not understood here; write the settings out")
            elif name in answer:
                before = self._document.marks[(*at, name)]
                self._fault(key, (*at, name), f"this key stands twice, first on line {before.line}; keep one of them")
            else:
                self._document.marks[(*at, name)] = self._mark(key)
                answer[name] = self.value(value, (*at, name))
        return answer

    def _mark(self, node: yaml.Node) -> Mark:
        return Mark(self._file, node.start_mark.line + 1)

    def _fault(self, node: yaml.Node, at: Key, text: str) -> None:
        self._document.faults.append(Fault(self._mark(node), dotted(at), text))


def dotted(key: Key) -> str:
    """A key as it is spoken of: libraries.Books.paths[1]."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in key).removeprefix(".")


def spoken(value: Any, file: str) -> Document:
    """Values that stand in no file, as a document of their own: `file` says where they come from."""
    document = Document(value)

    def note(inner: Any, at: Key) -> None:
        if at:
            document.marks[at] = Mark(file)
        for name, one in inner.items() if isinstance(inner, dict) else ():
            note(one, (*at, name))

    note(value, ())
    return document


def merge(base: Document, over: Document) -> Document:
    """A drop-in laid over what was read before: maps merge, everything else is replaced, marks and all."""
    merged = Document(base.value, dict(base.marks), [*base.faults, *over.faults])
    merged.value = _laid_over(merged, base.value, over.value, over.marks, ())
    return merged


def _laid_over(merged: Document, below: Any, above: Any, marks: dict[Key, Mark], at: Key) -> Any:
    if above is None:
        return below
    if isinstance(below, dict) and isinstance(above, dict):
        answer = dict(below)
        for name, value in above.items():
            here = (*at, name)
            answer[name] = _laid_over(merged, below.get(name), value, marks, here)
            if name not in below or answer[name] is not below[name]:
                merged.marks[here] = marks[here]
        return answer
    for key in [key for key in merged.marks if key[: len(at)] == at and key != at]:
        del merged.marks[key]
    merged.marks.update({key: mark for key, mark in marks.items() if key[: len(at)] == at})
    return above
