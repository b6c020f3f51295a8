"""`regtui [NAME]`: the terminal interface."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from regtui.commands.host import complain, read_host

if TYPE_CHECKING:
    from regtui.options import Options
    from regtui.session import Session


def run(options: Options) -> int:
    """Show the home screen; the network is loaded after the first paint."""
    from regtui.tui.run import run_app

    with contextlib.ExitStack() as stack:
        if options.demo:
            from regtui.demo.host import DEMO_PLACE, demo_root

            root = stack.enter_context(demo_root())
            config, place = read_host(options, root=root), DEMO_PLACE
        else:
            config, place = read_host(options), ", ".join(options.configs) or "this host"

        async def open_session() -> Session:
            from regtui.commands.sessions import session_of

            return stack.enter_context(session_of(options, config, place))

        status = run_app(open_session, config, place, name=next(iter(options.words), ""), color=options.color)
    complain(config, color=options.color)
    return status
