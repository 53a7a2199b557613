"""The laws are tested in the house that the scan room's own tests are worked in."""

from tests.scan.conftest import a_house, house, open_place
from tests.scan.test_guard import disk, mounted

__all__ = ["a_house", "disk", "house", "mounted", "open_place"]
