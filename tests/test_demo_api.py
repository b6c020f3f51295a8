"""What an embedded registry answers: listings, manifests, referrers, errors, tokens, limits. No socket."""

from __future__ import annotations

import base64
import json

import pytest

from regtui.demo.api import HostApi
from regtui.demo.content import DOCKER_MANIFEST, OCI_INDEX, blob_of, manifest_of
from regtui.demo.images import to_json
from regtui.demo.messages import Request, parse_request
from regtui.demo.spec import (
    Account,
    Basic,
    Bearer,
    Catalog,
    ForcedStatus,
    Host,
    RateLimit,
    RawBody,
    Repository,
    TokenService,
)
from tests.raw_client import Reply

CONFIG = blob_of(b'{"os":"linux"}')
IMAGE = manifest_of(DOCKER_MANIFEST, to_json({"schemaVersion": 2}), blobs=(CONFIG,))
OTHER = manifest_of(DOCKER_MANIFEST, to_json({"schemaVersion": 2, "layers": []}))
INDEX = manifest_of(OCI_INDEX, to_json({"manifests": []}), holds=(OTHER,))
SBOM = manifest_of(
    "application/vnd.oci.image.manifest.v1+json",
    to_json({"artifactType": "text/spdx", "subject": {"digest": IMAGE.digest}, "annotations": {"a": "b"}}),
)
PLAIN_REFERRER = manifest_of(
    "application/vnd.oci.image.manifest.v1+json",
    to_json({"config": {"mediaType": "text/config"}, "subject": {"digest": IMAGE.digest}}),
)
REPOSITORIES = (
    Repository("team/app", (("1.0", IMAGE), ("latest", IMAGE), ("index", INDEX)), (SBOM, PLAIN_REFERRER)),
    Repository("api", (("b", OTHER), ("a", OTHER), ("c", OTHER))),
    Repository("tags/list", (("x", OTHER),)),
    Repository("empty", ()),
)
BEARER = Bearer("https://auth.example/token", "svc")


def ask(api: HostApi, target: str, method: str = "GET", **headers: str) -> Reply:
    """Return what the host answers; the answer is encoded and read again, as a client would."""
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    answer = api.answer(Request(method, target, pairs))
    return Reply(answer.status, {name.lower(): value for name, value in answer.headers}, answer.body)


def plain() -> HostApi:
    """Return a registry that asks for nothing."""
    return HostApi(Host("reg.example", repositories=REPOSITORIES))


def token_for(api: HostApi, query: str, **headers: str) -> str:
    """Return `Bearer TOKEN` from the host's token service."""
    return f"Bearer {ask(api, f'/token?{query}', **headers).json['token']}"


def test_the_version_check() -> None:
    reply = ask(plain(), "/v2/")
    assert (reply.status, reply.body) == (200, b"{}")
    assert reply.headers["docker-distribution-api-version"] == "registry/2.0"


@pytest.mark.parametrize("reference", ["1.0", "latest", IMAGE.digest])
def test_a_manifest_by_tag_and_by_digest(reference: str) -> None:
    reply = ask(plain(), f"/v2/team/app/manifests/{reference}")
    assert (reply.status, reply.body) == (200, IMAGE.body)
    assert reply.headers["docker-content-digest"] == IMAGE.digest
    assert reply.headers["content-type"] == DOCKER_MANIFEST


def test_what_an_index_lists_is_there_by_digest_alone() -> None:
    assert ask(plain(), f"/v2/team/app/manifests/{OTHER.digest}").status == 200
    assert ask(plain(), "/v2/team/app/tags/list").json["tags"] == ["1.0", "index", "latest"]


def test_a_blob() -> None:
    assert ask(plain(), f"/v2/team/app/blobs/{CONFIG.digest}").body == CONFIG.content
    error = ask(plain(), "/v2/team/app/blobs/sha256:00").error
    assert error == {"code": "BLOB_UNKNOWN", "message": "blob unknown to registry", "detail": "sha256:00"}


@pytest.mark.parametrize(
    ("target", "detail"),
    [
        ("/v2/team/app/manifests/9", {"Tag": "9"}),
        ("/v2/nope/manifests/latest", {"Tag": "latest"}),
        ("/v2/nope/manifests/sha256:00", {"Name": "nope", "Revision": "sha256:00"}),
    ],
)
def test_a_missing_manifest_has_a_detail(target: str, detail: dict[str, str]) -> None:
    reply = ask(plain(), target)
    assert reply.status == 404
    assert reply.error == {"code": "MANIFEST_UNKNOWN", "message": "manifest unknown", "detail": detail}


def test_the_code_of_a_missing_repository_can_be_another() -> None:
    api = HostApi(Host("reg.example", repositories=REPOSITORIES, missing="NAME_UNKNOWN"))
    assert ask(api, "/v2/nope/manifests/latest").error["code"] == "NAME_UNKNOWN"
    assert ask(api, "/v2/team/app/manifests/9").error["code"] == "MANIFEST_UNKNOWN"


@pytest.mark.parametrize(
    ("target", "names", "link"),
    [
        ("/v2/_catalog", ["api", "tags/list", "team/app"], None),
        ("/v2/_catalog?n=2", ["api", "tags/list"], "/v2/_catalog?last=tags%2Flist&n=2"),
        ("/v2/_catalog?n=2&last=tags/list", ["team/app"], None),
        ("/v2/_catalog?n=3", ["api", "tags/list", "team/app"], None),
        ("/v2/_catalog?n=0", [], None),
        ("/v2/_catalog?last=zzz", [], None),
    ],
)
def test_the_catalog_and_its_pages(target: str, names: list[str], link: str | None) -> None:
    reply = ask(plain(), target)
    assert reply.json == {"repositories": names}
    assert reply.headers.get("link") == (f'<{link}>; rel="next"' if link else None)


def test_pages_of_tags_join_to_all_of_them() -> None:
    api = HostApi(Host("reg.example", repositories=REPOSITORIES, page_size=1))
    target, tags = "/v2/api/tags/list?n=50", []
    for _ in range(3):
        reply = ask(api, target)
        assert reply.json["name"] == "api"
        tags += reply.json["tags"]
        target = reply.headers.get("link", "<>").partition("<")[2].partition(">")[0]
    assert tags == ["a", "b", "c"]
    assert not target


@pytest.mark.parametrize("number", ["x", "-1", "1.5", "1001", "9" * 5000, "%EF%BC%91"])
def test_a_page_of_no_size_is_refused(number: str) -> None:
    reply = ask(plain(), f"/v2/api/tags/list?n={number}")
    assert (reply.status, reply.error["code"]) == (400, "PAGINATION_NUMBER_INVALID")


def test_tags_of_an_unknown_repository() -> None:
    assert ask(plain(), "/v2/nope/tags/list").error["code"] == "NAME_UNKNOWN"


def test_a_repository_may_be_called_like_a_part_of_the_api() -> None:
    assert ask(plain(), "/v2/tags/list/tags/list").json["tags"] == ["x"]


def test_referrers_and_their_filter() -> None:
    listed = ask(plain(), f"/v2/team/app/referrers/{IMAGE.digest}")
    assert listed.headers["content-type"] == OCI_INDEX
    types = {entry["digest"]: entry["artifactType"] for entry in listed.json["manifests"]}
    assert types == {SBOM.digest: "text/spdx", PLAIN_REFERRER.digest: "text/config"}
    filtered = ask(plain(), f"/v2/team/app/referrers/{IMAGE.digest}?artifactType=text/spdx")
    assert [entry["digest"] for entry in filtered.json["manifests"]] == [SBOM.digest]
    assert filtered.json["manifests"][0]["annotations"] == {"a": "b"}
    assert filtered.headers["oci-filters-applied"] == "artifactType"
    assert ask(plain(), "/v2/team/app/referrers/sha256:00").json["manifests"] == []


@pytest.mark.parametrize("target", ["/v1/_ping", "/v1/repositories/api/images", "/", "/v2", "/token", "/v2//x"])
def test_what_is_no_part_of_the_api_is_not_found(target: str) -> None:
    reply = ask(plain(), target)
    assert (reply.status, reply.body) == (404, b"404 page not found\n")


def test_parts_of_the_api_can_be_missing() -> None:
    api = HostApi(Host("reg.example", repositories=REPOSITORIES, referrers=False, catalog=Catalog.ABSENT))
    assert ask(api, f"/v2/team/app/referrers/{IMAGE.digest}").status == 404
    assert ask(api, "/v2/_catalog").status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_can_be_written(method: str) -> None:
    reply = ask(plain(), "/v2/api/manifests/a", method)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")


def test_a_forced_status_has_a_detail_only_where_one_is_given() -> None:
    bare, full = ForcedStatus("/v2/a", 401, "C", "m"), ForcedStatus("/v2/ab", 500, "C", "m", {"limit": 1})
    api = HostApi(Host("reg.example", status=(bare, full)))
    assert ask(api, "/v2/a/manifests/x").error == {"code": "C", "message": "m"}
    longer = ask(api, "/v2/ab/manifests/x")
    assert (longer.status, longer.error["detail"]) == (500, {"limit": 1})
    assert longer.headers["docker-distribution-api-version"] == "registry/2.0"
    assert "www-authenticate" not in longer.headers


def test_a_raw_body_is_not_a_registrys() -> None:
    api = HostApi(Host("reg.example", raw=(RawBody("/v2/", 404, "text/plain", b"404 page not found"),), auth=BEARER))
    reply = ask(api, "/v2/app/manifests/latest")
    assert (reply.status, reply.body, reply.headers) == (404, b"404 page not found", {"content-type": "text/plain"})


def test_the_limit_counts_get_and_not_head() -> None:
    api = HostApi(Host("hub", repositories=REPOSITORIES, rate_limit=RateLimit(100, 21600, 2)))
    left = [
        ask(api, "/v2/api/manifests/a", method).headers.get("ratelimit-remaining")
        for method in ("HEAD", "GET", "HEAD", "GET", "HEAD")
    ]
    assert left == ["2;w=21600", "1;w=21600", "1;w=21600", "0;w=21600", "0;w=21600"]
    refused = ask(api, "/v2/api/manifests/a")
    assert (refused.status, refused.error["code"]) == (429, "TOOMANYREQUESTS")


class TestBearer:
    def api(self, **changes: bool) -> HostApi:
        auth = Bearer(BEARER.realm, BEARER.service, **changes)
        service = TokenService((Account("u", "p"),))
        return HostApi(Host("hub", repositories=REPOSITORIES, auth=auth, token=service, catalog=Catalog.DENIED))

    def test_the_challenge_names_realm_service_and_scope(self) -> None:
        api = self.api()
        assert ask(api, "/v2/").headers["www-authenticate"] == 'Bearer realm="https://auth.example/token",service="svc"'
        reply = ask(api, "/v2/team/app/manifests/latest")
        assert reply.headers["www-authenticate"].endswith(',scope="repository:team/app:pull"')
        assert reply.error == {"code": "UNAUTHORIZED", "message": "authentication required"}

    def test_a_detail_names_the_resource(self) -> None:
        error = ask(self.api(detailed=True), "/v2/team/app/manifests/latest").error
        assert error["detail"] == [{"Type": "repository", "Class": "", "Name": "team/app", "Action": "pull"}]

    def test_a_token_opens_its_scope_and_no_other(self) -> None:
        api = self.api()
        token = token_for(api, "service=svc&scope=repository:team/app:pull,push&scope=repository:api:push")
        assert ask(api, "/v2/", authorization=token).status == 200
        assert ask(api, "/v2/team/app/manifests/latest", authorization=token).status == 200
        refused = ask(api, "/v2/api/manifests/a", authorization=token)
        assert refused.status == 401
        assert refused.headers["www-authenticate"].endswith('scope="repository:api:pull",error="insufficient_scope"')

    @pytest.mark.parametrize("token", ["Bearer x", "Bearer a.b.c", "Bearer ", "Bearer \u00fc.\u00e4", "Basic dTpw"])
    def test_a_token_of_nobody_opens_nothing(self, token: str) -> None:
        assert ask(self.api(), "/v2/", authorization=token).status == 401

    def test_a_forged_token_opens_nothing(self) -> None:
        api = self.api()
        head, claims, signature = token_for(api, "service=svc&scope=repository:api:pull").split(".")
        document = json.loads(base64.urlsafe_b64decode(claims + "==="))
        document["access"] = ["repository:team/app:pull"]
        forged = base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()
        refused = ask(api, "/v2/team/app/manifests/latest", authorization=f"{head}.{forged}.{signature}")
        assert refused.headers["www-authenticate"].endswith('error="invalid_token"')

    def test_a_token_for_another_service_or_of_yesterday_opens_nothing(self) -> None:
        api = self.api()
        other = token_for(api, "service=other&scope=repository:api:pull")
        late = HostApi(Host("auth", token=TokenService(lifetime=-1)))
        for token in (other, token_for(late, "service=svc&scope=repository:api:pull")):
            refused = ask(api, "/v2/api/manifests/a", authorization=token)
            assert refused.headers["www-authenticate"].endswith('error="invalid_token"')

    def test_where_nobody_is_not_enough_an_account_is(self) -> None:
        api = self.api(anonymous=False)
        query = "service=svc&scope=repository:api:pull"
        refused = ask(api, "/v2/api/manifests/a", authorization=token_for(api, query))
        assert refused.status == 401
        assert "error=" not in refused.headers["www-authenticate"]
        known = token_for(api, query, authorization="Basic " + base64.b64encode(b"u:p").decode())
        assert ask(api, "/v2/api/manifests/a", authorization=known).status == 200

    def test_a_wrong_password_gets_no_token(self) -> None:
        wrong = "Basic " + base64.b64encode(b"u:x").decode()
        assert ask(self.api(), "/token?service=svc", authorization=wrong).status == 401

    def test_the_hub_has_a_token_for_its_catalog_and_no_catalog(self) -> None:
        api = self.api()
        token = token_for(api, "service=svc&scope=registry:catalog:*")
        refused = ask(api, "/v2/_catalog", authorization=token)
        assert refused.headers["www-authenticate"].endswith('scope="registry:catalog:*",error="insufficient_scope"')


class TestBasic:
    API = HostApi(Host("reg", repositories=REPOSITORIES, auth=Basic((Account("u", "p"),))))

    @pytest.mark.parametrize(("login", "status"), [("u:p", 200), ("u:x", 401), ("x:p", 401), ("", 401), ("u", 401)])
    def test_accounts(self, login: str, status: int) -> None:
        header = "Basic " + base64.b64encode(login.encode()).decode()
        assert ask(self.API, "/v2/api/manifests/a", authorization=header).status == status

    @pytest.mark.parametrize("header", ["Basic !", "Basic /w==", "Bearer dTpw", "Basic"])
    def test_headers_that_prove_nothing(self, header: str) -> None:
        reply = ask(self.API, "/v2/", authorization=header)
        assert (reply.status, reply.headers["www-authenticate"]) == (401, 'Basic realm="registry"')

    def test_a_password_is_not_shown(self) -> None:
        assert "p'" not in repr(Account("u", "p"))


@pytest.mark.parametrize(
    "head",
    [b"", b"GET\r\n\r\n", b"get / HTTP/1.1\r\n\r\n", b"GET / HTTP/2.0\r\n\r\n", b"GET x HTTP/1.1\r\n\r\n",
     b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"GET / HTTP/1.1\r\nA : b\r\n\r\n", b"GET /\xff HTTP/1.1\r\n\r\n",
     b"\x16\x03\x01\x02\x00\r\n\r\n"],
)  # fmt: skip
def test_what_is_no_request(head: bytes) -> None:
    assert parse_request(head) is None


@pytest.mark.parametrize(
    ("head", "closes"),
    [
        (b"GET /v2/ HTTP/1.1\r\nHost: a\r\n\r\n", False),
        (b"GET /v2/ HTTP/1.0\r\n\r\n", True),
        (b"GET /v2/ HTTP/1.1\r\nConnection: Close\r\n\r\n", True),
        (b"POST /v2/ HTTP/1.1\r\nContent-Length: 5\r\n\r\n", True),
        (b"POST /v2/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", True),
        (b"GET /v2/ HTTP/1.1\r\nContent-Length: 0\r\n\r\n", False),
    ],
)
def test_when_a_connection_ends(head: bytes, closes: bool) -> None:
    request = parse_request(head)
    assert request
    assert request.closes is closes
