"""The commented configuration, written from the settings themselves so that it cannot tell anything else."""

import textwrap
from collections.abc import Iterator
from enum import Enum
from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel, ByteSize
from pydantic.fields import FieldInfo

from shishod.daemon.config import LibrarySettings, Settings

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


def _section(name: str, field: FieldInfo) -> Iterator[str]:
    model = field.annotation
    if name == "libraries":
        yield from _comment(str(field.description))
        for key, inner in LibrarySettings.model_fields.items():
            yield from _comment(f"{key}: {said(inner)}")
        yield "libraries:"
        yield from (f"  #{line}" for line in EXAMPLE)
    elif isinstance(model, type) and issubclass(model, BaseModel):
        yield from _comment(" ".join(str(model.__doc__).split()))
        yield f"{name}:"
        yield from _settings(model, "  ")
    else:
        yield from _comment(said(field))
        yield f"#{name}: {scalar(field.default, field.default)}"


def _settings(model: type[BaseModel], indent: str) -> Iterator[str]:
    """Every setting of a section with its sentence, and sections within it."""
    defaults = model().model_dump(mode="json")
    for key, inner in model.model_fields.items():
        yield from _comment(said(inner), indent)
        if isinstance(inner.annotation, type) and issubclass(inner.annotation, BaseModel):
            yield f"{indent}{key}:"
            yield from _settings(inner.annotation, f"{indent}  ")
        else:
            yield f"{indent}#{key}: {scalar(getattr(model(), key), defaults[key])}"


def said(field: FieldInfo) -> str:
    """A setting's sentence, and what may be chosen where that is a choice."""
    choices = _choices(field.annotation)
    said = " ".join(str(field.description).split())
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
