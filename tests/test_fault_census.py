"""The count of the numbered faults: what it prints, and what it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAD = "import pytest\n"
ALL = HEAD + "@pytest.mark.fault(*range(1, 76))\ndef test_all(): pass\n"
SOME = HEAD + "@pytest.mark.fault(*range(1, 70))\ndef test_some(): pass\n"
REST = "@pytest.mark.fault(*range(70, 76))\ndef test_rest(): {}\n"
INI = "[pytest]\ntestpaths = tests\nmarkers = fault\naddopts = -p tests.fault_census -p no:cacheprovider\n"


def run_tests(folder: Path, source: str, *words: str) -> tuple[int, list[str]]:
    """Run pytest on a file of tests; return the status, and what it said of faults."""
    (folder / "tests").mkdir()
    (folder / "pytest.ini").write_text(INI)
    (folder / "tests/test_it.py").write_text(source)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "--import-mode=importlib", *words],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return ran.returncode, [line for line in ran.stdout.splitlines() if line.startswith("numbered faults")]


RUNS = [
    pytest.param(ALL, (), 0, ["numbered faults: 75 of 75 covered, 1 tests"], id="all"),
    pytest.param(
        SOME,
        (),
        1,
        [
            "numbered faults: 69 of 75 covered, 1 tests",
            "numbered faults without a test that passed: 70, 71, 72, 73, 74, 75",
        ],
        id="some are missing",
    ),
    pytest.param(SOME, ("tests",), 0, ["numbered faults: 69 of 75 covered, 1 tests"], id="a selection by path"),
    pytest.param(
        SOME + REST.format("pass"),
        ("-k", "some"),
        0,
        ["numbered faults: 69 of 75 covered, 1 tests"],
        id="a selection by word",
    ),
    pytest.param(
        SOME + REST.format("pytest.skip('cannot run here')"),
        (),
        1,
        [
            "numbered faults: 69 of 75 covered, 1 tests",
            "numbered faults without a test that passed: 70, 71, 72, 73, 74, 75",
        ],
        id="what is skipped covers nothing",
    ),
    pytest.param("def test_it(): pass\n", ("tests",), 0, [], id="a selection of other tests"),
]


@pytest.mark.parametrize(("source", "words", "status", "said"), RUNS)
def test_the_count_and_the_status_of_a_run(
    source: str, words: tuple[str, ...], status: int, said: list[str], tmp_path: Path
) -> None:
    assert run_tests(tmp_path, source, *words) == (status, said)


def test_a_number_that_no_fault_has_is_a_mistake(tmp_path: Path) -> None:
    status, _ = run_tests(tmp_path, HEAD + "@pytest.mark.fault(76)\ndef test_it(): pass\n")
    assert status == pytest.ExitCode.USAGE_ERROR
