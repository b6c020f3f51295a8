"""The terminal as Textual drives it, told in fewer bytes."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver

from regtui.tui.terse import terse


class TerseDriver(LinuxDriver):
    """Writes what leaves the same on the screen."""

    def write(self, data: str) -> None:
        """Write."""
        super().write(terse(data))
