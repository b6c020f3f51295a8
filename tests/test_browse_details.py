"""Images in detail: what a manifest is, what belongs to it, and that nothing hostile is believed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from regtui.browse import BrowseError, details, place_of, raw_lines, standing
from regtui.browse.documents import details_document
from regtui.browse.telling import details_lines
from regtui.cache import Cache
from regtui.outcome import Outcome
from regtui.registry.manifests import DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, Kind
from tests.browsing_net import HOST, HUB, OK, REG, browsing
from tests.images import answer, digest_of, image, index_of, layer, manifest, served
from tests.registry_net import Heard, bearer, reply, token

if TYPE_CHECKING:
    from pathlib import Path

    from regtui.browse.models import Details
    from tests.registry_net import Script

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

REPOSITORY = "team/app"
MANIFESTS = f"/v2/{REPOSITORY}/manifests"
REFERRERS = f"/v2/{REPOSITORY}/referrers"
HISTORY = [
    {"created_by": "/bin/sh -c #(nop) ADD file:1 in / ", "created": "2025-01-01T00:00:00Z"},
    {"created_by": "ENV A=1", "empty_layer": True},
    {"created_by": "RUN /bin/sh -c make # buildkit"},
]
AMD64 = image("amd64", "2025-03-28T09:34:02Z", layer(1), layer(2), history=HISTORY, config={"Labels": {"a": "b"}})
ARM64 = image("arm64", "2025-03-28T09:40:00Z", layer(1), layer(3))
ATTESTATION = {
    "mediaType": OCI_MANIFEST,
    "digest": digest_of(b"attestation"),
    "size": 9,
    "platform": {"os": "unknown", "architecture": "unknown"},
    "annotations": {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": AMD64.digest,
    },
}
INDEX = index_of(ARM64, AMD64, entries=(ATTESTATION,))


async def looked(script: Script, reference: str = "1.0", **more: Any) -> tuple[Details, list[str]]:
    async with browsing({REG: {"/v2/": OK, **script}}) as (session, net):
        found = await details(session, place_of(session, HOST), REPOSITORY, reference, **more)
        known = standing(session, place_of(session, HOST))
        assert known is not None
        told = [text for _, text in details_lines(found, known, f"{HOST}/{REPOSITORY}:{reference}")]
        assert all(text.isprintable() for text in told)
        json.dumps(details_document(found), allow_nan=False)
        return found, [heard.target for heard in net.heard]


async def refused(script: Script, reference: str = "1.0") -> BrowseError:
    with pytest.raises(BrowseError) as caught:
        await looked(script, reference)
    return caught.value


async def test_an_index_shows_its_platforms_and_the_image_of_this_host() -> None:
    found, asked = await looked(served(REPOSITORY, INDEX, AMD64, ARM64, tag="1.0"))
    assert (found.manifest.kind, found.digest, found.verified) == (Kind.INDEX, INDEX.digest, True)
    assert found.platform == "linux/amd64"
    assert [(each.platform, each.size, each.attests) for each in found.platforms] == [
        ("linux/arm64", ARM64.size, ""),
        ("linux/amd64", AMD64.size, ""),
        ("attestation", None, AMD64.digest),
    ]
    assert (found.size, found.labels) == (AMD64.size, (("a", "b"),))
    assert found.total_size == AMD64.size + ARM64.size - 1000  # the layer that both have counts once
    assert found.created is not None
    assert digest_of(b"attestation") not in " ".join(asked)
    assert len(asked) == 1 + 3 + 1 + 2  # ping, manifests, configuration, referrers and their fallback


async def test_layers_stand_beside_the_steps_that_made_them() -> None:
    found, _ = await looked(served(REPOSITORY, AMD64, tag="1.0"))
    rows = [
        (each.step.instruction if each.step else "", each.descriptor.size if each.descriptor else None)
        for each in found.layers
    ]
    assert rows == [("ADD file:1 in /", 1000), ("ENV A=1", None), ("RUN make", 2000)]
    assert found.image is found.manifest
    assert (found.size, found.total_size) == (AMD64.size, AMD64.size)


async def test_docker_hub_is_asked_with_head_first_and_no_more_than_two_pulls(tmp_path: Path) -> None:
    script: Script = {"/v2/": OK, **served(REPOSITORY, INDEX, AMD64, ARM64, tag="1.0")}
    async with browsing({HUB: script}, cache=Cache(tmp_path / "cache")) as (session, net):
        place = place_of(session, "docker.io")
        first = await details(session, place, REPOSITORY, "1.0")
        asked = [
            f"{one.method} {one.target.rpartition('/')[2]}"
            for one in net.heard
            if "/manifests/sha256-" not in one.target
        ]
        assert [line for line in asked if "sha256:" in line or "1.0" in line][:2] == ["HEAD 1.0", f"GET {INDEX.digest}"]
        assert f"GET {AMD64.digest}" in asked
        assert f"GET {ARM64.digest}" not in asked
        assert first.total_size is None
        count = len(net.heard)
        again = await details(session, place, REPOSITORY, "1.0")
        assert (again.digest, again.size) == (first.digest, first.size)
        assert again.claimed == first.claimed == INDEX.digest
        later = [
            f"{one.method} {one.target.rpartition('/')[2]}" for one in net.heard[count:] if "/manifests/" in one.target
        ]
        assert [line for line in later if not line.startswith("GET sha256-")] == ["HEAD 1.0"]


async def test_a_mirror_is_asked_for_one_image_and_for_no_more() -> None:
    mirror = "https://cache.example.com"
    script: Script = {"/v2/": OK, **served(REPOSITORY, INDEX, AMD64, ARM64, tag="1.0")}
    async with browsing({mirror: script}, mirrors=[mirror]) as (session, net):
        found = await details(session, place_of(session, mirror), REPOSITORY, "1.0")
        assert "a mirror is not asked what refers to an image" in found.notes
        assert [one.target for one in net.heard] == [
            "/v2/",
            f"{MANIFESTS}/1.0",
            f"{MANIFESTS}/{AMD64.digest}",
            f"/v2/{REPOSITORY}/blobs/{AMD64.config_digest}",
        ]


async def test_a_digest_that_is_wanted_is_checked() -> None:
    error = await refused({f"{MANIFESTS}/{AMD64.digest}": answer(ARM64)}, AMD64.digest)
    assert str(error).startswith("DIGEST MISMATCH")
    assert error.outcome is Outcome.INVALID


@pytest.mark.fault(46)
@pytest.mark.parametrize(
    ("claimed", "verified"),
    [
        (AMD64.digest, True),
        ("", True),
        ("sha512:" + hashlib.sha512(AMD64.body).hexdigest(), True),
        (ARM64.digest, False),
        (AMD64.digest.removeprefix("sha256:"), False),
        (AMD64.digest.upper(), False),
        ("sha256:../../x", False),
        ("md5:" + "0" * 32, False),
    ],
)
async def test_what_the_header_says_is_held_against_the_content(claimed: str, *, verified: bool) -> None:
    headers = {"Docker_Content_Digest": claimed} if claimed else {"Docker_Content_Digest": ""}
    found, _ = await looked({**served(REPOSITORY, AMD64), f"{MANIFESTS}/1.0": answer(AMD64, **headers)})
    assert (found.digest, found.verified) == (AMD64.digest, verified)
    assert any(note.startswith("DIGEST MISMATCH") for note in found.notes) is not verified


@pytest.mark.fault(47)
async def test_a_tag_that_moves_between_head_and_get_is_not_mixed_up() -> None:
    script: Script = {
        "/v2/": OK,
        **served(REPOSITORY, AMD64, ARM64),
        f"{MANIFESTS}/1.0": lambda heard: answer(AMD64) if heard.method == "HEAD" else answer(ARM64),
    }
    async with browsing({HUB: script}) as (session, net):
        found = await details(session, place_of(session, "docker.io"), REPOSITORY, "1.0")
        assert (found.digest, found.platform) == (AMD64.digest, "linux/amd64")
        assert f"GET {HUB}{MANIFESTS}/1.0" not in net.log


BAD: list[tuple[str, bytes, str]] = [
    ("no JSON", reply(200, "x", Content_Type=OCI_MANIFEST), "not JSON"),
    ("a list", reply(200, "[]", Content_Type=OCI_MANIFEST), "not a JSON object"),
    ("nested", reply(200, "[" * 200_000, Content_Type=OCI_MANIFEST), "nested too deeply"),
    ("a huge number", reply(200, '{"a":' + "9" * 5000 + "}", Content_Type=OCI_MANIFEST), "more than 40 digits"),
    ("NaN", reply(200, '{"a": NaN}', Content_Type=OCI_MANIFEST), "NaN"),
    ("a byte order mark", reply(200, b"\xef\xbb\xbf{}", Content_Type=OCI_MANIFEST), "not JSON"),
    ("UTF-16", reply(200, "{}".encode("utf-16"), Content_Type=OCI_MANIFEST), "not UTF-8"),
    ("a negative size", answer(manifest(b"{}", layer(1) | {"size": -1})), "no valid size"),
    ("a size with a point", answer(manifest(b"{}", layer(1) | {"size": 1.5})), "no valid size"),
    ("a digest that climbs", answer(manifest(b"{}", layer(1) | {"digest": "sha256:../../x"})), "no valid digest"),
    ("two things at once", answer(manifest(b"{}", layer(1), manifests=[])), "ambiguous"),
    ("another type", answer(AMD64, Content_Type=DOCKER_MANIFEST), "says that it is"),
    ("an unknown type", answer(AMD64, Content_Type="application/x-evil\x07"), "no known type"),
    ("a page", reply(200, "<html>", Content_Type="text/html"), "a web page was sent"),
    ("too large", reply(200, b" " * (4 * 1024 * 1024 + 1), Content_Type=OCI_MANIFEST), "larger than 4 MiB"),
    ("nothing", reply(200, b"", Content_Type=OCI_MANIFEST), "empty"),
]


@pytest.mark.parametrize(("given", "words"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
async def test_a_manifest_that_is_none_is_refused_with_the_reason(given: bytes, words: str) -> None:
    error = await refused({f"{MANIFESTS}/1.0": given})
    assert words in str(error)
    assert error.outcome is Outcome.INVALID
    assert str(error).isprintable()


@pytest.mark.fault(44)
async def test_artifacts_are_shown_for_what_they_are() -> None:
    chart = manifest(b"{}", layer(1))
    kinds = {
        "application/vnd.cncf.helm.config.v1+json": Kind.CHART,
        "application/vnd.docker.ai.model.config.v0.1+json": Kind.AI_MODEL,
        "application/vnd.example.thing+json": Kind.ARTIFACT,
    }
    for media_type, kind in kinds.items():
        body = json.loads(chart.body)
        body["config"]["mediaType"] = media_type
        found, asked = await looked({f"{MANIFESTS}/1.0": reply(200, json.dumps(body), Content_Type=OCI_MANIFEST)})
        assert (found.manifest.kind, found.config) == (kind, None)
        assert any("/blobs/" in target for target in asked) is (kind is Kind.CHART)


@pytest.mark.fault(45)
async def test_an_index_that_points_at_itself_or_at_indexes_is_listed_and_not_followed() -> None:
    inner = {"mediaType": OCI_INDEX, "digest": digest_of(b"inner"), "size": 5}
    index = index_of(entries=(inner, inner))
    found, asked = await looked({f"{MANIFESTS}/1.0": answer(index)})
    assert (len(found.platforms), found.image) == (2, None)
    assert digest_of(b"inner") not in " ".join(asked)


@pytest.mark.fault(45)
async def test_a_very_large_index_costs_a_bounded_number_of_requests() -> None:
    entries = tuple({"mediaType": OCI_MANIFEST, "digest": digest_of(b"%d" % n), "size": 5} for n in range(6000))
    found, asked = await looked({f"{MANIFESTS}/1.0": answer(index_of(entries=entries))})
    assert len(found.platforms) == 5000
    assert any("1000 entries of the index" in note for note in found.notes)
    assert len(asked) <= 1 + 1 + 24 + 2


@pytest.mark.fault(49)
async def test_a_configuration_that_is_not_its_digest_is_left_out_and_told() -> None:
    script = {**served(REPOSITORY, AMD64, tag="1.0"), f"/v2/{REPOSITORY}/blobs/{AMD64.config_digest}": reply(200, "{}")}
    found, _ = await looked(script)
    assert found.config is None
    assert any("configuration cannot be had" in note and "is not sha256:" in note for note in found.notes)
    assert [each.descriptor.size for each in found.layers if each.descriptor] == [1000, 2000]


@pytest.mark.fault(48)
async def test_places_that_a_layer_offers_are_shown_and_never_asked() -> None:
    picture = image("amd64", "", layer(1, urls=["https://evil.example/x\x1b]8;;"]))
    found, asked = await looked(served(REPOSITORY, picture, tag="1.0"))
    assert found.layers[0].descriptor is not None
    assert found.layers[0].descriptor.urls == (r"https://evil.example/x\x1b]8;;",)
    assert all(target.startswith("/v2/") for target in asked)


def referrer(number: int) -> dict[str, Any]:
    return {
        "mediaType": OCI_MANIFEST,
        "digest": digest_of(b"referrer %d" % number),
        "size": 5,
        "artifactType": f"application/x.{number}",
    }


def referring(*numbers: int, link: str = "") -> bytes:
    headers = {"Link": f'<{link}>; rel="next"'} if link else {}
    return reply(200, index_of(entries=tuple(map(referrer, numbers))).body, Content_Type=OCI_INDEX, **headers)


def listing(*entries: Any) -> bytes:
    return reply(200, index_of(entries=entries).body, Content_Type=OCI_INDEX)


LISTED = f"{REFERRERS}/{AMD64.digest}"
FALLBACK = f"{MANIFESTS}/{AMD64.digest.replace(':', '-')}"
REFERRING: list[tuple[str, Script, list[int], str]] = [
    ("none", {LISTED: referring()}, [], ""),
    ("two pages", {LISTED: referring(1, link="?x=1"), f"{LISTED}?x=1": referring(2)}, [1, 2], ""),
    ("a loop", {LISTED: referring(1, link="?x=1"), f"{LISTED}?x=1": referring(2, link=LISTED)}, [1, 2], "earlier page"),
    ("a foreign link", {LISTED: referring(1, link="https://evil.example/")}, [1], "another host"),
    ("the fallback", {FALLBACK: referring(3)}, [3], ""),
    ("a refusal", {LISTED: reply(405), FALLBACK: referring(3)}, [3], ""),
    ("a fault", {LISTED: reply(500), FALLBACK: referring(3)}, [3], ""),
    ("neither", {}, [], ""),
    ("no index", {LISTED: reply(200, "<html>", Content_Type="text/html")}, [], ""),
    ("no index at the tag", {FALLBACK: answer(ARM64)}, [], ""),
    ("a broken index", {LISTED: reply(200, "{", Content_Type=OCI_INDEX)}, [], "cannot be read: it is not JSON"),
    ("a broken index at the tag", {FALLBACK: reply(200, "{", Content_Type=OCI_INDEX)}, [], "cannot be told"),
    ("an entry that is none", {LISTED: listing({}, referrer(1))}, [1], "1 entries of what refers to the image"),
    ("an entry that is none at the tag", {FALLBACK: listing(7, referrer(1))}, [1], "1 entries of what refers"),
    ("a wait", {LISTED: reply(429, "{}", Retry_After="99")}, [], "cannot be told"),
]


@pytest.mark.fault(50)
@pytest.mark.parametrize(
    ("script", "numbers", "note"), [case[1:] for case in REFERRING], ids=[case[0] for case in REFERRING]
)
async def test_what_refers_to_an_image_is_found_or_said_to_be_missing(
    script: Script, numbers: list[int], note: str
) -> None:
    found, asked = await looked({**served(REPOSITORY, AMD64, tag="1.0"), **script})
    assert [each.descriptor.artifact_type for each in found.referrers] == [f"application/x.{n}" for n in numbers]
    assert any(note in text for text in found.notes) if note else found.notes == ()
    assert len(asked) <= 8


@pytest.mark.fault(50)
async def test_endless_referrers_end() -> None:
    def page(heard: Heard) -> bytes:
        number = int(heard.target.partition("x=")[2] or 0)
        return referring(number, link=f"?x={number + 1}")

    found, asked = await looked({**served(REPOSITORY, AMD64, tag="1.0"), LISTED: page})
    assert len(found.referrers) == 20
    assert any("the first 20" in note for note in found.notes)
    assert len(asked) <= 25


@pytest.mark.parametrize("name", ["1.0\n", "a/b", "sha256:zz", "", "x" * 129])
async def test_a_reference_without_the_grammar_is_refused_before_anything_is_asked(name: str) -> None:
    async with browsing({REG: {"/v2/": OK}}) as (session, net):
        with pytest.raises(BrowseError, match="names no image"):
            await details(session, place_of(session, HOST), REPOSITORY, name)
        assert net.heard == []


async def test_the_login_is_named_with_its_file_and_its_secret_never(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".docker").mkdir()
    config = {"auths": {HOST: {"auth": "YWxpY2U6cGFzcy13b3JkLW9mLWFsaWNl"}}}
    (tmp_path / ".docker/config.json").write_text(json.dumps(config))
    script: Script = {"/v2/": bearer(f"{REG}/token"), "/token": token(), **served(REPOSITORY, AMD64, tag="1.0")}
    async with browsing({REG: script}, trusted=(REG,)) as (session, _):
        place = place_of(session, HOST)
        await details(session, place, REPOSITORY, "1.0")
        known = standing(session, place)
        assert known is not None
        assert known.user == "alice"
        assert known.login.startswith("asked as alice: ")
        assert ".docker/config.json" in known.login
        assert "pass-word" not in repr(known)


@pytest.mark.fault(43)
def test_raw_json_is_indented_and_holds_nothing_that_a_terminal_acts_on() -> None:
    assert raw_lines(b'{"a": ["b", 1]}') == ("{", '  "a": [', '    "b",', "    1", "  ]", "}")
    hostile = json.dumps({"x": "\x1b[31m\u202e\ud800\n"}).encode()
    assert all(line.isprintable() for line in raw_lines(hostile))
    assert raw_lines(b"\xff\x1b]0;x\x07 no json") == (r"\xff\x1b]0;x\x07 no json",)


@pytest.mark.fault(43)
def test_raw_json_has_an_end() -> None:
    assert len(raw_lines(b"[" + b"1," * 100_000 + b"1]")) == 20_001
    assert len(raw_lines(b'{"a": "' + b"x" * 3_000_000 + b'"}')[0]) == 2000
    assert raw_lines(b"[" * 100_000)[0].endswith("…")
