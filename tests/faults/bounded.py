"""A module run in a process whose address space is bounded: what unfolds without end dies there."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
MEMORY = 512 * 1024 * 1024
"""Bytes of address space; Python with its libraries takes some 200 MiB of it."""
SECONDS = 120


def run_bounded(module: str, *words: str, memory: int = MEMORY) -> Any:
    """Run `python -m MODULE` with the limit, and return the JSON that it prints; a fault of it fails the test."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MALLOC_ARENA_MAX": "2", "PYTHONWARNINGS": "error"}
    ran = subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=ROOT, env=environment, preexec_fn=limit, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    return json.loads(ran.stdout)
