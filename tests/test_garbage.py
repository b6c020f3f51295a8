"""A start looks for no garbage, and what it has made is never looked at again."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """\
import gc, sys
sys.argv[1:] = {words}
from regtui.__main__ import main
main()
print(gc.isenabled(), gc.get_freeze_count() > 1000)
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [(["manual"], "False False"), (["lint", "--demo"], "True True")],
    ids=["nothing but a start", "a command"],
)
def test_garbage_is_looked_for_once_the_command_runs_and_never_in_what_the_start_left(
    words: list[str], expected: str
) -> None:
    ran = subprocess.run([sys.executable, "-c", SCRIPT.format(words=words)], check=True, capture_output=True, text=True)
    assert ran.stdout.splitlines()[-1] == expected
