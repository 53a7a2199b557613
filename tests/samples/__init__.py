"""Small valid files of every format we read, written by code in a few milliseconds."""

from tests.samples.audio import Mark, an_aac, an_m4b, an_mp3
from tests.samples.book import an_epub
from tests.samples.chunked import a_wav, an_aiff
from tests.samples.comic import a_comic
from tests.samples.document import a_pdf
from tests.samples.picture import a_jpeg, a_png, a_webp
from tests.samples.sidecar import a_comicinfo, a_cue, a_metadata_json, a_text, an_nfo, an_opf, an_override
from tests.samples.stream import a_flac, an_ogg
from tests.samples.windows import a_wma

__all__ = [
    "Mark",
    "a_comic",
    "a_comicinfo",
    "a_cue",
    "a_flac",
    "a_jpeg",
    "a_metadata_json",
    "a_pdf",
    "a_png",
    "a_text",
    "a_wav",
    "a_webp",
    "a_wma",
    "an_aac",
    "an_aiff",
    "an_epub",
    "an_m4b",
    "an_mp3",
    "an_nfo",
    "an_ogg",
    "an_opf",
    "an_override",
]
