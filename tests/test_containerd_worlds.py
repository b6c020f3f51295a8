"""Pulls recorded from ctr of containerd 1.6.20, resolved against the same worlds of real servers on loopback."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import pytest

from tests.golden import Row, comparable, counted, rows
from tests.modern_hosts import load_row_containerd, served, walk, without_retries

if TYPE_CHECKING:
    from pathlib import Path

ROWS = rows("pull-containerd.jsonl")


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "default"])
@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
async def test_agrees_with_containerd(row: Row, tmp_path: Path, *, strict: bool) -> None:
    walked = await walk(row, tmp_path, load_row_containerd, strict=strict)
    found = walked.document
    assert found["exit"] == row["exit"]
    winner = served(row)
    if winner is None:
        assert found["found"] is None
        assert comparable(found["transcript"][-1]) == comparable(row["transcript"][-1])
    else:
        assert (found["found"]["endpoint"], found["found"]["digest"]) == winner
    expected = counted(row["trace"])
    if strict:  # what containerd asks again at once is asked once
        assert walked.asked == [request for request, _again in groupby(expected)]
    else:  # a token is kept, where containerd fetches another one for the manifest itself
        assert walked.asked == without_retries(expected)
