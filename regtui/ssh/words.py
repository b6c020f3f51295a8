"""What ssh says on its standard error: whether the login is done, why a connection failed, what is for a person."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field

from regtui.text import printable_bytes

KEPT = 40
"""Lines for a person that are kept; the warning about a changed host key has fewer."""
LONGEST = 500
"""Characters of what ssh says that are shown."""
_FORWARD = re.compile(r"debug1: channel_connect_stdio_fwd: (?P<place>\S+:-?\d+)")
_OPENED = re.compile(r"debug1: channel (?P<number>\d+): new\b.*\[(?P<kind>[^\]]*)\]")
_FAILED = re.compile(r"channel (?P<number>\d+): open failed: (?P<reason>.*)")
_AUTHENTICATED = re.compile(r"(debug1: )?Authenticat(ed to |ion succeeded)|debug1: Entering interactive")
_NOISE = re.compile(
    r"debug[123]: |Authenticated to |Authenticated using |Transferred: |Bytes per second: |mux_\w+: |OpenSSH_"
)
"""Lines of a level that nobody asked for but regtui."""


@dataclass(slots=True)
class Words:
    """Folds the lines; one object for one ssh, of which one thread feeds it.

    `failures` maps `HOST:PORT` to the last reason that the other side gave for not connecting there; `last_failure` is
    the newest of all, for an ssh whose debug lines are worded otherwise.
    """

    authenticated: bool = False
    said: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT))
    failures: dict[str, str] = field(default_factory=dict)
    last_failure: str = ""
    _asked: deque[str] = field(default_factory=deque)
    _places: dict[str, str] = field(default_factory=dict)

    def feed(self, line: bytes) -> str:
        """Take one line, and return what of it is for a person: clean, empty for most lines."""
        text = printable_bytes(line.rstrip(b"\r\n"), LONGEST)
        if _AUTHENTICATED.match(text):
            self.authenticated = True
        failed = _FAILED.match(text)
        if failed is not None and self.authenticated:
            self._fail(failed["number"], failed["reason"])
            return ""
        if _NOISE.match(text):
            self._follow(text)
            return ""
        if text.strip():
            self.said.append(text)
        return text

    @property
    def last(self) -> str:
        """The last line for a person, without its full stop."""
        return next((line.strip().rstrip(".") for line in reversed(self.said) if line.strip()), "")

    def _follow(self, text: str) -> None:
        if asked := _FORWARD.match(text):
            self._asked.append(asked["place"])
        elif (opened := _OPENED.match(text)) and self._asked and "stdio" in text:
            self._places[opened["number"]] = self._asked.popleft()

    def _fail(self, number: str, reason: str) -> None:
        self.last_failure = reason
        place = self._places.pop(number, "")
        if place:
            self.failures[place] = reason
