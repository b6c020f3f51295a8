"""Cases 36 to 42: tags, catalogs, links and page sizes of registries that mean harm or know no better."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from regtui.browse import place_of, tags
from regtui.browse.models import ListingEnded, TagsPage
from regtui.registry.browsing import NoCatalog
from regtui.registry.client import ANONYMOUS
from regtui.registry.errors import NameRefused
from regtui.registry.pagination import Stop
from tests.faults.bench import BAD, BAD_URL, DIGEST, NAME, PING, Bench
from tests.registry_net import BY_PASSWORD, Heard, Net, NoPause, bearer, browser, reply, target, token

if TYPE_CHECKING:
    from pathlib import Path

    from tests.registry_net import Script

REG = "https://reg.example.com"
TAGS = f"/v2/{NAME}/tags/list"
CATALOG = "/v2/_catalog"


def listed(*names: object, link: str = "", key: str = "tags") -> bytes:
    links = {"Link": f'<{link}>; rel="next"'} if link else {}
    return reply(200, json.dumps({key: names}), **links)


ODD_TAGS: list[tuple[object, bool]] = [
    ("latest", True),
    ("v1.0_a-b", True),
    ("a" * 128, True),
    ("a" * 129, False),
    ("sha256:" + "0" * 64, False),
    ("a/b", False),
    ("../../x", False),
    ("a b", False),
    ("a\n", False),
    ("\x1b[2J", False),
    ("🐳", False),
    ("%2e%2e", False),
    ("", False),
    (None, False),
    (7, False),
    (["a"], False),
    ({"name": "a"}, False),
    ("\ud800", False),
]


@pytest.mark.fault(36)
async def test_odd_tags_are_counted_and_the_list_is_not_lost() -> None:
    names = [name for name, _ in ODD_TAGS]
    good = [name for name, is_good in ODD_TAGS if is_good]
    script = {"/v2/": PING, TAGS: listed(*names, *good)}
    async with Net({REG: script}) as net, net.client() as client:
        pages = [page async for page in browser(client, REG).tags(NAME)]
        assert [list(page.names) for page in pages] == [good]
        assert pages[0].invalid == len(names) - len(good)


@pytest.mark.fault(36)
@pytest.mark.parametrize("body", ['{"tags":null}', '{"name":"a"}', '{"tags":[]}', "{}"])
async def test_no_tags_are_an_empty_list(body: str) -> None:
    async with Net({REG: {"/v2/": PING, TAGS: reply(200, body)}}) as net, net.client() as client:
        pages = [page async for page in browser(client, REG).tags(NAME)]
        assert [(page.names, page.invalid, page.onward) for page in pages] == [((), 0, Stop())]
        assert len(net.heard) == 2


@pytest.mark.fault(37)
async def test_a_page_beyond_the_limit_gives_what_came_and_says_so() -> None:
    """A hundred thousand tags of a hundred characters are 10 MiB; the first eight are read."""
    page = b'{"tags":[' + b",".join(b'"%0100d"' % number for number in range(100_000)) + b"]}"
    async with Net({REG: {"/v2/": PING, TAGS: reply(200, page)}}) as net, net.client() as client:
        pages = [page async for page in browser(client, REG).tags(NAME)]
        assert len(pages[0].names) > 80_000
        end = pages[-1].onward
        assert isinstance(end, Stop)
        assert end.reason == f"the first {len(pages[0].names)} names are shown: the page is larger than 8 MiB"
        assert len(net.heard) == 2


LOOPS = {
    "the same URL": {f"{TAGS}?n=1000": listed("a", link=f"{TAGS}?n=1000")},
    "there and back": {
        f"{TAGS}?n=1000": listed("a", link=f"{TAGS}?last=a"),
        f"{TAGS}?last=a": listed("b", link=f"{TAGS}?n=1000"),
    },
    "the first page again": {TAGS: lambda heard: listed("a", "b", link=f"{TAGS}?last={len(heard.target)}x")},
}


@pytest.mark.fault(38)
@pytest.mark.parametrize("script", LOOPS.values(), ids=LOOPS)
async def test_a_loop_of_links_ends_and_says_so(script: Script) -> None:
    async with Net({REG: {"/v2/": PING, **script}}) as net, net.client() as client:
        pages = [page async for page in browser(client, REG).tags(NAME)]
        end = pages[-1].onward
        assert isinstance(end, Stop)
        assert end.reason
        assert len(net.heard) <= 5


@pytest.mark.fault(38)
@pytest.mark.parametrize("names", [(), ("a",)], ids=["empty", "nothing new"])
async def test_a_query_that_grows_for_ever_ends(names: tuple[str, ...]) -> None:
    def grow(heard: Heard) -> bytes:
        return listed(*names, link=f"{heard.target}&x=1")

    async with Net({REG: {"/v2/": PING, TAGS: grow}}) as net, net.client() as client:
        pages = [page async for page in browser(client, REG).tags(NAME)]
        end = pages[-1].onward
        assert isinstance(end, Stop)
        assert end.reason == "the registry's pages bring no new names"
        assert len(net.heard) <= 5


LINKS = [
    f"https://other.example{TAGS}?n=1",
    f"{REG}:8443{TAGS}?n=1",
    f"//other.example{TAGS}?n=1",
    f"https://u:p@reg.example.com{TAGS}?n=1",
    "http://169.254.169.254/latest/meta-data",
    "file:///etc/passwd",
    "javascript:x",
    f"{REG}\\@other.example{TAGS}",
    "/v2/other/repo/tags/list?n=1",
    f"{TAGS}/../../../../token?n=1",
    "x" * 9000,
]


@pytest.mark.fault(39)
@pytest.mark.parametrize("link", LINKS)
async def test_a_link_that_leads_astray_is_not_followed(link: str) -> None:
    script: Script = {"/v2/": bearer(f"{REG}/token"), "/token": token(), TAGS: listed("a", link=link)}
    async with Net({REG: script}, trusted=(REG,)) as net, net.client() as client:
        pages = [page async for page in browser(client, REG, BY_PASSWORD).tags(NAME)]
        assert [page.names for page in pages] == [("a",)]
        end = pages[-1].onward
        assert isinstance(end, Stop)
        assert end.reason
        assert end.reason.isprintable()
        assert net.log[-1] == f"GET {REG}{TAGS}?n=1000 Bearer"


@pytest.mark.fault(39)
@pytest.mark.parametrize(
    "link", [f"http://reg.example.com{TAGS}?last=a", "?last=a", "list?last=a", f"{REG}{TAGS}?last=a"]
)
async def test_a_link_to_the_same_place_keeps_the_scheme(link: str) -> None:
    script: Script = {"/v2/": PING, f"{TAGS}?n=1000": listed("a", link=link), f"{TAGS}?last=a": listed("b")}
    async with Net({REG: script}) as net, net.client() as client:
        names = [name async for page in browser(client, REG).tags(NAME) for name in page.names]
        assert names == ["a", "b"]
        assert net.log[-1] == f"GET {REG}{TAGS}?last=a"


@pytest.mark.fault(40)
@pytest.mark.parametrize(
    "refusal", ['{"errors":[{"code":"PAGINATION_NUMBER_INVALID"}]}', "Invalid parameter at 'maxResults'"]
)
async def test_a_page_size_that_is_refused_is_left_out_once(refusal: str) -> None:
    def sized(heard: Heard) -> bytes:
        return reply(400, refusal) if "n=" in heard.target else listed("a")

    async with Net({REG: {"/v2/": PING, TAGS: sized}}) as net, net.client() as client:
        assert [name async for page in browser(client, REG).tags(NAME) for name in page.names] == ["a"]
        assert [one.target for one in net.heard] == ["/v2/", f"{TAGS}?n=1000", TAGS]


@pytest.mark.fault(41)
async def test_an_empty_catalog_is_one() -> None:
    async with Net({REG: {"/v2/": PING, CATALOG: listed(key="repositories")}}) as net, net.client() as client:
        assert [page.names async for page in browser(client, REG).catalog()] == [()]
        assert len(net.heard) == 2


@pytest.mark.fault(41)
@pytest.mark.parametrize("status", [401, 403, 404, 405, 501])
async def test_a_catalog_that_is_not_offered_is_no_fault(status: int) -> None:
    async with Net({REG: {"/v2/": PING, CATALOG: reply(status, "<html>")}}) as net, net.client() as client:
        with pytest.raises(NoCatalog, match="offers no catalog"):
            _ = [page async for page in browser(client, REG).catalog()]
        assert len(net.heard) == 2


ODD_REPOSITORIES = [
    "..",
    "../../x",
    "a/../b",
    "%2e%2e",
    "Upper/case",
    "a" * 300,
    "a\n",
    "/a",
    "a//b",
    "",
    "a?n=1",
    "a#b",
]


@pytest.mark.fault(42)
async def test_a_repository_outside_the_grammar_is_listed_as_invalid() -> None:
    script = {"/v2/": PING, CATALOG: listed("good/one", *ODD_REPOSITORIES, key="repositories")}
    async with Net({REG: script}) as net, net.client() as client:
        pages = [page async for page in browser(client, REG).catalog()]
        assert [(page.names, page.invalid) for page in pages] == [(("good/one",), len(ODD_REPOSITORIES))]
        for name in ODD_REPOSITORIES:
            with pytest.raises(NameRefused):
                await client.tags_page(target(REG), name, ANONYMOUS)
            with pytest.raises(NameRefused):
                await client.referrers(target(REG), name, DIGEST, ANONYMOUS)
        assert len(net.heard) == 2


@pytest.mark.fault(7)
async def test_a_page_that_breaks_off_is_never_taken_for_the_whole(tmp_path: Path) -> None:
    """The first page came; in the middle of the second the connection is gone, however often it is tried."""
    page = listed("b", "c")
    cut = page[: page.index(b'"c"')]

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            target = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
            second = "last=a" in target
            writer.write(cut if second else PING if target == "/v2/" else listed("a", link=f"{TAGS}?last=a"))
            await writer.drain()
            if second:
                return

    async with Bench(tmp_path, {BAD_URL: handler}) as bench:
        bench.configure()
        with bench.session() as session:
            session.pause = NoPause()
            parts = [part async for part in tags(session, place_of(session, BAD), NAME)]
            await session.aclose()
    assert [part.names for part in parts if isinstance(part, TagsPage)] == [("a",)]
    end = parts[-1]
    assert isinstance(end, ListingEnded)
    assert (end.complete, "in the middle of its answer" in end.reason) == (False, True)


@pytest.mark.fault(12)
async def test_two_hundred_repositories_that_are_scrolled_past_leave_nothing_behind() -> None:
    """Each list of tags is asked for and given up at once, as a person does who holds a key down."""

    async def slow(heard: Heard) -> bytes:
        await asyncio.sleep(0)
        return listed("a")

    names = [f"team/app{number}" for number in range(200)]
    script: Script = {"/v2/": bearer(f"{REG}/token"), "/token": token(), TAGS: listed("a")}
    script = {**script, **{f"/v2/{name}/tags/list": slow for name in names}}

    async with Net({REG: script}) as net, net.client() as client:
        reading = browser(client, REG)

        async def read(name: str) -> None:
            _ = [page async for page in reading.tags(name)]

        for turns, name in enumerate(names):
            task = asyncio.create_task(read(name))
            for _ in range(turns % 7):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert client._transport._busy == 0
        assert [page.names async for page in reading.tags(NAME)] == [("a",)]
        assert client._transport._busy == 0
        assert len(asyncio.all_tasks()) < 40
