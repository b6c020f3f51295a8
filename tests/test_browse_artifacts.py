"""What is no image in detail: manifests of types that nobody here knows, artifacts, charts, what cannot be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from regtui.browse import BrowseError, details, place_of, standing
from regtui.browse.charts import CONFIG as HELM
from regtui.browse.documents import details_document
from regtui.browse.facts import TagFactsReader
from regtui.browse.models import platform_names
from regtui.browse.order import Attached
from regtui.browse.telling import details_lines
from regtui.registry.image_config import read_config
from regtui.registry.manifests import OCI_INDEX, OCI_MANIFEST, Kind
from tests.browsing_net import HOST, OK, REG, browsing
from tests.images import LAYER, Picture, answer, digest_of, image, index_of, layer, manifest, served
from tests.registry_net import reply

if TYPE_CHECKING:
    from regtui.browse.models import Details
    from tests.registry_net import Script

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

PATH = "/v2/team/thing/manifests/1"
BUNDLE = "application/vnd.acme.bundle.v9+json"


@pytest.mark.fault(44)
async def test_a_manifest_of_a_type_that_nobody_knows_is_shown_with_its_type_digest_and_json() -> None:
    body = json.dumps({"schemaVersion": 9, "mediaType": BUNDLE, "stuff": [1], "annotations": {"k": "v"}}).encode()
    script = {"/v2/": OK, PATH: reply(200, body, Content_Type=BUNDLE, Docker_Content_Digest=digest_of(body))}
    async with browsing({REG: script}) as (session, net):
        place = place_of(session, HOST)
        found = await details(session, place, "team/thing", "1")
        (facts,) = [facts async for facts in TagFactsReader(session, place, "team/thing").describe(["1"])]
        known = standing(session, place)
        assert known is not None
        assert not any("/blobs/" in heard.target for heard in net.heard)
    assert (found.manifest.kind, found.manifest.media_type, found.verified) == (Kind.UNKNOWN, BUNDLE, True)
    assert (found.digest, found.size, found.total_size) == (digest_of(body), None, None)
    told = "\n".join(text for _, text in details_lines(found, known, "thing:1"))
    assert f"{Kind.UNKNOWN}, {BUNDLE}" in told
    assert "not known to regtui" in told
    assert details_document(found)["manifest"]["stuff"] == [1]
    assert (facts.kind, facts.digest, facts.size, facts.trouble) == (str(Kind.UNKNOWN), digest_of(body), None, "")


async def looked(script: Script, reference: str = "1") -> tuple[Details, str]:
    """Look at team/thing; return the details and what `inspect` prints."""
    async with browsing({REG: {"/v2/": OK, **script}}) as (session, _):
        place = place_of(session, HOST)
        found = await details(session, place, "team/thing", reference)
        known = standing(session, place)
        assert known is not None
    return found, "\n".join(text for _, text in details_lines(found, known, "thing:1"))


async def test_images_for_windows_are_told_apart_and_an_index_in_an_index_is_called_one() -> None:
    amd64 = image("amd64")
    windows = {"os": "windows", "architecture": "amd64"}
    entries = (
        {**amd64.descriptor, "platform": {**windows, "os.version": "10.0.26100.1"}},
        {**amd64.descriptor, "platform": {**windows, "os.version": "10.0.20348.5"}},
        {"mediaType": OCI_INDEX, "digest": digest_of(b"inner"), "size": 5},
        {"mediaType": OCI_MANIFEST, "digest": digest_of(b"bare"), "size": 5},
    )
    found, told = await looked(served("team/thing", index_of(entries=entries), amd64, tag="1"))
    names = ["windows/amd64 10.0.26100.1", "windows/amd64 10.0.20348.5"]
    assert list(platform_names(found.platforms)) == [*names, "another index, not looked into", "no platform named"]
    assert all(f"  {name} " in told for name in names)
    versions = [each["os_version"] for each in details_document(found)["platforms"]]
    assert versions == ["10.0.26100.1", "10.0.20348.5", None, None]


async def test_a_history_that_tells_of_more_layers_than_there_are_is_not_believed() -> None:
    steps = [{"created_by": "ADD a"}, {"created_by": "RUN b"}, {"created_by": "CMD", "empty_layer": True}]
    found, _ = await looked(served("team/thing", image("amd64", "", layer(1), history=steps), tag="1"))
    assert any("layers: 1, steps of the history that make one: 2" in note for note in found.notes)
    fitting, _ = await looked(served("team/thing", image("amd64", "", layer(1), layer(2), history=steps), tag="1"))
    assert fitting.notes == ()


CHART = {
    "name": "thing",
    "version": "0.3.1",
    "appVersion": 7,
    "description": "a\x1b[2J\nchart",
    "deprecated": True,
    "dependencies": [{"name": "redis", "version": "17.x"}, "x"],
    "maintainers": [{"name": "Ann", "email": "ann@example.com"}],
}


@pytest.mark.fault(44)
async def test_a_helm_chart_tells_what_it_is() -> None:
    body = json.dumps(CHART).encode()
    made = json.loads(manifest(body, layer(1)).body)
    made["config"]["mediaType"] = HELM
    chart = Picture(json.dumps(made).encode(), OCI_MANIFEST, (body,))
    found, told = await looked(served("team/thing", chart, tag="1"))
    assert found.chart == (
        ("name", "thing"),
        ("version", "0.3.1"),
        ("about", r"a\x1b[2J chart"),
        ("deprecated", "yes"),
        ("needs", "redis 17.x"),
        ("maintainer", "Ann ann@example.com"),
    )
    assert "  version     0.3.1" in told
    assert details_document(found)["config_json"]["name"] == "thing"
    broken, _ = await looked({**served("team/thing", chart, tag="1"), f"/v2/team/thing/blobs/{digest_of(body)}": OK})
    assert broken.chart == ()
    assert any("what the chart says of itself cannot be had" in note for note in broken.notes)


async def test_a_file_of_an_artifact_is_told_by_its_name_and_what_refers_to_it_with_its_annotations() -> None:
    thing = manifest(b"{}", layer(1, annotations={"org.opencontainers.image.title": "sbom.json"}), artifactType="a/b")
    reference = {"mediaType": OCI_MANIFEST, "digest": digest_of(b"r"), "size": 5, "artifactType": "x/signature"}
    listed = reply(200, index_of(entries=({**reference, "annotations": {"by": "ann"}},)).body, Content_Type=OCI_INDEX)
    script = {**served("team/thing", thing, tag="1"), f"/v2/team/thing/referrers/{thing.digest}": listed}
    found, told = await looked(script)
    assert f"sbom.json  {LAYER}" in told
    assert "  x/signature  sha256:" in told
    assert "    by = ann" in told
    assert details_document(found)["layers"][0]["file"] == "sbom.json"


async def test_tags_that_cosign_wrote_are_asked_for_where_nobody_has_the_list_of_tags() -> None:
    amd64 = image("amd64")
    tag = f"{amd64.digest.replace(':', '-')}.att"
    script = {"/v2/": OK, **served("team/thing", amd64, tag="1"), f"/v2/team/thing/manifests/{tag}": answer(amd64)}
    async with browsing({REG: script}) as (session, net):
        place = place_of(session, HOST)
        before = await details(session, place, "team/thing", "1")
        assert before.attached == ()
        count = len(net.heard)
        found = await details(session, place, "team/thing", "1", attached=True)
        assert found.attached == (Attached("att", tag),)
        assert details_document(found)["attached"] == [{"kind": "att", "tag": tag}]
        assert [heard.method for heard in net.heard[count:]].count("HEAD") == 3
        known = standing(session, place)
        assert known is not None
        assert f"  tag att  {tag}" in [text for _, text in details_lines(found, known, "thing:1")]


async def test_manifest_and_configuration_can_be_had_as_they_were_sent() -> None:
    amd64 = image("amd64", config={"Healthcheck": {"Test": ["NONE"]}, "OnBuild": ["RUN x"]})
    found, told = await looked(served("team/thing", index_of(amd64), amd64, tag="1"))
    document = details_document(found)
    assert found.image_body == amd64.body
    assert document["image_manifest"]["config"]["digest"] == amd64.config_digest
    assert document["config_json"]["config"]["OnBuild"] == ["RUN x"]
    assert "  health      NONE" in told
    single, _ = await looked(served("team/thing", amd64, tag="1"))
    assert details_document(single)["image_manifest"] is None


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ({"Test": ["CMD-SHELL", "curl -f x || exit 1"], "Interval": 30_000_000_000}, "curl -f x || exit 1, every 30 s"),
        ({"Test": ["CMD", "curl", "a b"], "Interval": 0}, "curl 'a b'"),
        ({"Test": [], "Interval": 5}, ""),
        ({"Test": ["CMD", 7], "Interval": "x"}, ""),
        (["CMD"], ""),
    ],
)
def test_a_health_check_reads_as_in_a_dockerfile(check: object, words: str) -> None:
    assert read_config(json.dumps({"config": {"Healthcheck": check}}).encode()).health == words


@pytest.mark.fault(43)
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (answer(manifest(b"{}", layer(1), manifests=[])), True),
        (reply(200, "no json", Content_Type=OCI_MANIFEST), True),
        (reply(200, "<html>", Content_Type="text/html"), False),
        (reply(404, "{}"), False),
    ],
)
async def test_what_cannot_be_shown_is_refused_and_can_be_looked_at_as_it_was_sent(sent: bytes, *, kept: bool) -> None:
    with pytest.raises(BrowseError) as caught:
        await looked({PATH: sent})
    assert bool(caught.value.body) is kept
