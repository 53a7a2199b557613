"""Eta: how fast a scan goes on, and how long it will take yet; smoothed, so that it does not flutter."""

import math
from dataclasses import dataclass

SMOOTH_S = 15.0  # what is older than this hardly counts
LEAST_S = 0.5  # two looks that are closer together tell nothing of a rate


@dataclass(frozen=True, slots=True)
class Pace:
    """Files a second, as of the last look; None before the second."""

    processed: int = 0
    at_s: float | None = None
    rate: float | None = None

    def seen(self, processed: int, now_s: float) -> "Pace":
        """The pace after one more look, however often somebody looks; monotonic time."""
        if self.at_s is None:
            return Pace(processed, now_s)
        passed_s = now_s - self.at_s
        if passed_s < LEAST_S:
            return self
        latest = max(processed - self.processed, 0) / passed_s
        if self.rate is None:
            return Pace(processed, now_s, latest)
        weight = 1 - math.exp(-passed_s / SMOOTH_S)
        return Pace(processed, now_s, self.rate + (latest - self.rate) * weight)

    def eta_s(self, left: int) -> float | None:
        """How long so many files will take yet; None while nothing is known of it, or nothing goes on."""
        if left <= 0:
            return 0.0
        return left / self.rate if self.rate and self.rate > 0.001 else None
