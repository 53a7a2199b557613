"""Languages as files state them, in BCP 47."""

from functools import lru_cache

NAMES = {
    "english": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr", "francais": "fr",
    "spanish": "es", "español": "es", "espanol": "es", "castellano": "es", "italian": "it", "italiano": "it",
    "portuguese": "pt", "português": "pt", "portugues": "pt", "dutch": "nl", "nederlands": "nl", "flemish": "nl",
    "swedish": "sv", "svenska": "sv", "norwegian": "no", "norsk": "no", "danish": "da", "dansk": "da",
    "finnish": "fi", "suomi": "fi", "icelandic": "is", "polish": "pl", "polski": "pl", "czech": "cs", "čeština": "cs",
    "slovak": "sk", "slovenian": "sl", "croatian": "hr", "hrvatski": "hr", "serbian": "sr", "bulgarian": "bg",
    "russian": "ru", "русский": "ru", "ukrainian": "uk", "українська": "uk", "greek": "el", "ελληνικά": "el",
    "turkish": "tr", "türkçe": "tr", "hungarian": "hu", "magyar": "hu", "romanian": "ro", "română": "ro",
    "estonian": "et", "latvian": "lv", "lithuanian": "lt", "hebrew": "he", "עברית": "he", "arabic": "ar",
    "العربية": "ar", "persian": "fa", "farsi": "fa", "hindi": "hi", "bengali": "bn", "tamil": "ta", "urdu": "ur",
    "japanese": "ja", "日本語": "ja", "chinese": "zh", "中文": "zh", "mandarin": "zh", "korean": "ko", "한국어": "ko",
    "vietnamese": "vi", "thai": "th", "indonesian": "id", "malay": "ms", "latin": "la", "catalan": "ca",
    "català": "ca", "basque": "eu", "galician": "gl", "irish": "ga", "welsh": "cy", "esperanto": "eo",
    "afrikaans": "af",
}  # fmt: skip
_COMMON = frozenset(NAMES.values())
_SILENT = frozenset({"und", "mul", "mis", "zxx", "unknown", "none", "xxx"})


@lru_cache(maxsize=512)
def language_tag(text: str) -> str | None:
    """The BCP 47 tag of a code ("ger", "en_US", "iw") or a name ("Deutsch"); None where no language is said."""
    said = text.strip().casefold()
    if said in _COMMON:
        return said
    if not said or said in _SILENT or len(said) > 35:
        return None
    if said in NAMES:
        return NAMES[said]
    import langcodes

    try:
        tag = langcodes.standardize_tag(said.replace("_", "-"))
    except ValueError:  # LanguageTagError is one
        return None
    first = tag.partition("-")[0]
    return tag if first.isalpha() and len(first) in (2, 3) and first not in _SILENT else None


def language_of_windows(code: int) -> str | None:
    """The tag of a language by its number in Windows: 0x0409 is "en-US", 9 alone "en"; None where it has none.

    Ten bits are the language, six its dialect.
    """
    from locale import windows_locale

    if code >> 10 and code in windows_locale:
        return language_tag(windows_locale[code])
    dialects = [number for number in windows_locale if number >> 10 and number & 0x3FF == code & 0x3FF]
    return language_tag(windows_locale[min(dialects)].partition("_")[0]) if dialects else None
