"""What may be said of enrichment, and why something else may not."""

import pytest
from pydantic import ValidationError

from shishod.enrich.settings import EnrichSettings
from shishod.enrich.wire import Wire


@pytest.mark.parametrize("contact", ["ann@example.org", " https://example.org/~ann ", "ann@xn--bcher-kva.example"])
def test_a_contact_is_an_address_that_every_request_can_name(contact: str) -> None:
    said = EnrichSettings(providers=("openlibrary",), contact=contact)

    Wire(["openlibrary.org"], f"shishod/0 ({said.contact})").close()
    assert said.contact == contact.strip()


@pytest.mark.parametrize(
    ("contact", "why"),
    [
        ("", "contact is needed"),
        ("ann", "must be an e-mail address or a web page"),
        ("j\u00fcrgen@example.org", "ASCII"),
        ("https://example.org/\u00fcber", "ASCII"),
        ("ann\x00@example.org", "ASCII"),
    ],
)
def test_a_contact_that_no_request_can_name_is_refused(contact: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        EnrichSettings(providers=("openlibrary",), contact=contact)
