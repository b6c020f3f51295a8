"""The terminal as Textual drives it, told in fewer bytes."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver

from regtui.tui.terse import terse


class TerseDriver(LinuxDriver):
    """Writes what leaves the same on the screen."""

    def write(self, data: str) -> None:
        """Write."""
        super().write(terse(data))

    @property
    def mouse(self) -> bool:
        """Whether the terminal tells of the mouse; while it does, it does not select text."""
        return self._mouse

    @mouse.setter
    def mouse(self, on: bool) -> None:
        if on == self._mouse:
            return
        # Both ask whether there is a mouse at all; a return from the shell does what they did last.
        if on:
            self._mouse = True
            self._enable_mouse_support()
        else:
            self._disable_mouse_support()
            self._mouse = False
        self.flush()
