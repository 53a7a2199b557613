"""What is asked of a runner for some books, and what its answers make of their files; pure functions."""

from dataclasses import replace

from shishod import formats
from shishod.model.state import State
from shishod.model.updates import FileError, RelationshipUpdates
from shishod.mounts import stable_inodes
from shishod.scan.brief import believed
from shishod.scan.inspection import Assignment, Inspection, Outcome
from shishod.scan.order import brief_of
from shishod.scan.sweep import InspectLoad
from shishod.work.runners import UNTRIED, Failed

FAILURES = {
    "timeout": ("crash", "it took longer to read than the limit and its worker was stopped"),
    "crash": ("crash", "reading it ended the worker process"),
    "memory": ("limit", "reading it needs more memory than the limit"),
    "error": ("read", "its reader failed"),
}


def assignments(load: InspectLoad, number: int = 0) -> list[Assignment]:
    """The files of a book, the book by its number among those that are read together."""
    admission = load.places[-1][0].sweep.admission
    stable = stable_inodes(admission.identity.fstype)
    work = [Assignment(admission.real, seen, stable, (number, at)) for at, seen in enumerate(load.order.read)]
    if work and load.order.is_plain:
        work[-1] = work[-1]._replace(brief=brief_of(load.order, load.places[-1][0].question))
    return work


def unmerged(done: Inspection, error: Exception) -> Inspection:
    """A file whose book fails in our own hands: its neighbours must not pay for that, and the operator must hear."""
    text = f"what it says could not be put together ({type(error).__name__}: {error}); this is a fault of shishod"
    told = done._replace(outcome=Outcome.FAILED, packed=None, drafted=None)
    return told._replace(stage="merge", reason="internal", text=text, passing=True)


def told_of(assignment: Assignment, answer: Inspection | Failed) -> Inspection:
    """A file whose worker gave no answer has itself to blame, unless it was never tried."""
    if isinstance(answer, Inspection):
        if answer.seen != assignment.seen:
            return Inspection(assignment.seen, Outcome.LOST)  # whatever it tells is not what was asked
        drafted = believed(answer.drafted, assignment.share[1] + 1)
        return answer if drafted is answer.drafted else answer._replace(drafted=drafted)
    if answer.reason in UNTRIED:
        return Inspection(assignment.seen, Outcome.LOST)
    stage, text = FAILURES.get(answer.reason, ("read", answer.text))
    text = f"{text} ({answer.text})"
    passing = answer.reason != "memory"
    failed = Inspection(assignment.seen, Outcome.FAILED, stage=stage, reason=answer.reason, text=text, passing=passing)
    if reader := formats.reader_by_name(assignment.seen.path):
        return failed._replace(reader=reader.name, version=reader.version)  # a newer one may fare better
    return failed


def refused(book: RelationshipUpdates, reason: str) -> RelationshipUpdates:
    """The files of a book that the catalogue does not take, as what they are: in ERROR, until they change."""
    error = FileError("refused", f"the catalogue did not take what it says: {reason}", "save")
    files = tuple(
        replace(file, state=State.ERROR, error=error, error_count=1, reading=None, narrators=()) for file in book.files
    )
    return replace(book, metadata=None, files=files, absorbs=(), revision=None)
