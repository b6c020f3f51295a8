"""Tags: hostile lists lose nothing and put nothing into a URL; searches and caches say what they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from regtui.browse import can_search, catalog, forget, place_of, search, tags
from regtui.browse.models import ListingEnded, Origin
from regtui.cache import Cache
from regtui.outcome import Outcome
from tests.browsing_net import HOST, HUB, OK, REG, browsing, drained, listed, repositories, tag_page
from tests.registry_net import Heard, bearer, reply

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browsing_net import Drained
    from tests.registry_net import Script

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

TAGS = "/v2/team/app/tags/list"
HUB_SEARCH = "https://hub.docker.com"
QUAY = "https://quay.io"


async def whole(script: Script, repository: str = "team/app") -> tuple[Drained, list[str]]:
    async with browsing({REG: {"/v2/": OK, **script}}) as (session, net):
        done = await drained(tags(session, place_of(session, HOST), repository))
        return done, [heard.target for heard in net.heard]


async def test_the_first_tags_come_after_two_requests() -> None:
    done, asked = await whole({TAGS: tag_page("1.0", "latest")})
    assert (done.names, done.ended) == (["1.0", "latest"], ListingEnded(True))
    assert asked == ["/v2/", f"{TAGS}?n=100"]


ODD: list[tuple[bytes, list[str], int]] = [
    (listed("tags", None), [], 0),
    (reply(200, '{"name": "team/app"}'), [], 0),
    (tag_page("ok", None, 5, ["x"], {}), ["ok"], 4),
    (tag_page("ok", "ok"), ["ok"], 0),
    (tag_page("ok", "sha256:" + "a" * 64), ["ok"], 1),
    (tag_page("x" * 128, "x" * 129), ["x" * 128], 1),
    (tag_page("ok", "a/b", "a b", "a\nb", "a\x1b[31m", "\U0001f600", "-x", ".x", ""), ["ok"], 8),
]


@pytest.mark.fault(36)
@pytest.mark.parametrize(("page", "names", "invalid"), ODD)
async def test_entries_that_are_no_tags_are_counted_and_the_others_kept(
    page: bytes, names: list[str], invalid: int
) -> None:
    done, _ = await whole({TAGS: page})
    assert (done.names, done.invalid, done.ended.complete) == (names, invalid, True)
    assert all("\x1b" not in text and "\n" not in text for page_ in done.pages for text in page_.examples)


@pytest.mark.parametrize("repository", ["..", "../x", "a//b", "A", "a b", "", "x" * 300, "a?n=1", "a#b"])
async def test_a_name_without_the_grammar_is_never_put_into_a_url(repository: str) -> None:
    done, asked = await whole({TAGS: tag_page("1")}, repository)
    assert asked == []
    assert done.ended.outcome is Outcome.INVALID


async def test_a_hundred_thousand_tags_come_in_pages() -> None:
    names = [f"t{number:06}" for number in range(100_000)]

    def answer(heard: Heard) -> bytes:
        query = dict(pair.split("=") for pair in heard.target.partition("?")[2].split("&"))
        start = int(query["last"][1:]) + 1 if "last" in query else 0
        page = names[start : start + int(query["n"])]
        more = f"{TAGS}?last={page[-1]}&n={query['n']}" if page[-1] != names[-1] else ""
        return tag_page(*page, link=more)

    done, asked = await whole({TAGS: answer})
    assert done.names == names
    assert done.pages[-1].total_so_far == 100_000
    assert len(asked) == 1 + 1 + 100  # the ping, the small page, and the large ones


async def test_a_repository_that_is_not_there_is_told_with_the_registrys_words() -> None:
    errors = {"errors": [{"code": "NAME_UNKNOWN", "message": "repository name not known to registry"}]}
    done, _ = await whole({TAGS: reply(404, json.dumps(errors))})
    assert done.ended.outcome is Outcome.NOT_FOUND
    assert "repository name not known to registry" in done.ended.reason


@pytest.mark.parametrize(("host", "status"), [("quay.io", 401), ("ghcr.io", 403), ("docker.io", 401)])
async def test_an_answer_that_may_mean_two_things_is_said_to(host: str, status: int) -> None:
    origin = HUB if host == "docker.io" else f"https://{host}"
    async with browsing({origin: {"/v2/": OK, TAGS: reply(status, "{}")}}) as (session, _):
        done = await drained(tags(session, place_of(session, host), "team/app"))
        assert f"{host}: it answers so for a private repository and for one that does not exist" in done.ended.reason


async def test_a_token_service_that_refuses_is_explained() -> None:
    script: Script = {"/v2/": bearer(f"{REG}/token"), "/token": reply(403, '{"details": "access denied"}')}
    async with browsing({REG: script}) as (session, net):
        done = await drained(tags(session, place_of(session, HOST), "team/app"))
        assert done.ended.outcome is Outcome.DENIED
        assert "access denied" in done.ended.reason
        assert len(net.heard) == 2


def cached(tmp_path: Path, now: list[float]) -> Cache:
    return Cache(tmp_path / "cache", clock=lambda: now[0])


async def test_a_listing_is_kept_and_shown_with_its_age_until_it_is_asked_for_anew(tmp_path: Path) -> None:
    now = [1_000_000.0]
    cache = cached(tmp_path, now)
    pages = iter([tag_page("1.0"), tag_page("1.0", "2.0"), tag_page("3.0")])
    script: Script = {"/v2/": OK, TAGS: lambda _: next(pages)}
    async with browsing({REG: script}, cache=cache) as (session, net):
        place = place_of(session, HOST)
        assert (await drained(tags(session, place, "team/app"))).names == ["1.0"]
        now[0] += 300
        kept = await drained(tags(session, place, "team/app"))
        assert kept.names == ["1.0"]
        assert (kept.pages[0].source, kept.pages[0].age) == (Origin.CACHE, 300)
        assert kept.ended == ListingEnded(True, "as it was 5 min ago")
        assert len(net.heard) == 2
        fresh = await drained(tags(session, place, "team/app", fresh=True))
        assert (fresh.names, fresh.pages[0].source) == (["1.0", "2.0"], Origin.SCAN)
        now[0] += 3601
        assert (await drained(tags(session, place, "team/app"))).names == ["3.0"]


async def test_an_incomplete_listing_is_not_kept(tmp_path: Path) -> None:
    cache = cached(tmp_path, [1.0])
    script: Script = {"/v2/": OK, TAGS: tag_page("1.0", link=f"{TAGS}?n=100")}
    async with browsing({REG: script}, cache=cache) as (session, net):
        for _ in range(2):
            done = await drained(tags(session, place_of(session, HOST), "team/app"))
            assert (done.names, done.ended.complete) == (["1.0"], False)
        assert len(net.heard) == 3


@pytest.mark.fault(69)
async def test_a_kept_listing_that_was_tampered_with_is_dropped_and_asked_for_again(tmp_path: Path) -> None:
    cache = cached(tmp_path, [1.0])
    script: Script = {"/v2/": OK, TAGS: tag_page("1.0", "2.0")}
    async with browsing({REG: script}, cache=cache) as (session, net):
        place = place_of(session, HOST)
        await drained(tags(session, place, "team/app"))
        (file,) = [path for path in (tmp_path / "cache").rglob("*") if path.parent.name == "lists"]
        file.write_bytes(file.read_bytes().replace(b"2.0", b"\x1b[2"))
        for _ in range(2):
            done = await drained(tags(session, place, "team/app"))
            assert (done.names, done.ended.complete) == (["1.0", "2.0"], True)
        assert len(net.heard) == 3  # the second time from the cache again


@pytest.mark.fault(69)
async def test_a_kept_listing_that_is_damaged_behind_what_was_shown_says_so(tmp_path: Path) -> None:
    cache = cached(tmp_path, [1.0])
    many = [f"{number:0100}" for number in range(3000)]
    script: Script = {"/v2/": OK, TAGS: tag_page(*many, "2.0")}
    async with browsing({REG: script}, cache=cache) as (session, _):
        place = place_of(session, HOST)
        await drained(tags(session, place, "team/app"))
        (file,) = [path for path in (tmp_path / "cache").rglob("*") if path.parent.name == "lists"]
        file.write_bytes(file.read_bytes().replace(b"2.0", b"\x1b[2"))
        done = await drained(tags(session, place, "team/app"))
        assert (0 < len(done.names) < len(many), done.ended.complete) == (True, False)
        assert "dropped" in done.ended.reason
        assert (await drained(tags(session, place, "team/app"))).names == [*many, "2.0"]


@pytest.mark.fault(69)
async def test_what_one_user_was_shown_is_not_shown_to_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = cached(tmp_path, [1.0])
    monkeypatch.setenv("HOME", str(tmp_path))
    config = tmp_path / ".docker/config.json"
    config.parent.mkdir()
    pages = iter([tag_page("of-alice"), tag_page("of-bob")])
    script: Script = {
        "/v2/": lambda heard: OK if heard.proof else reply(401, "{}", WWW_Authenticate='Basic realm="x"'),
        TAGS: lambda _: next(pages),
    }
    for auth, expected in (("YWxpY2U6MQ==", "of-alice"), ("Ym9iOjI=", "of-bob"), ("YWxpY2U6Mw==", "of-alice")):
        config.write_text(json.dumps({"auths": {HOST: {"auth": auth}}}))
        async with browsing({REG: script}, cache=cache) as (session, _):
            done = await drained(tags(session, place_of(session, HOST), "team/app"))
            assert done.names == [expected]


def hub_results(*names: str, following: str = "") -> bytes:
    return reply(200, json.dumps({"next": following, "results": [{"repo_name": name} for name in names]}))


async def test_docker_hub_is_searched_without_a_login_and_labelled_as_search() -> None:
    script: Script = {
        "/v2/search/repositories/?query=etcd&page=1&page_size=100": hub_results(
            "etcd", "bitnami/etcd", "Bad Name", following="x"
        ),
        "/v2/search/repositories/?query=etcd&page=2&page_size=100": hub_results("quay/etcd", following="y"),
    }
    async with browsing({HUB_SEARCH: script, HUB: {}}) as (session, net):
        done = await drained(catalog(session, place_of(session, "docker.io"), prefix="etcd"))
        assert done.names == ["library/etcd", "bitnami/etcd", "quay/etcd"]
        assert done.invalid == 1
        assert {page.source for page in done.pages} == {Origin.SEARCH}
        assert not done.ended.complete
        assert done.ended.reason == ("the first 3 that the search of hub.docker.com finds for etcd; it is no catalog")
        assert [heard.proof for heard in net.heard] == ["", ""]


async def test_quay_is_searched_where_its_catalog_does_not_seek() -> None:
    found = {"results": [{"namespace": {"name": "coreos"}, "name": "etcd"}, {"namespace": "x"}, 5]}
    script: Script = {
        "/v2/": OK,
        "/v2/_catalog": repositories("alpha/x", "coreos/etcd"),
        "/api/v1/find/repositories": reply(200, json.dumps(found)),
    }
    async with browsing({QUAY: script}) as (session, net):
        done = await drained(catalog(session, place_of(session, "quay.io"), prefix="etcd"))
        assert (done.names, done.invalid) == (["coreos/etcd"], 2)
        assert done.pages[0].source is Origin.SEARCH
        assert net.heard[-1].target == "/api/v1/find/repositories?query=etcd&page=1"


@pytest.mark.parametrize(
    "answer",
    [reply(500), reply(301, Location="https://evil.example/"), reply(200, "<html>"), reply(200, '{"results": 5}')],
)
async def test_a_search_that_fails_is_one_sentence(answer: bytes) -> None:
    async with browsing({HUB_SEARCH: {"/v2/search/repositories/": answer}}) as (session, net):
        place = place_of(session, "docker.io")
        assert can_search(place)
        done = await drained(search(session, place, "x\x1b[31m&y=#"))
        assert (done.names, done.ended.complete) == ([], False)
        assert "hub.docker.com" in done.ended.reason
        assert "\x1b" not in done.ended.reason
        assert len(net.heard) == 1
        assert "&y=" not in net.heard[0].target


async def test_asking_anew_forgets_what_was_learned_of_a_place() -> None:
    script: Script = {"/v2/": OK, TAGS: tag_page("1.0")}
    async with browsing({REG: script}) as (session, net):
        place = place_of(session, HOST)
        await drained(tags(session, place, "team/app"))
        forget(session, place)
        await drained(tags(session, place, "team/app"))
        assert [heard.target for heard in net.heard].count("/v2/") == 2
