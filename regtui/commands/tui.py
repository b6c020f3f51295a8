"""`regtui [NAME]`: the terminal interface."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING

from regtui.commands.host import complain, read_host

if TYPE_CHECKING:
    from regtui.commands.live import Consulted
    from regtui.live import Means
    from regtui.options import Options
    from regtui.registry.network import Resolver
    from regtui.session import Session
    from regtui.survey import Survey
    from regtui.tui.engines import Engines


def run(options: Options) -> int:
    """Show the home screen; the network is loaded after the first paint."""
    from regtui.tui.run import run_app

    with contextlib.ExitStack() as stack:
        root = ""
        if options.demo:
            from regtui.demo.host import DEMO_PLACE, demo_root

            root = stack.enter_context(demo_root())
            config, place = read_host(options, root=root), DEMO_PLACE
        else:
            config, place = read_host(options), options.host or ", ".join(options.configs) or "this host"
        first: list[Consulted] = []
        opened: list[Means] = []
        opening = threading.Lock()

        def means() -> Means:
            from regtui.commands.sessions import means_of

            with opening:
                if not opened:
                    opened.append(stack.enter_context(means_of(options)))
                return opened[0]

        def session() -> Session:
            from regtui.commands.live import consult
            from regtui.commands.sessions import session_with

            consulted = consult(config, options, thorough=True)
            first.append(consulted)
            return session_with(means(), consulted.config, place, options.there)

        async def open_session() -> Session:
            # In a thread: a daemon that hangs is waited for, the network's libraries are loaded, the demo's world
            # comes up, and the screen answers keys meanwhile.
            return await asyncio.to_thread(session)

        async def survey() -> Survey:
            from regtui.commands.surveying import survey_host

            return await survey_host(options, root, _resolver(options), first.pop() if first else None)

        async def survey_as(named: Options) -> Survey:
            from regtui.commands.surveying import survey_host

            return await survey_host(named, root, _resolver(named))

        def engines() -> Engines:
            from regtui.commands.other_engines import HostEngines

            return HostEngines(options, root, place, config, means, survey_as)

        status = run_app(
            open_session,
            config,
            place,
            name=next(iter(options.words), ""),
            color=options.color,
            survey=survey,
            engines=engines,
        )
    complain(config, color=options.color)
    return status


def _resolver(options: Options) -> Resolver:
    if options.demo:
        from regtui.demo.host import demo_resolver

        return demo_resolver()
    from regtui.commands.network import make_resolver

    return make_resolver(options)
