import pytest

from shishod.formats.words import clean, in_cyrillic, plain_text


def test_a_line_is_one_line_without_doubled_blanks():
    assert clean("  The\n  Long\tTitle \u00a0 ") == "The Long Title"


def test_control_characters_and_half_characters_are_gone():
    assert clean("Bad\x00Chars\x1bHere\ud800") == "BadCharsHere"


def test_a_decomposed_letter_is_composed():
    assert clean("E\u0301mile") == "Émile"


def test_an_endless_line_is_cut():
    assert len(clean("T" * 5_000_000)) == 1000
    assert clean("é" * 50, most=10) == "é" * 10


def test_nothing_is_nothing():
    assert clean(None) == clean("") == plain_text(None) == plain_text("") == ""


def test_markup_goes_and_its_paragraphs_stay():
    assert plain_text("<div>\n<p>One <b>bold</b> word.</p><p>Two &amp; three.</p></div>") == (
        "One bold word.\n\nTwo & three."
    )


def test_what_only_looks_like_markup_stays():
    assert plain_text("a < b and c > d") == "a < b and c > d"


def test_scripts_and_styles_are_not_prose():
    assert plain_text("<p>Words</p><script>alert(1)</script><style>p {}</style>") == "Words"


def test_plain_paragraphs_are_kept():
    assert plain_text("One.\r\n\r\n\r\n\r\nTwo.\nThree.") == "One.\n\nTwo.\nThree."


def test_a_description_is_cut_at_its_limit():
    assert len(plain_text("<p>" + "word " * 100_000 + "</p>", most=500)) <= 500


def test_markup_without_end_is_no_trouble():
    assert plain_text("<p>" * 20_000 + "deep") == "deep"


@pytest.mark.parametrize("text", ["Ночной дозор", "Ёлка", "МАСТЕР И МАРГАРИТА (CD 1)", "Глава 1 – Начало", "Юность"])
@pytest.mark.parametrize("taken_for", ["latin-1", "cp1252"])
def test_cyrillic_that_was_taken_for_latin_is_told_as_it_was_meant(text: str, taken_for: str):
    assert in_cyrillic(text.encode("cp1251").decode(taken_for)) == text


@pytest.mark.parametrize(
    "text", ["Été", "À la recherche du temps perdu", "ÉTÉ 42", "Ælfric", "Öl", "São", "Ночь", "三体", "Ñ", "É É"]
)
def test_letters_of_other_languages_stay_as_they_are(text: str):
    assert in_cyrillic(text) == text
