"""Two images side by side: what is the same, what went, what came, what changed."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.browse.difference import Change, FieldChange, diff
from regtui.browse.models import Details, Place, PlatformDetails
from regtui.engines.base import Endpoint
from regtui.registry.descriptors import Descriptor
from regtui.registry.image_config import ImageConfig, Layer, Step
from regtui.registry.manifests import DOCKER_MANIFEST, OCI_MANIFEST, Kind, Manifest
from regtui.tui.browse.compare_lines import difference_lines
from regtui.tui.glyphs import ASCII
from tests.images import LAYER, digest_of

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACE = Place("reg.example.com", Endpoint("https://reg.example.com"))
CONFIG = ImageConfig(
    created="2025-01-01T00:00:00Z",
    os="linux",
    architecture="amd64",
    command=("serve",),
    environment=("PATH=/bin", "VERSION=1"),
    ports=("80/tcp",),
    labels=(("version", "1"), ("gone", "x")),
)


def layer(number: int, step: str = "") -> Layer:
    """A layer, or a step without one where the number is 0."""
    described = Descriptor(LAYER, digest_of(b"%d" % number), number) if number else None
    return Layer(Step(step or f"RUN {number}"), described)


def shown(
    numbers: Sequence[int], config: ImageConfig = CONFIG, *, platforms: tuple[PlatformDetails, ...] = ()
) -> Details:
    body = repr((numbers, config)).encode()
    digest = digest_of(body)
    manifest = Manifest(Kind.IMAGE, OCI_MANIFEST, digest, len(body), annotations=(("a", "1"),))
    made = Details(PLACE, "app", "1.0", digest, digest, manifest, body, platform="linux/amd64", image=manifest)
    return replace(made, config=config, layers=tuple(map(layer, numbers)), size=sum(numbers), platforms=platforms)


def test_an_image_is_the_same_as_itself() -> None:
    found = diff(shown([1, 2]), shown([1, 2]))
    assert found.same
    assert [change.change for change in found.layers] == [Change.SAME] * 2
    assert (found.config, found.labels, found.annotations) == ((), (), ())
    assert [field.change for field in found.platforms] == [Change.SAME]


def test_layers_are_compared_by_content_and_steps_without_one_by_their_words() -> None:
    before, after = shown([1, 2, 3, 0, 5]), shown([1, 4, 3, 0, 5, 6])
    found = diff(before, after)
    told = [
        (change.change.value, change.layer.descriptor.size if change.layer.descriptor else 0) for change in found.layers
    ]
    assert told == [
        *(("same", 1), ("removed", 2), ("added", 4), ("same", 3), ("same", 0), ("same", 5), ("added", 6)),
    ]
    assert (found.size_before, found.size_after) == (11, 19)


def test_configuration_and_labels_are_compared_value_by_value() -> None:
    newer = replace(
        CONFIG,
        command=("serve", "--fast"),
        environment=("PATH=/bin", "VERSION=2", "NEW=1"),
        ports=(),
        user="app",
        labels=(("version", "2"), ("new", "y")),
    )
    found = diff(shown([1]), shown([1], newer))
    assert {(each.name, each.change, each.before, each.after) for each in found.config} == {
        ("command", Change.CHANGED, "serve", "serve --fast"),
        ("env VERSION", Change.CHANGED, "1", "2"),
        ("env NEW", Change.ADDED, "", "1"),
        ("port 80/tcp", Change.REMOVED, "exposed", ""),
        ("user", Change.ADDED, "", "app"),
    }
    assert [(each.name, each.change) for each in found.labels] == [
        ("version", Change.CHANGED),
        ("gone", Change.REMOVED),
        ("new", Change.ADDED),
    ]


def test_platforms_are_compared_by_digest_and_attestations_left_out() -> None:
    amd64, arm64 = PlatformDetails("linux/amd64", "d1"), PlatformDetails("linux/arm64", "d2")
    attestation = PlatformDetails("attestation", "d3", attests="d1")
    before = shown([1], platforms=(amd64, arm64, attestation))
    after = shown([2], platforms=(PlatformDetails("linux/amd64", "d9"), PlatformDetails("linux/s390x", "d4")))
    assert [(each.name, each.change) for each in diff(before, after).platforms] == [
        ("linux/amd64", Change.CHANGED),
        ("linux/arm64", Change.REMOVED),
        ("linux/s390x", Change.ADDED),
    ]


@given(st.lists(st.integers(0, 4), max_size=12), st.lists(st.integers(0, 4), max_size=12))
def test_no_layer_is_lost_or_told_twice(old: list[int], new: list[int]) -> None:
    found = diff(shown(old), shown(new))
    sides = {
        Change.REMOVED: (list(map(layer, old)), (Change.SAME, Change.REMOVED)),
        Change.ADDED: (list(map(layer, new)), (Change.SAME, Change.ADDED)),
    }
    for expected, changes in sides.values():
        assert [change.layer for change in found.layers if change.change in changes] == expected


def test_a_thousand_layers_in_disorder_are_compared_at_once() -> None:
    numbers = list(range(1, 3001))
    random.Random(1).shuffle(numbers)
    found = diff(shown([1, *numbers, 2]), shown([1, *numbers[::-1], 2]))
    assert found.layers[0].change is Change.SAME
    assert len(found.layers) == 2 + 2 * len(numbers)


def test_without_a_configuration_everything_of_the_other_side_is_new() -> None:
    found = diff(replace(shown([1]), config=None), shown([1]))
    assert {each.change for each in found.config} == {Change.ADDED}


def test_a_command_of_one_word_is_not_one_of_two() -> None:
    found = diff(
        shown([1], replace(CONFIG, command=("serve --fast",))), shown([1], replace(CONFIG, command=("serve", "--fast")))
    )
    assert found.config == (FieldChange("command", Change.CHANGED, "'serve --fast'", "serve --fast"),)


def test_a_health_check_is_compared() -> None:
    found = diff(shown([1], replace(CONFIG, health="curl a")), shown([1], replace(CONFIG, health="curl b")))
    assert [field.name for field in found.config] == ["health"]


def test_several_images_of_one_platform_are_all_compared_and_an_update_of_windows_is_no_other_release() -> None:
    def windows(digest: str, version: str) -> PlatformDetails:
        return PlatformDetails("windows/amd64", digest, os_version=version)

    nameless = (PlatformDetails("", "n1"), PlatformDetails("", "n2"))
    before = shown([1], platforms=(windows("w1", "10.0.26100.1"), windows("w2", "10.0.20348.5"), *nameless))
    after = shown([2], platforms=(windows("w3", "10.0.26100.9"), windows("w2", "10.0.20348.5"), *nameless))
    told = [(field.name, field.change) for field in diff(before, after).platforms]
    assert told == [
        ("windows/amd64 10.0.26100", Change.CHANGED),
        ("windows/amd64 10.0.20348", Change.SAME),
        ("no platform named", Change.SAME),
        ("no platform named (2)", Change.SAME),
    ]


@pytest.mark.parametrize("width", [78, 118])
def test_it_is_said_whose_layers_are_compared_and_that_the_types_differ(width: int) -> None:
    ours, theirs = shown([1]), replace(shown([2]), platform="linux/arm64")
    assert "shared, 0 B, for linux/amd64" in told(ours, shown([2]), width)
    assert "! layers and config of linux/amd64 are compared with those of linux/arm64" in told(ours, theirs, width)
    docker = replace(theirs, manifest=replace(theirs.manifest, media_type=DOCKER_MANIFEST))
    assert f"type {OCI_MANIFEST}, then" in told(ours, docker, width)
    assert "type " not in told(ours, theirs, width)


def told(before: Details, after: Details, width: int) -> str:
    lines = difference_lines(("a:1", "a:2"), diff(before, after), width, ASCII)
    return "\n".join("".join(span.text for span in line) for line in lines)
