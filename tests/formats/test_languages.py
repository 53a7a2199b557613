import pytest

from shishod.formats.languages import NAMES, language_of_windows, language_tag


@pytest.mark.parametrize(
    ("said", "tag"),
    [("en", "en"), ("EN-us", "en-US"), ("en_GB", "en-GB"), ("ger", "de"), ("deu", "de"), ("fre", "fr"), ("iw", "he"),
     ("ja-jp", "ja-JP"), ("Deutsch", "de"), (" English ", "en"), ("русский", "ru"), ("zh-Hant-TW", "zh-Hant-TW")],
)  # fmt: skip
def test_codes_and_names_become_one_tag(said: str, tag: str):
    assert language_tag(said) == tag


@pytest.mark.parametrize("said", ["", "und", "unknown", "zxx", "elvish tongue", "x" * 60, "12", "-", "\0"])
def test_what_names_no_language_is_none(said: str):
    assert language_tag(said) is None


def test_every_name_in_the_table_leads_to_a_tag_that_is_itself():
    assert all(language_tag(tag) == tag for tag in NAMES.values())


@pytest.mark.parametrize(
    ("code", "tag"), [(0x0407, "de-DE"), (7, "de"), (0x0404, "zh-TW"), (0xFC07, "de"), (0, None), (0xFFFF, None)]
)
def test_a_number_of_windows_is_as_exact_as_it_says(code: int, tag: str | None):
    assert language_of_windows(code) == tag
