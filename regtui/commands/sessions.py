"""The session that a command works with: the host's own, or the demo's."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from regtui.commands.live import look_at_host
from regtui.commands.network import make_dialer, make_resolver
from regtui.live import LiveSession, Means, host_platform
from regtui.registry.limits import Limits
from regtui.registry.tls import Trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.model import HostConfig
    from regtui.options import Options, OtherHost


@contextmanager
def open_session(options: Options) -> Iterator[LiveSession]:
    """Yield the session that the options name, its configuration read from the host or the demo."""
    with ExitStack() as stack:
        consulted, place = look_at_host(options, stack)
        daemon = consulted.daemon
        session = stack.enter_context(session_of(options, consulted.config, place))
        if daemon is not None and not daemon.images_trouble:
            from regtui.daemon import LocalImages

            session.images = LocalImages(daemon.images)
        yield session


@contextmanager
def session_of(options: Options, config: HostConfig, place: str) -> Iterator[LiveSession]:
    """Yield a session for a configuration; the demo's world lives as long as its session."""
    with means_of(options) as means:
        session = session_with(means, config, place, options.there)
        session.platform = options.platform or session.platform
        yield session


def session_with(means: Means, config: HostConfig, place: str, there: OtherHost | None = None) -> LiveSession:
    """Return a session that reaches the network with the given means, for this host or another one."""
    if there is not None:
        from regtui.commands.far_stored import far_caches, far_store

        platform = host_platform(there.machine)
        caches = partial(far_caches, there)
        return LiveSession(config, means, place=place, platform=platform, store=far_store(there, config), caches=caches)
    return LiveSession(config, means, place=place, docker_config=os.environ.get("DOCKER_CONFIG", ""))


@contextmanager
def means_of(options: Options) -> Iterator[Means]:
    """Yield what the options say about the network; several sessions may share it."""
    limits = Limits() if options.timeout is None else Limits().within(options.timeout)
    if options.demo:
        from regtui.demo.host import demo_world

        with demo_world() as world:
            trust = Trust(system=False, authorities=(world.authorities.encode(),))
            yield Means(world.resolver, world.dialer, trust, limits, options.allowed_realms)
        return
    yield Means(make_resolver(options), make_dialer(options), Trust(), limits, options.allowed_realms)
