"""Runs the benchmarks, each in a process of its own with a time limit, and writes README's table.

python -m tests.benchmarks            all of them; writes the table and returns 1 where a limit was not kept
python -m tests.benchmarks NAME...    only these; prints the table
python -m tests.benchmarks --short    a quick run of all: returns 1 only where one does not work
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.benchmarks import Figure, lines
from tests.readme import put

ROOT = Path(__file__).parent.parent.parent
BENCHMARKS = ("start", "screen", "walk", "wire", "catalog", "tags", "tui_list", "tui_keys")
SECONDS = {False: 240.0, True: 60.0}
"""Seconds for all benchmarks together, and for all of them where they are asked to be short."""
AT_ONCE = {False: 1, True: 4}
"""Benchmarks that run at a time: where the times mean nothing they may disturb each other."""


class BenchmarkError(Exception):
    """A benchmark gave no figures; `str()` says why."""


def measured(name: str, seconds: float, *, short: bool) -> tuple[Figure, ...]:
    """Run one benchmark and return its figures; raises BenchmarkError where it fails or takes longer."""
    command = [sys.executable, "-m", f"tests.benchmarks.{name}", "--json", *(["--short"] if short else [])]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            out, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise BenchmarkError(f"{name} was not done after {seconds:.0f} s") from None
        finally:
            end_group(process.pid)
    if process.returncode != 0:
        raise BenchmarkError(f"{name} ended with {process.returncode}")
    return tuple(Figure(**row) for row in json.loads(out.splitlines()[-1]))


def end_group(leader: int) -> None:
    """End what a benchmark has started and left behind."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; without one, all")
    parser.add_argument("--short", action="store_true", help="a quick run, to see that they work")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    over = time.monotonic() + SECONDS[asked.short]

    def measure(name: str) -> tuple[Figure, ...] | BenchmarkError:
        try:
            return measured(name, over - time.monotonic(), short=asked.short)
        except BenchmarkError as error:
            return error

    figures: tuple[Figure, ...] = ()
    worked = True
    with ThreadPoolExecutor(AT_ONCE[asked.short]) as pool:
        for found in pool.map(measure, asked.names or BENCHMARKS):
            if isinstance(found, BenchmarkError):
                sys.stderr.write(f"{found}\n")
                worked = False
            else:
                figures += found
    print("\n".join(lines(figures)))
    if asked.short:
        return 0 if worked else 1
    if worked and not asked.names:
        put("benchmarks", "\n".join(lines(figures)))
    return 0 if worked and all(one.kept for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
