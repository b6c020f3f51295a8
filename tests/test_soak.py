"""Browsing for a while, and leaving everything half done, leaves nothing behind; `tests.benchmarks.soak` is longer."""

from __future__ import annotations

import pytest

from tests.soak import cancel, counted, forty_good, soaking, use

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

SLACK = 200
"""Objects that a census may find more: a few more or fewer kept connections, each with some dozens."""


@pytest.mark.fault(12)
async def test_browsing_and_leaving_hold_on_to_nothing() -> None:
    async with soaking() as (session, net):
        await use(session, net, 60)
        first = await counted(session)
        await use(session, net, 60, seed=3)
        used = await counted(session)
        await cancel(session, net, 200)
        await use(session, net, 20)
        last = await counted(session)
    for census in (used, last):
        assert (census.places, census.threads) == (0, first.threads)
        # A kept connection has a socket on either side, and a task of the server that waits for the next request.
        assert census.sockets - 2 * census.connections == first.sockets - 2 * first.connections
        assert census.tasks - census.connections == first.tasks - first.connections
        assert census.objects <= first.objects + SLACK


async def test_forty_good_registries_do_not_wait_for_ten_dead_ones() -> None:
    met = await forty_good(dead=10)
    assert met.good == 40
    assert met.dead_before == 0
    assert met.most_connections <= 16
    assert met.left.places == 0
