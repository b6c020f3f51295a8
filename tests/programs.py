"""Programs that a test needs and a machine may lack: named where they are missing, required in CI."""

from __future__ import annotations

import os
import shutil

import pytest

WITHOUT_PRIVILEGE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Before a program of root's: what a file's mode forbids, it may not do."""


def needs(program: str, package: str = "") -> None:
    """Skip the test where a program is missing; fail where REGTUI_REQUIRE_SERVERS says that all must be there."""
    if shutil.which(program) is None:
        missing(f"needs {program}, not installed here (Debian: apt-get install {package or program})")


def missing(reason: str) -> None:
    """Skip the test for this reason, or fail it where nothing may be missing."""
    if os.environ.get("REGTUI_REQUIRE_SERVERS"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
