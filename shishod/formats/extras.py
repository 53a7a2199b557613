"""What some formats need and not every machine has: how to tell that it is there, and what to do where it is not."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

UNPACKERS = ("unrar", "unar")


@dataclass(frozen=True, slots=True)
class Extra:
    """One library or program: the name it is known by, what it serves, and the way to get it."""

    name: str
    serves: str
    install: str
    present: Callable[[], bool]

    @property
    def advice(self) -> str:
        """What an operator reads where it is missing."""
        return f"{self.serves} need {self.name}, which is not installed; {self.install}, and restart shishod"


def _module(name: str) -> Callable[[], bool]:
    @cache
    def present() -> bool:
        from importlib.util import find_spec

        return find_spec(name) is not None

    return present


def _program(*names: str) -> Callable[[], bool]:
    @cache
    def present() -> bool:
        from shutil import which

        return any(which(name) for name in names)

    return present


@cache
def _libarchive() -> bool:
    import ctypes

    if not _module("libarchive")():
        return False
    try:
        ctypes.CDLL(LIBARCHIVE_SO)
    except OSError:
        return False
    return True


LIBARCHIVE_SO = "libarchive.so.13"  # the name of its interface for all of libarchive 3

LIBARCHIVE = Extra(
    "libarchive",
    "7-Zip comics, and the tags that RAR comics hold compressed,",
    "install the Debian package libarchive13 and `pip install libarchive-c`",
    _libarchive,
)
RARFILE = Extra("rarfile", "RAR comics", "`pip install rarfile`", _module("rarfile"))
UNPACKER = Extra(
    "unrar or unar",
    "tags that old RAR comics hold in one solid block",
    "install the Debian package unar",
    _program(*UNPACKERS),
)
PIKEPDF = Extra("pikepdf", "the XMP of PDFs", "`pip install pikepdf`", _module("pikepdf"))
FFPROBE = Extra("ffprobe", "videos", "install the Debian package ffmpeg", _program("ffprobe"))
GUESSIT = Extra("guessit", "the names of films and episodes", "`pip install guessit`", _module("guessit"))

EXTRAS: tuple[Extra, ...] = (RARFILE, LIBARCHIVE, UNPACKER, PIKEPDF, FFPROBE, GUESSIT)


def edition(revision: int, *extras: Extra) -> int:
    """A reader's version that grows when it is revised, and with each of its extras that is there.

    So what was read without one is read again once it is installed, and nothing is when it goes.
    """
    return revision * (len(extras) + 1) + sum(extra.present() for extra in extras)
