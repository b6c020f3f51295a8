"""Docker's first schema as browsing shows it: by the digest that its registry has for it, with what it carries."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from regtui.browse import details, diff, place_of, standing
from regtui.browse.documents import details_document
from regtui.browse.facts import TagFactsReader
from regtui.browse.telling import details_lines
from regtui.registry.descriptors import ManifestError
from regtui.registry.manifests import DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED, Kind, read_manifest
from regtui.registry.schema1 import EMPTY_LAYER, payload_of
from tests.browsing_net import HOST, OK, REG, browsing
from tests.images import digest_of
from tests.registry_net import reply

if TYPE_CHECKING:
    from tests.registry_net import Script

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

PATH = "/v2/team/old/manifests"
ENTRIES = [
    {"created": "2026-03-01T10:00:00Z", "os": "linux", "architecture": "arm64", "throwaway": True,
     "config": {"Cmd": ["serve"], "Labels": {"a": "b"}}, "container_config": {"Cmd": ["/bin/sh -c #(nop)  CMD x"]}},
    {"created": "2026-02-01T10:00:00Z", "container_config": {"Cmd": ["/bin/sh", "-c", "make install"]}},
    {"created": "2026-01-01T10:00:00Z", "container_config": {"Cmd": ["/bin/sh -c #(nop) ENV A=1"]}},
    {"created": "2025-12-01T10:00:00Z", "container_config": {"Cmd": ["/bin/sh -c #(nop) ADD file:1 in / "]}},
]  # fmt: skip
LAYERS = [digest_of(b"not the empty one"), digest_of(b"two"), EMPTY_LAYER, digest_of(b"one")]
PAYLOAD = json.dumps(
    {
        "schemaVersion": 1,
        "name": "team/old",
        "architecture": "arm64",
        "fsLayers": [{"blobSum": digest} for digest in LAYERS],
        "history": [{"v1Compatibility": json.dumps(entry)} for entry in ENTRIES],
    },
    indent=3,
).encode()
DIGEST = digest_of(PAYLOAD)


def signed(time: str, payload: bytes = PAYLOAD, **more: Any) -> bytes:
    """Return the payload with a signature in it, as libtrust's PrettySignature writes it; nobody checks the curve."""
    head, tail = payload[:-2], payload[-2:]
    header = {"formatLength": len(head), "formatTail": base64.urlsafe_b64encode(tail).decode().rstrip("="), **more}
    protected = base64.urlsafe_b64encode(json.dumps({**header, "time": time}).encode()).decode().rstrip("=")
    return head + b',"signatures":' + json.dumps([{"signature": "x", "protected": protected}]).encode() + tail


def given(time: str) -> bytes:
    return reply(200, signed(time), Content_Type=DOCKER_SCHEMA1_SIGNED, Docker_Content_Digest=DIGEST)


def test_its_digest_is_of_what_is_signed_and_the_same_however_often_it_is_signed() -> None:
    first, second = (read_manifest(signed(time), DOCKER_SCHEMA1_SIGNED) for time in ("09:00", "10:00"))
    assert first.digest == second.digest == DIGEST
    assert first.size == len(signed("09:00"))
    assert read_manifest(PAYLOAD, DOCKER_SCHEMA1).digest == DIGEST


def test_what_is_not_signed_is_not_shown_for_it() -> None:
    swapped = signed("09:00").replace(b',"signatures"', b',"name":"x","architecture":"s390x","signatures"')
    manifest = read_manifest(swapped, DOCKER_SCHEMA1_SIGNED)
    assert manifest.digest == DIGEST
    assert manifest.inline is not None
    assert manifest.inline.architecture == "arm64"
    with pytest.raises(ManifestError, match="not JSON"):
        read_manifest(signed("", formatLength=9), DOCKER_SCHEMA1_SIGNED)


@pytest.mark.parametrize(
    "body",
    [
        signed("", formatLength=-1),
        signed("", formatLength=10**9),
        signed("", formatLength="2"),
        signed("", formatTail=7),
        b'{"signatures": [{}]}',
        b'{"signatures": 7}',
        b"no json",
    ],
)
def test_a_signature_that_says_nothing_leaves_the_body_as_it_is(body: bytes) -> None:
    assert payload_of(body) == body


async def test_it_is_shown_with_its_configuration_and_steps_and_with_no_size_that_nobody_told() -> None:
    answers = iter(range(100))
    script: Script = {"/v2/": OK, f"{PATH}/1": lambda _: given(str(next(answers))), f"{PATH}/{DIGEST}": given("later")}
    async with browsing({REG: script}) as (session, _):
        place = place_of(session, HOST)
        found = await details(session, place, "team/old", "1")
        by_digest = await details(session, place, "team/old", DIGEST)
        (facts,) = [facts async for facts in TagFactsReader(session, place, "team/old").describe(["1"])]
        known = standing(session, place)
        assert known is not None
    assert (found.manifest.kind, found.digest, found.verified) == (Kind.SCHEMA1, DIGEST, True)
    assert (found.platform, found.labels, found.size) == ("linux/arm64", (("a", "b"),), None)
    assert found.created is not None
    assert diff(found, by_digest).same
    rows = [(row.step.words if row.step else "", row.descriptor and row.descriptor.digest) for row in found.layers]
    assert rows == [
        ("ADD file:1 in /", digest_of(b"one")),
        ("ENV A=1", None),
        ("RUN make install", digest_of(b"two")),
        ("CMD x", None),
    ]
    assert [layer["size"] for layer in details_document(found)["layers"]] == [None] * 4
    told = [text for _, text in details_lines(found, known, "team/old:1")]
    assert f"  digest      {DIGEST}  (verified)" in told
    assert any("?  sha256:" in line and line.endswith("RUN make install") for line in told)
    assert (facts.digest, facts.claimed, facts.size, facts.platforms) == (DIGEST, False, None, ("linux/arm64",))


async def test_a_history_that_does_not_fit_the_layers_hides_none_of_them() -> None:
    for history in ([{"v1Compatibility": "{"}], [{"v1Compatibility": 7}, None], "x", None):
        body = {"schemaVersion": 1, "architecture": "arm", "fsLayers": [{"blobSum": LAYERS[1]}], "history": history}
        manifest = read_manifest(json.dumps(body).encode(), DOCKER_SCHEMA1)
        assert [layer.digest for layer in manifest.layers] == [LAYERS[1]]
        assert manifest.inline is not None
        assert manifest.inline.architecture == "arm"
