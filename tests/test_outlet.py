"""Lines that are printed: whatever slipped through the gate of outside text does not act on the terminal."""

from __future__ import annotations

import io

import pytest

from regtui.host.model import Source
from regtui.outlet import Outlet
from tests.hostile_payloads import SINGLE, TOGETHER
from tests.terminal_stream import strays


class Terminal(io.StringIO):
    """A stream that takes colors."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("payload", [*SINGLE.values(), *TOGETHER.values()])
def test_a_line_that_nobody_cleaned_does_nothing(payload: str) -> None:
    stream = Terminal()
    outlet = Outlet(stream)
    outlet.line(f"{outlet.paint('bad', '✗')} {payload.replace(chr(0x301), '')}")
    printed = stream.getvalue()
    assert printed.startswith("\x1b[31m✗\x1b[0m ")
    assert strays(printed.encode()) == []


@pytest.mark.parametrize("payload", SINGLE.values())
def test_where_a_value_was_written_can_be_printed(payload: str) -> None:
    assert str(Source(f"/etc/{payload}", 3, payload)).isprintable()
