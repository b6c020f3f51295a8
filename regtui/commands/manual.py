"""`regtui manual`: the manual page regtui(1), for `regtui manual | man -l -`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from regtui import __version__
from regtui.manual import man_page

if TYPE_CHECKING:
    from regtui.options import Options
    from regtui.usage import Usage


def run(options: Options, usage: Usage) -> int:  # noqa: ARG001 - every command gets the options
    """Print the page."""
    sys.stdout.write(man_page(usage, __version__))
    return 0
