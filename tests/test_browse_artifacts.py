"""What is no image in detail: manifests of types that nobody here knows, artifacts, charts, what cannot be read."""

from __future__ import annotations

import json

import pytest

from regtui.browse import details, place_of, standing
from regtui.browse.documents import details_document
from regtui.browse.facts import TagFactsReader
from regtui.browse.telling import details_lines
from regtui.registry.manifests import Kind
from tests.browsing_net import HOST, OK, REG, browsing
from tests.images import digest_of
from tests.registry_net import reply

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
