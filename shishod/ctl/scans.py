"""Where a scan is asked after, by what somebody typed."""

from shishod.errors import Refused


def place_of(scan_id: str) -> str:
    """The path of a scan on the socket. Raises Refused for what no scan is called, which could lead elsewhere."""
    if not (scan_id.isascii() and scan_id.replace("-", "").isalnum()):
        raise Refused(f'there is no scan "{scan_id}"', "not-found", "`shishoctl status` lists the latest scans")
    return f"/v1/scans/{scan_id}"
