"""shishoctl doctor: what is wrong, why, and the command that mends it; of a daemon that is down, too."""

import json
import os
import shutil
import subprocess
import sys
from typing import Any

from shishod.ailment import Ailment, told
from shishod.control.client import Client
from shishod.ctl.voice import echo, say, say_json
from shishod.ctl.words import called, option
from shishod.errors import Refused, Unreachable


@called("doctor", short_help="What is wrong, and what mends it.")
@option("--json", "as_json", is_flag=True, help="What was found as JSON.")
def command(client: Client, as_json: bool) -> int:
    """Look for what keeps the daemon from its work; exit code 1 when there is something.

    The daemon looks itself, from inside its sandbox. Where none answers, `shishod doctor` is run instead.
    """
    try:
        answer = client.get("/v1/doctor")
    except Unreachable as error:
        answer = _without_a_daemon(error)
    if as_json:
        say_json(answer)
    else:
        for line in told(Ailment(**one) for one in answer["ailments"]):
            say(line)
    return 1 if answer["ailments"] else 0


def _without_a_daemon(error: Unreachable) -> dict[str, Any]:
    beside = os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), "shishod")
    program = beside if os.access(beside, os.X_OK) else shutil.which("shishod")
    if program is None:
        raise error
    echo(f"shishoctl: {error}; `shishod doctor` looks instead", err=True)
    looked = subprocess.run([program, "doctor", "--json"], capture_output=True, text=True, check=False)
    try:
        answer: dict[str, Any] = json.loads(looked.stdout)
    except ValueError:
        raise Refused(looked.stderr.strip() or "`shishod doctor` said nothing") from error
    return answer
