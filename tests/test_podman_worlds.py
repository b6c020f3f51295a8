"""Pulls recorded from podman 4.3.1, resolved against the same worlds of real servers on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.golden import Row, comparable, counted, rows
from tests.modern_hosts import load_row_podman, served, walk, without_retries

if TYPE_CHECKING:
    from pathlib import Path

ROWS = rows("pull-podman.jsonl")
TRANSCRIPT_EXCEPTIONS: dict[str, str] = {}
"""Row -> why its transcript cannot agree."""


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "default"])
@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
async def test_agrees_with_podman(row: Row, tmp_path: Path, *, strict: bool) -> None:
    walked = await walk(row, tmp_path, load_row_podman, strict=strict)
    found = walked.document
    assert found["exit"] == row["exit"]
    winner = served(row)
    if winner is None:
        assert found["found"] is None
    else:
        assert (found["found"]["endpoint"], found["found"]["digest"]) == winner
    if row["id"] not in TRANSCRIPT_EXCEPTIONS:
        recorded = [comparable(line.replace("RUN/", "/etc/containers/")) for line in row["transcript"]]
        assert [comparable(line) for line in found["transcript"]] == recorded
    expected = without_retries(counted(row["trace"]))
    if strict:
        assert walked.asked == expected
    else:  # what tells no name may run ahead; manifests and tokens are asked for in podman's order
        told = [request for request in walked.asked if request[2] != "/v2/"]
        assert told == [request for request in expected if request[2] != "/v2/"]
    if row["seconds"] > 2:
        assert found["engine_seconds"] == pytest.approx(row["seconds"], rel=0.2)
