"""Play a script of steps again: `python -m tests.convergence.replay SCRIPT [--shrink] [--keep]`.

It ends with 1 on a difference. `--shrink` looks for the fewest steps that still make one, `--keep` leaves what was
written, the daemon's log and catalogue among it, where the difference says.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.convergence import session
from tests.convergence.session import Difference, Session, Step


def play(script: dict[str, Any], place: Path) -> str:
    """Run the steps of a script; what was said of the difference, "" when there was none."""
    run = Session(place, script["flavour"], mounts=script["mounts"])
    try:
        for step in script["steps"]:
            run.do(tuple(step))
        if not script["steps"] or script["steps"][-1][0] != "check":
            run.do(("check", 3))
    except Difference as difference:
        return str(difference)
    finally:
        run.end()
    return ""


def played(script: dict[str, Any], steps: list[Step]) -> str:
    place = Path(tempfile.mkdtemp(prefix="sh-", dir="/tmp"))
    try:
        return play({**script, "steps": steps}, place)
    finally:
        if "--keep" not in sys.argv:
            shutil.rmtree(place, ignore_errors=True)


def shrink(script: dict[str, Any]) -> list[Step]:
    """The fewest steps that still differ, by leaving out ever smaller runs of them."""
    session.AGREE_S = 2.0
    steps: list[Step] = script["steps"]
    size = len(steps) // 2
    while size:
        start = 0
        while start < len(steps):
            fewer = steps[:start] + steps[start + size :]
            if fewer and played(script, fewer):
                steps = fewer
                print(len(steps), flush=True)
            else:
                start += size
        size //= 2
    return steps


def main() -> int:
    script = json.loads(Path(sys.argv[1]).read_text())
    if "--shrink" in sys.argv:
        script["steps"] = shrink(script)
        print(json.dumps(script))
    said = played(script, script["steps"])
    print(said or "no difference")
    return int(bool(said))


if __name__ == "__main__":
    sys.exit(main())
