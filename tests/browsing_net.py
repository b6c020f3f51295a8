"""A session on scripted registries: for tests of browsing, with counted requests and no pause that is waited for."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING

from regtui.browse.models import ListingEnded
from regtui.engines.base import Platform
from regtui.host.model import BUILT_IN, EngineName, HostConfig, InsecureEntry, Setting
from regtui.live import LiveSession, Means
from regtui.registry.dialers import RedirectingDialer, SystemDialer
from regtui.registry.resolvers import StaticResolver
from regtui.registry.tls import Trust
from regtui.registry.weburl import parse_url
from tests.hostile import AUTHORITY_PEM, LOOPBACK, PATIENT
from tests.registry_net import Net, reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from regtui.browse.models import CatalogPage, TagsPage
    from regtui.cache import Cache
    from tests.registry_net import Script

REG = "https://reg.example.com"
HOST = "reg.example.com"
HUB = "https://registry-1.docker.io"
OK = reply(200, "{}")


class Pauses:
    """Stands in for sleep, and notes how long it should have been."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def settings(option: str, *values: str) -> tuple[Setting, ...]:
    """Return settings of an option, written nowhere."""
    return tuple(Setting(option, value, BUILT_IN) for value in values)


def listed(key: str, names: Sequence[object] | None, link: str = "", **headers: str) -> bytes:
    """Return a page of a listing; `link` is where the next one is."""
    more = {"Link": f'<{link}>; rel="next"'} if link else {}
    return reply(200, json.dumps({key: names}), Content_Type="application/json", **more, **headers)


def repositories(*names: object, link: str = "") -> bytes:
    """Return a page of a catalog."""
    return listed("repositories", names, link)


def tag_page(*names: object, link: str = "") -> bytes:
    """Return a page of tags."""
    return listed("tags", names, link)


async def drained(parts: AsyncIterator[CatalogPage | TagsPage | ListingEnded]) -> Drained:
    """Take a listing to its end."""
    pages = []
    async for part in parts:
        if not isinstance(part, ListingEnded):
            pages.append(part)
            continue
        return Drained(tuple(pages), part)
    raise AssertionError("a listing has an end")


@dataclass(frozen=True)
class Drained:
    """A whole listing: its pages and its end."""

    pages: tuple[CatalogPage | TagsPage, ...]
    ended: ListingEnded

    @property
    def names(self) -> list[str]:
        """All names, in the order in which they came."""
        return [name for page in self.pages for name in page.names]

    @property
    def invalid(self) -> int:
        """All entries that were no names."""
        return sum(page.invalid for page in self.pages)


@contextlib.asynccontextmanager
async def browsing(
    scripts: Mapping[str, Script],
    *,
    registries: Sequence[str] = (HOST, "docker.io"),
    mirrors: Sequence[str] = (),
    insecure: Sequence[str] = (),
    addresses: Mapping[str, str] | None = None,
    trusted: tuple[str, ...] = (),
    cache: Cache | None = None,
) -> AsyncIterator[tuple[LiveSession, Net]]:
    """Yield a session on origins that answer as their scripts say, and what they were asked.

    `addresses`: what DNS says of a host. Secrets may be seen by `trusted` origins alone.
    """
    config = HostConfig(
        EngineName.RHEL_DOCKER,
        "test",
        registries=settings("add-registry", *registries),
        mirrors=settings("registry-mirrors", *mirrors),
        insecure=tuple(InsecureEntry(name, BUILT_IN) for name in insecure),
    )
    async with Net(scripts, trusted=trusted) as net:
        urls = [(url, net.served[origin].port) for origin in scripts if (url := parse_url(origin)) is not None]
        known = {url.host: (IPv4Address(f"198.51.100.{20 + number}"),) for number, (url, _) in enumerate(urls)}
        names = {**known, **{host: (ip_address(text),) for host, text in (addresses or {}).items()}}
        table = {(url.host, url.port): (LOOPBACK, port) for url, port in urls}
        means = Means(
            StaticResolver(names, server="198.51.100.253:53"),
            RedirectingDialer(SystemDialer(), table),
            Trust(system=False, authorities=(AUTHORITY_PEM,)),
            PATIENT,
        )
        session = LiveSession(config, means, place="test", platform=Platform())
        session.cache, session.pause = cache, Pauses()
        try:
            yield session, net
        finally:
            await session.aclose()
