"""The doctor: what keeps a daemon from its work, found without it, each with the reason and the command that mends it.

A check is a function from a Patient to Ailments; CHECKS has them in the order in which one would mend.
"""

from collections.abc import Callable, Iterable

from shishod.ailment import Ailment
from shishod.daemon.doctor import catalogue, clock, daemon, machine, roots, socket, state, tools, web
from shishod.daemon.doctor.patient import Patient

CHECKS: tuple[tuple[str, Callable[[Patient], Iterable[Ailment]]], ...] = (
    ("state folder", state.folder),
    ("disk space", state.room),
    ("catalogue", catalogue.catalogue),
    ("writer", catalogue.writer),
    ("copies", catalogue.copies),
    ("daemon", daemon.daemon),
    ("socket", socket.socket),
    ("libraries", roots.libraries),
    ("watching", machine.watching),
    ("limits", machine.limits),
    ("clock", clock.clock),
    ("programs", tools.programs),
    ("web catalogues", web.catalogues),
)


def examine(patient: Patient) -> list[Ailment]:
    """Everything that is wrong, each with the check that found it. Asks the disks; changes nothing."""
    found: list[Ailment] = []
    for check, look in CHECKS:
        try:
            found += [ailment._replace(check=check) for ailment in look(patient)]
        except OSError as error:
            reason = f"it cannot be looked at: {error.strerror or error}"
            found.append(
                Ailment("error", str(error.filename or check), reason, "run it as root: sudo shishod doctor", check)
            )
    return found


__all__ = ["CHECKS", "Ailment", "Patient", "examine"]
