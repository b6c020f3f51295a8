"""How the try of one endpoint ended for an engine of docker's family: what its pull loop decides by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.engines.distribution import GoError, other
from regtui.frozen import dataclass
from regtui.outcome import Outcome

if TYPE_CHECKING:
    from regtui.engines.base import Found


@dataclass(frozen=True, slots=True)
class Ended:
    """The outcome and sentence for a person, and the error with what docker's fallbackError carries.

    `falls_back`: the next endpoint is tried. `confirmed_v2`: no v1 endpoint is tried any more. `transport_ok`: HTTP was
    spoken, so that a host that did so over TLS is not asked without. `unsupported`: an ErrNoSupport, which replaces no
    real error. `failure`: why no HTTP answer came, in Go's words, which the v1 endpoint of the same URL would meet too.
    `talked`: a line of progress was printed, so that the client shows the error without its prefix.
    """

    outcome: Outcome
    sentence: str
    error: GoError
    found: Found | None = None
    falls_back: bool = False
    confirmed_v2: bool = False
    transport_ok: bool = False
    unsupported: bool = False
    assumed: bool = False
    failure: str = ""
    timed_out: bool = False
    talked: bool = False
    seconds: float = 0.0


def succeeded(found: Found) -> Ended:
    """Return the end of a try that served the image."""
    return Ended(Outcome.FOUND, "", other(""), found, talked=True)
