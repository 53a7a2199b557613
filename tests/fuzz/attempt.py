"""One attempt on a reader, made in a parse process: the file is made wrong there, written, and read."""

import os
import random
import time
from functools import cache
from typing import NamedTuple

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.limits import Limits
from shishod.formats.thumbnails import look, thumbnail
from shishod.model.metadata import dump_reading, load_reading
from tests.fuzz.mutation import mutated


class Case(NamedTuple):
    """What to hurt, what lies beside it, and the number of the accident: the same case hurts it the same way."""

    source: str
    other: str
    reader: str
    number: int
    folder: str


@cache
def _content(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def wrong(case: Case) -> bytes:
    chance = random.Random(f"{case.source.rpartition('/')[2]} {case.number}")
    return mutated(_content(case.source), _content(case.other), chance)


def show(case: Case) -> str:
    """The same of a cover: "shown", or the reason why not."""
    began = time.monotonic()
    try:
        shown, small = look(wrong(case), Limits()), thumbnail(wrong(case), Limits())
    except BrokenFile as broken:
        assert broken.reason and broken.text, "a broken picture says why"
        return broken.reason
    assert shown.width * shown.height <= Limits().cover_pixels
    assert small is None or look(small, Limits()).height <= shown.height
    assert time.monotonic() - began < Limits().file_s / 3, "it took too long"
    return "shown"


def attempt(case: Case) -> str:
    """ "read", or the reason why not. Whatever else a reader raises is for the runner to report."""
    path = os.fsencode(f"{case.folder}/{os.getpid()}{os.path.splitext(case.source)[1]}")
    with open(path, "wb") as file:
        file.write(wrong(case))
    began = time.monotonic()
    try:
        reading = formats.read(path, Limits(), formats.reader_named(case.reader))
    except BrokenFile as broken:
        assert broken.reason and broken.text, "a broken file says why"
        return broken.reason
    assert load_reading(dump_reading(reading)) == reading, "the catalogue would keep another reading"
    assert time.monotonic() - began < Limits().file_s / 3, "it took too long"
    return "read"
