"""Puts one payload after another into every field of a hostile world, and looks at all screens and all output.

python -m tests.fuzz.terminal           about three hours: some two hundred payloads
python -m tests.fuzz.terminal OSC       only those whose names hold one of the words
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.hostile_payloads import SINGLE, TOGETHER
from tests.hostile_world import hostile_world
from tests.test_tui_hostile import look_at_output, look_at_screens


def main() -> int:
    """Try all payloads; return 1 where one did something."""
    words = sys.argv[1:]
    payloads = {**TOGETHER, **SINGLE}
    failed = 0
    for name, payload in payloads.items():
        if words and not any(word in name for word in words):
            continue
        with tempfile.TemporaryDirectory() as folder, hostile_world(payload, Path(folder)) as world:
            try:
                look_at_screens(world)
                look_at_output(world)
            except AssertionError as error:
                failed += 1
                print(f"FAILED {name}: {str(error)[:2000]}", flush=True)
            else:
                print(f"ok {name}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
