"""Repositories and tags on the screen: they stream, are found, are asked for with measure, and say what they are."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import regtui.tui.screens.browse
from regtui.browse.models import Elsewhere, ListingEnded, Origin, Standing, TagFacts
from regtui.outcome import Outcome
from regtui.registry.quota import RateLimit
from regtui.tui.app import RegtuiApp, Start
from regtui.tui.browse.filter import SLICE
from regtui.tui.browse.name_list import NameList
from regtui.tui.screens.browse import RepositoriesScreen
from regtui.tui.screens.home import HomeScreen
from regtui.tui.screens.tags import TagsScreen
from tests.tui_browsing import LIMITED, REFUSED, FakeBrowsing, browsing, calm, digest, screen, until
from tests.tui_fakes import SYSCONFIG, ScriptedSession
from tests.tui_glass import glass_of, painted
from tests.tui_hostile import EVIL
from tests.tui_screens import STILL, screen_text

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from regtui.session import Session

APPS = FakeBrowsing([("team/app", "team/web")], tag_pages={"team/app": [("v1", "v10", "v9", "latest")]})
BROKEN = ListingEnded(False, "the connection broke", Outcome.UNREACHABLE)
MILLION = 1_000_000


def status(text: str) -> str:
    """Return the lower edge of the list, without its rule."""
    return next(line for line in reversed(text.splitlines()) if line.startswith("╰")).strip("╰╯─ ")


async def test_pages_are_shown_while_others_are_still_to_come() -> None:
    means = replace(APPS, gate=asyncio.Event())
    async with browsing(means) as pilot:
        assert "asking" in screen_text(pilot)
        assert means.gate is not None
        means.gate.set()
        await until(pilot, lambda: "complete" in screen_text(pilot))
        assert status(screen_text(pilot)) == "2 repositories, complete"


async def test_enter_is_remembered_until_there_are_means_to_ask() -> None:
    session, ready = ScriptedSession(), asyncio.Event()

    async def open_session() -> Session:
        await ready.wait()
        return session

    app = RegtuiApp(Start(session.config, SYSCONFIG, open_session, STILL, browsing=lambda _session: APPS))
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await calm(pilot)
        assert isinstance(pilot.app.screen, HomeScreen)
        ready.set()
        await until(pilot, lambda: "2 repositories, complete" in screen_text(pilot))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "2 repositories, complete"),
        ({"mirror": True}, "2 repositories, complete · cached names only"),
        (
            {"end": ListingEnded(False, "the connection broke", Outcome.UNREACHABLE)},
            "2 loaded, not all",
        ),
        ({"end": LIMITED}, "2 loaded, not all · asks for a pause, 90 s left"),
        (
            {"origin": Origin.CACHE, "age": 300.0},
            "2 repositories, complete · from the cache, 5 min old; r reads it again",
        ),
        ({"invalid": 3, "examples": ("A B",)}, "2 repositories, complete · 3 left out, no names"),
        ({"pages": ()}, "0 repositories, complete"),
    ],
    ids=["complete", "mirror", "broken off", "429", "cache", "invalid", "empty"],
)
async def test_the_status_never_pretends(change: dict[str, object], expected: str) -> None:
    means = FakeBrowsing(**({"pages": APPS.pages} | change))  # type: ignore[arg-type]  # a table of fields
    async with browsing(means) as pilot:
        await calm(pilot)
        # The pause runs while the screen is drawn.
        assert re.sub(r"\b[78]\d s left", "90 s left", status(screen_text(pilot))) == expected


@pytest.mark.fault(12)
async def test_what_the_place_says_of_itself_is_cut_before_the_count_of_matches() -> None:
    async with browsing(replace(APPS, mirror=True, invalid=3, examples=("A B" * 20,))) as pilot:
        await pilot.press("slash", "w", "e", "b")
        assert status(screen_text(pilot)).startswith("2 repositories, complete · 1 match · 3 left out")


async def test_leaving_cancels_what_is_read() -> None:
    means = replace(APPS, gate=asyncio.Event(), closed=[])
    async with browsing(means) as pilot:
        await pilot.press("escape")
        await calm(pilot)
        assert isinstance(pilot.app.screen, HomeScreen)
        assert means.closed == ["catalog"]


async def test_escape_shows_all_again_and_then_goes_back() -> None:
    async with browsing(APPS) as pilot:
        await pilot.press("slash", "w", "e", "b")
        assert status(screen_text(pilot)) == "2 repositories, complete · 1 match"
        await pilot.press("escape", "escape")
        assert status(screen_text(pilot)) == "2 repositories, complete"
        await pilot.press("escape")
        await calm(pilot)
        assert isinstance(pilot.app.screen, HomeScreen)


async def test_a_typed_beginning_is_sought_before_the_scan_comes_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    means = replace(APPS, gate=asyncio.Event(), sought={"zoo": ["zoo/one", "zoo/two"]}, asked=type(APPS.asked)())
    async with browsing(means) as pilot:
        monkeypatch.setattr(regtui.tui.screens.browse, "DELAY", 3600.0)
        await pilot.press("slash", "z", "o")
        monkeypatch.setattr(regtui.tui.screens.browse, "DELAY", 0.0)
        await pilot.press("o")
        await until(pilot, lambda: "zoo/two" in screen_text(pilot))
        assert "found ahead of the scan" in screen_text(pilot)
        assert means.asked["seek zoo"] == 1
        assert means.asked["seek zo"] == 0


@pytest.mark.fault(41)
async def test_without_a_catalog_a_sentence_says_what_works_and_it_does() -> None:
    means = FakeBrowsing(end=REFUSED, tag_pages={"team/app": [("v1",)]})
    async with browsing(means) as pilot:
        assert " registry.example offers no catalog: type a repository name" in screen_text(pilot)
        assert "✗" not in screen_text(pilot)
        assert status(screen_text(pilot)) == "no catalog here"
        await pilot.press("slash", *"team", "slash", *"app", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TagsScreen))
        await calm(pilot)
        assert means.asked["tags team/app"] == 1
        assert means.asked["search team/app"] == 0


async def test_refreshing_passes_the_cache() -> None:
    means = replace(APPS, asked=type(APPS.asked)())
    async with browsing(means) as pilot:
        await pilot.press("r")
        await calm(pilot)
        assert (means.asked["catalog"], means.asked["catalog fresh"], means.asked["forget"]) == (1, 1, 1)
        assert status(screen_text(pilot)) == "2 repositories, complete"


@pytest.mark.fault(37)
async def test_a_million_names_are_found_in_slices_and_the_cursor_draws_two_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [f"group-{number // 1000:04}/service-{number % 1000:03}" for number in range(MILLION)]
    async with browsing(FakeBrowsing([names])) as pilot:
        top = screen(pilot)
        assert isinstance(top, RepositoriesScreen)
        await until(pilot, lambda: "1 000 000 repositories, complete" in screen_text(pilot))
        drawn: list[int] = []
        rows = top.query_one(NameList)
        line_at = rows.line_at
        monkeypatch.setattr(rows, "line_at", lambda index: drawn.append(index) or line_at(index))  # type: ignore[func-returns-value]
        await pilot.press("down")
        assert set(drawn) == {0, 1}
        slices: list[int] = []
        search = type(top.names.search)
        advance = search.advance

        def counted(self: object, listed: list[str]) -> bool:
            before = top.names.search.looked_at
            more = advance(top.names.search, listed)
            slices.append(top.names.search.looked_at - before)
            return more

        monkeypatch.setattr(search, "advance", counted)
        await pilot.press("slash", "9")
        await until(pilot, lambda: top.names.is_searched)
        await calm(pilot)
        assert max(slices) == SLICE
        assert sum(slices) == MILLION
        assert f"{top.names.matching:,}".replace(",", " ") + " match" in screen_text(pilot)


async def test_a_move_of_the_cursor_is_one_frame_with_all_that_follows_from_it() -> None:
    names = [f"group/service-{number:04}" for number in range(500)]
    async with browsing(FakeBrowsing([names]), size=(120, 40)) as pilot:
        await pilot.press("down")
        await calm(pilot)
        with pytest.MonkeyPatch.context() as patch:
            glass = glass_of(pilot.app, patch)
            await pilot.press("down")
            await calm(pilot)
            assert "okd-lr.zyl.io:5000/group/service-0002" in screen_text(pilot)
            assert glass.frames == 1
            assert glass.received < 500
            assert glass.cells == painted(pilot.app).cells


async def test_the_end_of_a_listing_repaints_no_row_that_stands_there() -> None:
    gate = asyncio.Event()
    means = FakeBrowsing([[f"group/service-{number:04}" for number in range(500)]], gate=gate)
    async with browsing(means, size=(120, 40)) as pilot:
        gate.set()
        gate.clear()  # lets one page pass, and not the end
        await until(pilot, lambda: "500 loaded" in screen_text(pilot))
        await calm(pilot)
        with pytest.MonkeyPatch.context() as patch:
            glass = glass_of(pilot.app, patch)
            gate.set()
            await until(pilot, lambda: "complete" in screen_text(pilot))
            await calm(pilot)
            assert 0 < glass.received < 500
            assert glass.cells == painted(pilot.app).cells


async def opened(pilot: Pilot[None]) -> None:
    """Open the first repository."""
    await pilot.press("enter")
    await calm(pilot)


async def test_tags_stand_in_the_order_of_their_versions() -> None:
    async with browsing(APPS) as pilot:
        await opened(pilot)
        lines = [line.split()[1] for line in screen_text(pilot).splitlines()[3:7]]
        assert lines == ["latest", "v10", "v9", "v1"]


async def test_facts_are_read_for_rows_in_view_alone() -> None:
    tags = [f"v{number}" for number in range(500)]
    means = FakeBrowsing(APPS.pages, tag_pages={"team/app": [tags]})
    async with browsing(means) as pilot:
        await opened(pilot)
        top = screen(pilot)
        height = top.query_one(NameList).size.height
        await until(pilot, lambda: sum(key.startswith("facts") for key in means.asked) >= height)
        await calm(pilot)
        assert sum(key.startswith("facts") for key in means.asked) == height
        assert max(count for key, count in means.asked.items() if key.startswith("facts")) == 1
        await pilot.press("end")
        await until(pilot, lambda: means.asked["facts v0"] == 1)
        await calm(pilot)
        assert sum(key.startswith("facts") for key in means.asked) == 2 * height


async def test_a_mirror_is_not_asked_for_manifests_until_a_person_does() -> None:
    means = replace(APPS, mirror=True, asked=type(APPS.asked)())
    async with browsing(means) as pilot:
        await opened(pilot)
        assert not any(key.startswith("facts") for key in means.asked)
        assert "f reads dates and sizes" in screen_text(pilot)
        await pilot.press("f")
        await until(pilot, lambda: sum(key.startswith("facts") for key in means.asked) == 4)


async def test_signatures_are_folded_and_equal_digests_marked() -> None:
    same = digest("v10")
    signature = same.replace(":", "-")
    facts = {tag: TagFacts(tag, same, size=5_000_000, kind="image") for tag in ("latest", "v10")}
    tags = {"team/app": [("latest", "v10", "v9", f"{signature}.sig", f"{signature}.sbom")]}
    async with browsing(FakeBrowsing(APPS.pages, tag_pages=tags, facts_of=facts)) as pilot:
        await opened(pilot)
        text = screen_text(pilot)
        rows = [" ".join(line.strip("│ ").split()) for line in text.splitlines()[3:6]]
        assert rows == ["latest 5.0 MB = v10 · sig sbom", "v10 5.0 MB = latest · sig sbom", "v9 1.0 MB"]
        assert status(text) == "5 tags, complete · 2 signatures and the like folded"


@pytest.mark.fault(32)
async def test_after_too_many_questions_the_seconds_are_counted_and_nothing_is_asked() -> None:
    tags = [f"v{number}" for number in range(500)]
    facts = {f"v{number}": TagFacts(f"v{number}", trouble="not asked") for number in range(500)}
    stand = Standing("https://registry.example", "", rate_limit=RateLimit(100, 0, 21600), retry_after=60.0)
    means = FakeBrowsing(APPS.pages, tag_pages={"team/app": [tags]}, facts_of=facts, stand=stand)
    async with browsing(means) as pilot:
        await opened(pilot)
        await until(pilot, lambda: "asks for a pause, " in screen_text(pilot))
        assert "0 of 100" in screen_text(pilot)
        await calm(pilot)
        before = sum(means.asked.values())
        await pilot.press("end")
        await calm(pilot)
        assert sum(means.asked.values()) == before


async def test_the_same_image_in_every_registry() -> None:
    answers = (
        Elsewhere("quay.io", digest("v1"), Outcome.FOUND, "", True),
        Elsewhere("docker.io", digest("v2"), Outcome.FOUND, "", False),
        Elsewhere("other.example", None, Outcome.UNAUTHORIZED, "a login is wanted"),
    )
    means = FakeBrowsing(APPS.pages, tag_pages=APPS.tag_pages, elsewhere=answers)
    async with browsing(means) as pilot:
        await opened(pilot)
        await pilot.press("m")
        await calm(pilot)
        text = screen_text(pilot)
        assert "✓ quay.io        the same" in text
        assert "✓ docker.io      different" in text
        assert "✗ other.example  unauthorized" in text
        assert "2 registries hold it: 2 different images" in text


async def test_who_answers_late_stands_in_the_place_that_the_engine_gives_it() -> None:
    answers = (
        Elsewhere("third.example", None, Outcome.UNAUTHORIZED, "a login is wanted", order=2),
        Elsewhere("first.example", digest("v1"), Outcome.FOUND, "", True, order=0),
        Elsewhere("second.example", None, Outcome.NOT_FOUND, "", order=1),
    )
    means = FakeBrowsing(APPS.pages, tag_pages=APPS.tag_pages, elsewhere=answers)
    async with browsing(means) as pilot:
        await opened(pilot)
        await pilot.press("m")
        await calm(pilot)
        text = screen_text(pilot)
        places = [text.index(f" {name}.example") for name in ("first", "second", "third")]
        assert places == sorted(places)


@pytest.mark.fault(71, 72)
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_payloads_are_shown_and_never_obeyed(size: tuple[int, int]) -> None:
    facts = {"v1": TagFacts("v1", EVIL, platforms=(EVIL,), kind=EVIL), "v2": TagFacts("v2", trouble=EVIL)}
    means = FakeBrowsing(
        [(f"a{EVIL}/b", "team/app", EVIL)],
        tag_pages={f"a{EVIL}/b": [("v1", "v2", EVIL)]},
        facts_of=facts,
        end=ListingEnded(False, EVIL, Outcome.INVALID),
        stand=Standing(EVIL, EVIL, EVIL, EVIL),
        invalid=1,
        examples=(EVIL,),
    )
    async with browsing(means, size=size) as pilot:
        for key in ("t", "enter", "t", "home", "enter", "s", "m"):
            await pilot.press(key)
            await calm(pilot, 4)
            text = screen_text(pilot)
            assert all(sign not in text for sign in "\x1b\x07\x9b\x90\u202e\u200b\x00\x7f")
            assert pilot.app.return_code is None
