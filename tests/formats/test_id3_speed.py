"""The replacement in mutagen: same results, same errors, and only for the function that we know."""

import random

import pytest
from mutagen.id3 import _specs

from shishod.formats import id3_speed

ENCODINGS = ("utf-16", "utf16", "utf_16_be", "utf-16-le", "latin1", "utf8")
STARTS = (b"", b"\xff\xfe", b"\xfe\xff")
ALPHABET = (b"\0", b"\0\0", b"a\0", b"\0a", b"\xff\xfe", b"\xfe\xff", b"\x3d\xd8\x00\xde", b"\xd8\x00", b"\xe9", b"z")


def answer(function, data: bytes, encoding: str, strict: bool):
    try:
        return function(data, encoding, strict)
    except Exception as error:
        return type(error)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("strict", [True, False])
def test_it_equals_what_it_replaces_on_twenty_thousand_random_inputs(encoding: str, strict: bool):
    chance = random.Random(f"{encoding}{strict}")
    for _ in range(20_000 // (2 * len(ENCODINGS))):
        data = chance.choice(STARTS) + b"".join(chance.choice(ALPHABET) for _ in range(chance.randrange(12)))

        slow, fast = (answer(one, data, encoding, strict) for one in (id3_speed._slow, id3_speed.decode_terminated))

        assert fast == slow, (data, encoding, strict)


def test_the_mutagen_that_we_ship_with_is_the_one_we_know():
    assert id3_speed.install()
    assert _specs.decode_terminated is id3_speed.decode_terminated


def test_an_unknown_mutagen_is_left_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(_specs, "decode_terminated", id3_speed._slow)
    monkeypatch.setattr(id3_speed, "_KNOWN", 0)

    assert not id3_speed.install()
    assert _specs.decode_terminated is id3_speed._slow


def test_an_unknown_encoding_is_refused_as_before():
    with pytest.raises(LookupError):
        id3_speed.decode_terminated(b"a\0", "no-such-encoding")
