"""The errors of the house, each named by what happens next."""


class ShishodError(Exception):
    """The root of everything we raise on purpose; its text is for the operator."""


class SettingsError(ShishodError):
    """Do not start: the configuration, or the place we are asked to run in, cannot be used."""


class LibraryAbsent(ShishodError):
    """Leave its books alone: the root is not there, or is not the one we know."""


class BrokenFile(ShishodError):
    """Do not read it again until it changes: the content itself is at fault.

    `reason` is a short stable word for tables ("truncated", "not-a-zip", "encrypted"); the text says it in a sentence.
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text

    def __reduce__(self) -> tuple[type["BrokenFile"], tuple[str, str]]:
        return type(self), (self.reason, self.text)


class Unreachable(ShishodError):
    """Try again later, in `retry_after_s` seconds where that is known: nothing is wrong with the request."""

    def __init__(self, text: str, retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class Displaced(Unreachable):
    """Stop, or do not start: another daemon has what only one may have, and keeps it until it ends."""


class Refused(ShishodError):
    """Tell the client: the request cannot be granted as it stands. `kind` chooses the HTTP status and the exit code."""

    def __init__(self, text: str, kind: str = "invalid", hint: str = "") -> None:
        super().__init__(text)
        self.kind = kind  # invalid | not-found | busy | permission
        self.hint = hint


class BookRejected(ShishodError):
    """One book's rows were refused by the database; its neighbours are saved."""
