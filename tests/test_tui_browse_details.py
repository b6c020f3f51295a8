"""The screen of an image in detail: what it does with a refusal, with other platforms, with raw JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regtui.browse.models import BrowseError, Details, Place, PlatformDetails
from regtui.engines.base import Endpoint
from regtui.outcome import Outcome
from regtui.registry.descriptors import Descriptor
from regtui.registry.manifests import OCI_INDEX, OCI_MANIFEST, Entry, Kind, Manifest
from regtui.tui.browse.details_lines import summary_lines
from regtui.tui.browse.json_rows import folded, json_rows, value_lines
from regtui.tui.glyphs import ASCII
from tests.images import digest_of
from tests.tui_browsing import FakeBrowsing, browsing, calm, until
from tests.tui_screens import LARGE, screen_text

if TYPE_CHECKING:
    from textual.pilot import Pilot

TAGS = {"team/app": [("1.0",)]}


async def to_details(pilot: Pilot[None]) -> None:
    """Open the only tag of the only repository."""
    await calm(pilot)
    await pilot.press("enter")
    await calm(pilot)
    await pilot.press("enter")
    await calm(pilot)


def means(found: Details | BrowseError) -> FakeBrowsing:
    return FakeBrowsing([("team/app",)], tag_pages=TAGS, details_of={"1.0": found})


def left(pilot: Pilot[None]) -> int:
    """Return the seconds that the screen says are left."""
    return int(screen_text(pilot).partition("a pause, ")[2].partition(" s left")[0])


@pytest.mark.fault(32)
async def test_a_pause_that_the_registry_asks_for_is_counted_down_until_it_is_asked_again() -> None:
    asked = means(BrowseError("too much was asked", Outcome.RATE_LIMITED, retry_after=50.0))
    async with browsing(asked) as pilot:
        await to_details(pilot)
        assert "r ask again; the registry asks for a pause, " in screen_text(pilot)
        before = left(pilot)
        await until(pilot, lambda: left(pilot) < before)
        assert asked.asked["details 1.0"] == 1
        asked.details_of = {"1.0": BrowseError("not there", Outcome.NOT_FOUND)}
        await pilot.press("r")
        await calm(pilot)
        assert "not there" in screen_text(pilot)
        assert "a pause" not in screen_text(pilot)


def index() -> tuple[Details, Details]:
    """An index with two platforms as it is looked at, and the second platform's image by itself."""
    place = Place("registry.example", Endpoint("https://registry.example"))
    bodies = [json.dumps({"name": name, "long": "x" * 100}).encode() for name in ("index", "amd64", "arm64")]
    digests = [digest_of(body) for body in bodies]
    whole = Manifest(Kind.INDEX, OCI_INDEX, digests[0], 9, annotations=(("of", "the index"),))
    amd64, arm64 = (
        Manifest(Kind.IMAGE, OCI_MANIFEST, digest, 9, annotations=(("for", name),))
        for digest, name in zip(digests[1:], ("amd64", "arm64"), strict=True)
    )
    platforms = (PlatformDetails("linux/amd64", digests[1]), PlatformDetails("linux/arm64", digests[2]))
    found = Details(place, "team/app", "1.0", digests[0], digests[0], whole, bodies[0], platform="linux/amd64")
    found = replace(found, platforms=platforms, image=amd64, image_body=bodies[1], config_body=b'{"os": "amd64"}')
    signed = Entry(Descriptor(OCI_MANIFEST, digest_of(b"s"), 5, artifact_type="x/of-arm64"))
    chosen = Details(place, "team/app", digests[2], digests[2], digests[2], arm64, bodies[2], platform="linux/arm64")
    return found, replace(chosen, image=arm64, referrers=(signed,), config_body=b'{"os": "arm64"}')


async def test_another_platform_is_shown_with_its_own_annotations_and_what_refers_to_it() -> None:
    found, chosen = index()
    asked = FakeBrowsing([("team/app",)], tag_pages=TAGS, details_of={"1.0": found, chosen.digest: chosen})
    async with browsing(asked, size=LARGE) as pilot:
        await to_details(pilot)
        assert "for  amd64" in screen_text(pilot)
        await pilot.press("p")
        await calm(pilot)
        text = screen_text(pilot)
        assert "of  the index" in text
        assert "for  arm64" in text
        assert "for  amd64" not in text
        assert "Refers to this platform" in text
        assert "x/of-arm64" in text


async def test_the_json_of_manifest_and_configuration_is_read_in_full_and_copied() -> None:
    found, chosen = index()
    asked = FakeBrowsing([("team/app",)], tag_pages=TAGS, details_of={"1.0": found, chosen.digest: chosen})
    async with browsing(asked) as pilot:
        await to_details(pilot)
        await pilot.press("j")
        await until(pilot, lambda: "JSON: index, manifest of linux/amd64, configuration" in screen_text(pilot))
        await pilot.press("down", "down")
        await calm(pilot)
        assert screen_text(pilot).replace("\n", "").count("x") >= 160  # the row's, cut off, and all below it
        await pilot.press("y")
        assert pilot.app.clipboard == "x" * 100
        await pilot.press("end")
        await calm(pilot)
        assert "os  amd64" in screen_text(pilot)
        await pilot.press("escape", "p")
        await calm(pilot)
        await pilot.press("j")
        await until(pilot, lambda: "JSON: manifest of linux/arm64, configuration, index" in screen_text(pilot))
        assert "name  arm64" in screen_text(pilot)


async def test_what_is_no_manifest_can_be_looked_at_and_where_nothing_was_sent_that_is_said() -> None:
    refused = means(BrowseError("it is ambiguous", Outcome.INVALID, body=b'{"layers": [], "manifests": []}'))
    async with browsing(refused) as pilot:
        await to_details(pilot)
        assert "j show what was sent" in screen_text(pilot)
        await pilot.press("j")
        await until(pilot, lambda: "JSON: what was sent" in screen_text(pilot))
        assert "manifests  []" in screen_text(pilot)
    async with browsing(means(BrowseError("not there", Outcome.NOT_FOUND))) as pilot:
        await to_details(pilot)
        assert "what was sent" not in screen_text(pilot)
        await pilot.press("j")
        await calm(pilot)
        assert "There is no JSON here yet." in screen_text(pilot)


@pytest.mark.fault(43)
def test_what_is_no_json_is_shown_as_lines_without_anything_that_a_terminal_acts_on() -> None:
    shown = folded(json_rows((("what was sent", b"\x1b[2J\nno json"), ("next", b"7"))), frozenset(), ASCII)
    lines = ["".join(span.text for span in shown.line(row, 60)) for row in range(len(shown))]
    assert [line.split() for line in lines] == [
        ["v", "what", "was", "sent", "no", "JSON"],
        [r"\x1b[2J"],
        ["no", "json"],
        ["next", "7"],
    ]
    assert shown.value(1) == r"\x1b[2J"
    assert shown.value(99) == ""
    assert len(value_lines("y" * 100_000, 40, ASCII)) == 4


@pytest.mark.fault(46)
@pytest.mark.parametrize(
    ("claimed", "verified", "words"),
    [
        ("sha256:0", True, "the content has this digest"),
        ("", True, "computed from the content; the registry named none"),
        ("sha256:1", False, "the registry says sha256:1"),
    ],
)
def test_a_digest_that_nobody_named_is_not_called_proven(claimed: str, words: str, *, verified: bool) -> None:
    found = replace(index()[0], claimed=claimed, verified=verified)
    lines = "\n".join("".join(span.text for span in line) for line in summary_lines(found, 80, ASCII))
    assert words in lines
    assert ("the content has this digest" in lines) is (words == "the content has this digest")
    by_digest = replace(found, reference=found.digest)
    assert verified is any(
        "has this digest" in span.text for line in summary_lines(by_digest, 80, ASCII) for span in line
    )
