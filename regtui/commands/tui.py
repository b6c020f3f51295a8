"""`regtui [NAME]`: the terminal interface."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.commands.host import complain, read_host
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.cache import Cache
    from regtui.commands.live import Consulted
    from regtui.live import LiveSession, Means
    from regtui.options import Options
    from regtui.registry.network import Resolver
    from regtui.session import Session
    from regtui.survey import Survey
    from regtui.tui.engines import Engines
    from regtui.tui.naming import Names

DEMO_CACHE = "cache"
"""Below the demo's own files, which are removed with it."""

MIRROR_SECONDS = 2.0
"""How long a survey waits for mirrors to say whether they speak TLS; one that is silent is no plain one."""


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
        if options.there is not None:
            options.there.bear_loss()
        first: list[Consulted] = []
        opened: list[Means] = []
        opening = threading.Lock()

        def means() -> Means:
            from regtui.commands.sessions import means_of

            with opening:
                if not opened:
                    opened.append(stack.enter_context(means_of(options)))
                return opened[0]

        sessions: list[LiveSession] = []

        def session() -> Session:
            from regtui.commands.live import consult
            from regtui.commands.sessions import session_with
            from regtui.registry.lane import load_rest

            consulted = consult(config, options, thorough=True)
            first.append(consulted)
            made = session_with(means(), consulted.config, place, options.there)
            made.cache = cache()
            sessions.append(made)
            load_rest()
            return made

        async def open_session() -> Session:
            # In a thread: a daemon that hangs is waited for, the network's libraries are loaded, the demo's world
            # comes up, and the screen answers keys meanwhile.
            return await asyncio.to_thread(session)

        async def survey() -> Survey:
            from regtui.commands.surveying import survey_host
            from regtui.host.lint.evidence import NOBODY_ASKED

            answers = NOBODY_ASKED
            with contextlib.suppress(TimeoutError):
                if sessions:
                    answers = await asyncio.wait_for(sessions[-1].ask_mirrors(), MIRROR_SECONDS)
            return await survey_host(options, root, _resolver(options), first.pop() if first else None, answers)

        async def survey_as(named: Options) -> Survey:
            from regtui.commands.surveying import survey_host

            return await survey_host(named, root, _resolver(named))

        def engines() -> Engines:
            from regtui.commands.other_engines import HostEngines

            return HostEngines(options, root, place, config, means, survey_as)

        def cache() -> Cache | None:
            """The user's own; the demo has one that goes with it. Another host's `localhost:5000` is another one."""
            from regtui.cache import Cache

            if not options.cache or options.host:
                return None
            return Cache(Path(root) / DEMO_CACHE) if options.demo else Cache.open()

        def names(keep: bool) -> Names:
            from regtui.commands.typed_names import TypedNames
            from regtui.history import History

            keep = keep and options.cache and not options.demo
            return TypedNames(config, History.of_user() if keep else None, cache)

        status = run_app(
            open_session,
            config,
            place,
            name=next(iter(options.words), ""),
            color=options.color,
            survey=survey,
            engines=engines,
            names=names,
        )
    complain(config, color=options.color)
    trouble = next((made.cache.trouble for made in sessions if made.cache is not None and made.cache.trouble), "")
    if trouble:
        sys.stderr.write(f"regtui: {printable(trouble, 1000)}\n")
    return status


def _resolver(options: Options) -> Resolver:
    if options.demo:
        from regtui.demo.host import demo_resolver

        return demo_resolver()
    from regtui.commands.network import make_resolver

    return make_resolver(options)
