"""The network that the options name: the resolver and the dialer, with `--resolve` and `--connect-to`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.options import UsageError
from regtui.registry.dialers import RedirectingDialer, SystemDialer, parse_connect_to
from regtui.registry.resolvers import CachedResolver, OverrideResolver, SystemResolver, parse_resolve
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.options import Options
    from regtui.registry.network import Dialer, Resolver


def make_resolver(options: Options) -> Resolver:
    """Return this or the other host's resolver under the table of `--resolve`, with a cache for the run."""
    there = options.there
    resolver: Resolver = CachedResolver(SystemResolver() if there is None else there.resolver())
    if options.resolve:
        try:
            table = dict(parse_resolve(text) for text in options.resolve)
        except ValueError as error:
            raise UsageError(f"--resolve: {printable(str(error))}") from error
        resolver = OverrideResolver(resolver, table)
    return resolver


def make_dialer(options: Options) -> Dialer:
    """Return this or the other host's dialer under the table of `--connect-to`."""
    dialer: Dialer = SystemDialer() if options.there is None else options.there.dialer
    if options.connect_to:
        try:
            table = dict(parse_connect_to(text) for text in options.connect_to)
        except ValueError as error:
            raise UsageError(f"--connect-to: {printable(str(error))}") from error
        dialer = RedirectingDialer(dialer, table)
    return dialer
