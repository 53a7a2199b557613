"""The commented configuration, written from the settings themselves so that it cannot tell anything else."""

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import suppress
from enum import Enum
from functools import cache
from itertools import pairwise
from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel, ByteSize
from pydantic.fields import FieldInfo

from shishod.daemon.config import LibrarySettings, Settings
from shishod.settings import RoomSettings

WIDTH = 100
HEAD = """
What shishod watches, and how. Every setting stands here at its default: take the # off a line to change it.
Times are written with their unit (250ms, 30s, 15m, 6h, 1d), paths from the root on. Files in config.d/ beside this
one are laid over it in the order of their names. `shishod check-config` tells every mistake with its line, and
`shishoctl reload` applies what can change while the daemon runs.
"""
EXAMPLE = ("Books:", "  kind: ebooks", "  paths:", "    - /srv/books", "    - /mnt/usb/more books")


def sample() -> str:
    """The text of etc/config.yaml."""
    lines = list(_comment(" ".join(HEAD.split())))
    for name, field in Settings.model_fields.items():
        lines += ["", *_section(name, field)]
    return "\n".join(lines) + "\n"


@cache
def sentences(model: type[BaseModel]) -> Mapping[str, str]:
    """What stands below each field in the source, its base's fields first; one made by a table has its own words."""
    found: dict[str, str] = {}
    for one in reversed(model.__mro__):
        if issubclass(one, RoomSettings):
            with suppress(OSError):  # a section that is made from a table stands nowhere in the source
                found |= _below_fields(one)
    return found | {key: field.description for key, field in model.model_fields.items() if field.description}


def _below_fields(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    (written,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(written, ast.ClassDef)
    for field, below in pairwise(written.body):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=key)),
                ast.Expr(value=ast.Constant(value=str() as text)),
            ):
                yield key, inspect.cleandoc(text)


def _section(name: str, field: FieldInfo) -> Iterator[str]:
    model = field.annotation
    if name == "libraries":
        yield from _comment(sentences(Settings)[name])
        for key in LibrarySettings.model_fields:
            yield from _comment(f"{key}: {said(LibrarySettings, key)}")
        yield "libraries:"
        yield from (f"  #{line}" for line in EXAMPLE)
    elif isinstance(model, type) and issubclass(model, BaseModel):
        yield from _comment(" ".join(str(model.__doc__).split()))
        yield f"{name}:"
        yield from _settings(model, "  ")
    else:
        yield from _comment(said(Settings, name))
        yield f"#{name}: {scalar(field.default, field.default)}"


def _settings(model: type[BaseModel], indent: str) -> Iterator[str]:
    """Every setting of a section with its sentence, and sections within it."""
    defaults = model().model_dump(mode="json")
    for key, inner in model.model_fields.items():
        yield from _comment(said(model, key), indent)
        if isinstance(inner.annotation, type) and issubclass(inner.annotation, BaseModel):
            yield f"{indent}{key}:"
            yield from _settings(inner.annotation, f"{indent}  ")
        else:
            yield f"{indent}#{key}: {scalar(getattr(model(), key), defaults[key])}"


def said(model: type[BaseModel], key: str) -> str:
    """A setting's sentence, and what may be chosen where that is a choice."""
    choices = _choices(model.model_fields[key].annotation)
    said = " ".join(sentences(model)[key].split())
    return f"{said} One of {', '.join(choices)}." if choices else said


def _choices(annotation: Any) -> list[str]:
    if get_origin(annotation) is Literal:
        return [str(one) for one in get_args(annotation)]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [str(one.value) for one in annotation]
    return []


def scalar(value: Any, dumped: Any) -> str:
    """A default as one would write it in YAML."""
    plain = value.human_readable().replace(".0", "") if isinstance(value, ByteSize) else dumped
    return yaml.safe_dump(plain, default_flow_style=True, width=1000).removesuffix("...\n").strip()


def _comment(text: str, indent: str = "") -> Iterator[str]:
    yield from (f"{indent}# {line}" for line in textwrap.wrap(text, WIDTH - len(indent), break_on_hyphens=False))
