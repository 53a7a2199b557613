"""What the daemon tells of its web catalogues."""

from typing import Any

import pytest

from shishod.daemon.web import Web
from shishod.enrich.manners import Declined, Misconfigured
from shishod.errors import Refused


@pytest.mark.parametrize("error", [Declined("books answers 422"), Misconfigured("books answers 401")])
def test_a_choice_that_a_provider_does_not_answer_is_no_fault_of_ours(error: Exception) -> None:
    class Unwilling:
        def choose(self, *_: object) -> bool:
            raise error

    web: Any = Web.__new__(Web)
    web._enricher = Unwilling()

    with pytest.raises(Refused, match="books answers 4"):
        web.choose(1, "books", "odd")
