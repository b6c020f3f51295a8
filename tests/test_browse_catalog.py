"""Catalogs: who is asked how often, when a listing ends, and whether it says how complete it is."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from regtui.browse import catalog, place_of, places, seek, standing
from regtui.browse.models import CatalogPage, ListingEnded, Origin
from regtui.outcome import Outcome
from tests.browsing_net import HOST, HUB, OK, REG, browsing, drained, listed, repositories
from tests.registry_net import Heard, bearer, reply, token

if TYPE_CHECKING:
    from tests.browsing_net import Drained
    from tests.registry_net import Script

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

CATALOG = "/v2/_catalog"
FIRST = f"{CATALOG}?n=100"
LARGE = f"{CATALOG}?n=1000"
HUNDRED = [f"a{number:03}" for number in range(100)]


async def whole(script: Script, *, prefix: str = "", path: str = REG) -> tuple[Drained, list[str]]:
    """List the catalog of one registry, and return it with the paths that were asked."""
    async with browsing({path: {"/v2/": OK, **script}}) as (session, net):
        done = await drained(catalog(session, place_of(session, HOST), prefix=prefix))
        return done, [heard.target for heard in net.heard]


async def test_the_first_rows_come_after_two_requests() -> None:
    async with browsing({REG: {"/v2/": OK, FIRST: repositories(*HUNDRED, link=f"{CATALOG}?last=a099&n=100")}}) as (
        session,
        net,
    ):
        async with aclosing(catalog(session, place_of(session, HOST))) as parts:
            first = await anext(parts)
        assert isinstance(first, CatalogPage)
        assert first.names == tuple(HUNDRED)
        assert [heard.target for heard in net.heard] == ["/v2/", FIRST]


async def test_after_a_full_small_page_large_ones_are_asked_for_from_the_start() -> None:
    more = [f"b{number:03}" for number in range(900)]
    script = {
        FIRST: repositories(*HUNDRED, link=f"{CATALOG}?last=a099&n=100"),
        LARGE: repositories(*HUNDRED, *more, link=f"{CATALOG}?last=b899&n=1000"),
        f"{CATALOG}?last=b899&n=1000": repositories("c1"),
    }
    done, asked = await whole(script)
    assert done.names == [*HUNDRED, *more, "c1"]
    assert [page.total_so_far for page in done.pages] == [100, 1000, 1001]
    assert done.ended == ListingEnded(True)
    assert asked == ["/v2/", FIRST, LARGE, f"{CATALOG}?last=b899&n=1000"]


async def test_a_registry_with_pages_of_its_own_has_its_links_followed() -> None:
    script = {
        FIRST: repositories("a", "b", link=f"{CATALOG}?next_page=opaque%2Btoken"),
        f"{CATALOG}?next_page=opaque%2Btoken": repositories("c"),
    }
    done, asked = await whole(script)
    assert done.names == ["a", "b", "c"]
    assert asked[2:] == [f"{CATALOG}?next_page=opaque%2Btoken"]


async def test_a_refused_large_page_leaves_the_small_ones() -> None:
    refused = reply(400, json.dumps({"errors": [{"code": "PAGINATION_NUMBER_INVALID"}]}))
    onward = f"{CATALOG}?last=a099&n=100"
    script = {FIRST: repositories(*HUNDRED, link=onward), LARGE: refused, onward: repositories("b")}
    done, asked = await whole(script)
    assert done.names == [*HUNDRED, "b"]
    assert done.ended.complete
    assert asked == ["/v2/", FIRST, LARGE, onward]


async def test_a_refused_small_page_is_asked_for_without_a_size() -> None:
    refused = reply(400, json.dumps({"errors": [{"code": "PAGINATION_NUMBER_INVALID"}]}))
    done, asked = await whole({FIRST: refused, CATALOG: repositories("a")})
    assert done.names == ["a"]
    assert asked == ["/v2/", FIRST, CATALOG]


LOOPS = {
    "the same page": {FIRST: repositories("a", link=FIRST)},
    "from a to b to a": {
        FIRST: repositories("a", link=f"{CATALOG}?x=b"),
        f"{CATALOG}?x=b": repositories("b", link=FIRST),
    },
    "no new names": {
        FIRST: repositories("a", link=f"{CATALOG}?x=1"),
        **{f"{CATALOG}?x={n}": repositories("a", link=f"{CATALOG}?x={n + 1}") for n in range(1, 9)},
    },
    "empty pages": {
        FIRST: repositories("a", link=f"{CATALOG}?x=1"),
        **{f"{CATALOG}?x={n}": repositories(link=f"{CATALOG}?x={n + 1}") for n in range(1, 9)},
    },
}


@pytest.mark.fault(38)
@pytest.mark.parametrize("script", LOOPS.values(), ids=LOOPS)
async def test_a_listing_that_goes_round_in_circles_ends_with_a_reason(script: Script) -> None:
    done, asked = await whole(script)
    assert done.names[0] == "a"
    assert not done.ended.complete
    assert done.ended.reason
    assert len(asked) <= 4


FOREIGN = [
    "https://evil.example/v2/_catalog?last=a",
    "//evil.example/v2/_catalog",
    "https://reg.example.com:444/v2/_catalog",
    "https://user:secret@reg.example.com/v2/_catalog?last=a",
    "/v2/other/tags/list",
    "https://reg.example.com/v2/../secret",
]


@pytest.mark.parametrize("link", FOREIGN)
async def test_a_link_to_elsewhere_is_not_followed(link: str) -> None:
    done, asked = await whole({FIRST: repositories("a", link=link)})
    assert done.names == ["a"]
    assert not done.ended.complete
    assert "link to the next page" in done.ended.reason
    assert len(asked) == 2


FOLLOWED = [
    "https://reg.example.com/v2/_catalog?last=a",
    "http://reg.example.com/v2/_catalog?last=a",
    "/v2/_catalog?last=a",
    "?last=a",
]


@pytest.mark.parametrize("link", FOLLOWED)
async def test_a_link_to_the_same_listing_is_followed_over_the_same_scheme(link: str) -> None:
    done, asked = await whole({FIRST: repositories("a", link=link), f"{CATALOG}?last=a": repositories("b")})
    assert (done.names, done.ended.complete) == (["a", "b"], True)
    assert asked == ["/v2/", FIRST, f"{CATALOG}?last=a"]


@pytest.mark.fault(42)
async def test_names_without_the_grammar_are_counted_and_shown_and_lose_nothing() -> None:
    odd = ["..", "../../x", "%2e", "Upper", "x" * 300, "a\nb", "a\x1b[2J", None, 5]
    done, _ = await whole({FIRST: repositories("good/one", *odd, "good/two")})
    assert done.names == ["good/one", "good/two"]
    assert done.invalid == len(odd)
    assert done.pages[0].examples == ("..", "../../x", "%2e")


@pytest.mark.parametrize(
    ("count", "width", "fewest", "reason"),
    [(150_000, 60, 120_000, "larger than 8 MiB"), (800_000, 7, 199_000, "more than 200,000 entries")],
    ids=["bytes", "entries"],
)
async def test_a_page_beyond_a_bound_shows_what_came(count: int, width: int, fewest: int, reason: str) -> None:
    names = [f"n{number:0{width}}" for number in range(count)]
    done, _ = await whole({FIRST: repositories(*names)})
    assert len(done.names) > fewest
    assert done.names == names[: len(done.names)]
    assert not done.ended.complete
    assert reason in done.ended.reason


async def test_a_page_beyond_the_bound_in_which_no_name_ends_is_called_too_large() -> None:
    done, _ = await whole({FIRST: repositories("a" * 9_000_000)})
    assert (done.names, done.ended.complete) == ([], False)
    assert "a page larger than 8 MiB, the start of which is no list of repositories" in done.ended.reason


REFUSALS = [
    (reply(401, "{}"), Outcome.UNAUTHORIZED),
    (reply(403, json.dumps({"errors": [{"code": "DENIED", "message": "not \x1b[31mfor you"}]})), Outcome.DENIED),
    (reply(404, "404 page not found"), Outcome.NOT_FOUND),
    (reply(405, json.dumps({"errors": [{"code": "UNSUPPORTED"}]})), Outcome.NOT_FOUND),
    (reply(501), Outcome.NOT_FOUND),
]


@pytest.mark.fault(41)
@pytest.mark.parametrize(("answer", "outcome"), REFUSALS, ids=["401", "403", "404", "405", "501"])
async def test_a_registry_without_a_catalog_is_told_in_a_sentence_with_what_works(
    answer: bytes, outcome: Outcome
) -> None:
    done, asked = await whole({CATALOG: answer})
    assert done.names == []
    assert done.ended.outcome is outcome
    assert done.ended.reason.startswith("reg.example.com offers no catalog")
    assert "type a repository name" in done.ended.reason
    assert "\x1b" not in done.ended.reason
    assert len(asked) == 2


async def test_an_empty_catalog_is_complete() -> None:
    done, _ = await whole({CATALOG: repositories()})
    assert (done.names, done.ended) == ([], ListingEnded(True))


async def test_docker_hub_is_asked_once_with_a_token_and_says_what_works() -> None:
    refused = bearer("https://auth.docker.io/token", scope="registry:catalog:*", error="insufficient_scope")
    hub: Script = {"/v2/": bearer("https://auth.docker.io/token"), CATALOG: refused}
    async with browsing({HUB: hub, "https://auth.docker.io": {"/token": token()}}) as (session, net):
        done = await drained(catalog(session, place_of(session, "docker.io")))
        assert done.ended.reason.startswith("Docker Hub offers no catalog: type a repository")
        assert [f"{heard.method} {heard.target.partition('?')[0]}" for heard in net.heard] == [
            "GET /v2/",
            "GET /token",
            "GET /v2/_catalog",
        ]


@pytest.mark.parametrize(
    ("host", "service", "words"),
    [
        ("ghcr.io", "ghcr.io", "OWNER/NAME"),
        ("registry.gitlab.com", "container_registry", "GROUP/PROJECT"),
        (HOST, "harbor-registry", "to administrators alone, as Harbor does"),
    ],
)
async def test_known_registries_without_a_catalog_are_explained(host: str, service: str, words: str) -> None:
    script: Script = {"/v2/": bearer(f"https://{host}/token", service), "/token": token(), CATALOG: reply(403, "{}")}
    async with browsing({f"https://{host}": script}) as (session, _):
        done = await drained(catalog(session, place_of(session, host)))
        assert words in done.ended.reason
        assert not done.ended.complete


async def test_a_registry_that_wants_a_password_says_so() -> None:
    script: Script = {"/v2/": reply(401, "{}", WWW_Authenticate='Basic realm="x"')}
    async with browsing({REG: script}) as (session, net):
        done = await drained(catalog(session, place_of(session, HOST)))
        assert "asks for a user name and a password" in done.ended.reason
        assert f"docker login {HOST}" in done.ended.reason
        assert len(net.heard) == 1


async def test_what_is_no_registry_is_named_with_what_it_sent() -> None:
    done, _ = await whole({"/v2/": reply(200, "<html>"), CATALOG: reply(200, "<html>", Content_Type="text/html")})
    assert done.ended.reason.startswith("reg.example.com answered with text/html that is no list of repositories")
    assert done.ended.outcome is Outcome.INVALID


async def test_an_error_in_the_middle_leaves_what_came() -> None:
    script = {FIRST: repositories("a", link=f"{CATALOG}?x=1"), f"{CATALOG}?x=1": reply(500, "{}")}
    done, _ = await whole(script)
    assert done.names == ["a"]
    assert (done.ended.complete, done.ended.outcome) == (False, Outcome.SERVER_ERROR)


async def test_a_busy_registry_is_asked_three_times_and_a_long_wait_is_left_to_the_person() -> None:
    done, asked = await whole({CATALOG: reply(429, "{}")})
    assert asked == ["/v2/", *[FIRST] * 3]
    assert done.ended.outcome is Outcome.RATE_LIMITED
    done, asked = await whole({CATALOG: reply(429, '{"message": "slow down"}', Retry_After="5400")})
    assert asked == ["/v2/", FIRST]
    assert done.ended.retry_after == 5400
    assert done.ended.reason.endswith("slow down; again in 90 min")


async def test_leaving_a_catalog_stops_the_asking() -> None:
    arrived, gone = asyncio.Event(), asyncio.Event()

    async def slow(_: Heard) -> bytes:
        arrived.set()
        await gone.wait()
        return repositories("b")

    script: Script = {"/v2/": OK, FIRST: repositories("a", link=f"{CATALOG}?x=1"), f"{CATALOG}?x=1": slow}
    async with browsing({REG: script}) as (session, net):

        async def follow() -> None:
            async for _ in catalog(session, place_of(session, HOST)):
                pass

        task = asyncio.create_task(follow())
        await arrived.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        gone.set()
        done = await drained(catalog(session, place_of(session, HOST)))
        assert done.names == ["a", "b"]  # the session is as good as before
        assert len(net.heard) == 5


SORTED = [f"team-{letter}/app-{number}" for letter in "abcdefgh" for number in range(10)]


def seeking(names: list[str]) -> Script:
    """A registry that lists from `last` on, in pages of ten."""

    def answer(heard: Heard) -> bytes:
        query = dict(pair.split("=") for pair in heard.target.partition("?")[2].split("&"))
        rest = [name for name in names if name > query.get("last", "").replace("%2F", "/")]
        link = f"{CATALOG}?last={rest[9].replace('/', '%2F')}&n=10" if len(rest) > 10 else ""
        return repositories(*rest[:10], link=link)

    return {CATALOG: answer}


async def test_a_prefix_is_sought_where_the_registry_lists_from_a_name_on() -> None:
    done, asked = await whole(seeking(SORTED), prefix="team-f/")
    assert done.names == [f"team-f/app-{number}" for number in range(10)]
    assert {page.source for page in done.pages} == {Origin.SEEK}
    assert done.ended == ListingEnded(True)
    assert asked[1] == f"{CATALOG}?last=team-f&n=100"
    assert len(asked) <= 4


async def test_a_prefix_that_nobody_has_is_known_to_be_missing_after_one_page() -> None:
    done, asked = await whole(seeking(SORTED), prefix="team-cx")
    assert (done.names, done.ended.complete) == ([], True)
    assert len(asked) == 2


async def test_a_registry_that_ignores_last_is_read_to_its_end() -> None:
    page = repositories("alpha/x", "team/one", "zeta")
    done, asked = await whole({CATALOG: page}, prefix="team")
    assert done.names == ["team/one"]
    assert {page.source for page in done.pages} == {Origin.SCAN}
    assert isinstance(done.pages[0], CatalogPage)
    assert done.pages[0].scanned == 3
    assert done.ended.complete
    assert asked == ["/v2/", f"{CATALOG}?last=tealzzz&n=100", FIRST]


async def test_a_seek_beside_a_scan_says_when_it_cannot_be() -> None:
    async with browsing({REG: {"/v2/": OK, CATALOG: repositories("alpha", "team")}}) as (session, net):
        place = place_of(session, HOST)
        assert (await drained(seek(session, place, "team"))).ended.complete is False
        asked = len(net.heard)
        done = await drained(seek(session, place, "zeta"))
        assert (done.pages, done.ended.complete) == ((), False)
        assert len(net.heard) == asked  # known by now: no request


async def test_a_mirror_is_labelled_and_asked_without_a_login() -> None:
    mirror = "https://cache.example.com"
    script: Script = {"/v2/": bearer("https://cache.example.com/token"), "/token": token(), CATALOG: repositories("x")}
    async with browsing({mirror: script}, mirrors=[mirror]) as (session, net):
        hub, cache = places(session)[1:]
        assert (hub.mirror, cache.mirror) == (False, True)
        assert cache.note == "cached names only"
        assert (await drained(catalog(session, cache))).names == ["x"]
        assert "account" not in net.heard[1].target
        known = standing(session, cache)
        assert known is not None
        assert known.login == "asked without a login: none is sent to a mirror"


@pytest.mark.parametrize("page", [listed("repositories", None), listed("repositories", [])])
async def test_a_list_that_is_null_is_an_empty_one(page: bytes) -> None:
    done, _ = await whole({CATALOG: page})
    assert (done.names, done.ended.complete) == ([], True)
