"""Runs every property of the tests with new examples, round after round, until the time is over or one fails.

python -m tests.fuzz                    half an hour, all properties
python -m tests.fuzz --minutes 5 manifest link
                                        only those of files whose names hold one of the words
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).parent.parent
SUBJECTS = {
    "names": ("fuzz_reference", "fuzz_skopeo", "client_names"),
    "EnvironmentFile": ("environment", "exec_start", "unit"),
    "flags": ("flags",),
    "daemon.json": ("daemon_json", "gojson", "json_texts"),
    "registries.conf": ("registries_conf", "fuzz_skopeo"),
    "WWW-Authenticate": ("challenge", "auth_tokens", "auth_realms"),
    "Link": ("pagination", "fuzz_headers"),
    "Warning, Retry-After": ("client_quota", "fuzz_headers"),
    "manifests": ("manifests",),
    "the event file": ("recording", "recording_damaged"),
    "text": ("text",),
}
"""What is read from outside, and the files whose properties say how."""


def files(words: list[str]) -> list[str]:
    """Return the test files that hold properties, all or those whose names hold one of the words."""
    holding = [
        path for path in sorted(TESTS.glob("test_*.py")) if re.search(r"^@given\(", path.read_text(), re.MULTILINE)
    ]
    return [str(path) for path in holding if not words or any(word in path.stem for word in words)]


def main() -> int:
    """Run the rounds; return pytest's status of the one that failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("words", nargs="*", metavar="WORD", help="a part of a test file's name")
    parser.add_argument("--minutes", type=float, default=30.0, help="no round begins later than that")
    parser.add_argument("--examples", type=int, default=1000, help="examples of each property in a round")
    asked = parser.parse_args()
    chosen = files(asked.words)
    end, rounds = time.monotonic() + asked.minutes * 60, 0
    while time.monotonic() < end:
        rounds += 1
        seed = str(secrets.randbelow(1 << 32))
        print(f"round {rounds}, seed {seed}: {len(chosen)} files, {asked.examples} examples each", flush=True)
        options = ["-q", "-x", "-m", "hypothesis", "--hypothesis-profile=fuzz", f"--hypothesis-seed={seed}"]
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *chosen],
            cwd=TESTS.parent, env={**os.environ, "REGTUI_FUZZ_EXAMPLES": str(asked.examples)}, check=False,
        )  # fmt: skip
        if ran.returncode:
            return ran.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
