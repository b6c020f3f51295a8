"""What one host of a world answers: the distribution API, read only, from memory and without a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from regtui.demo.content import OCI_INDEX
from regtui.demo.messages import Answer, error_answer, json_answer, page_not_found
from regtui.demo.routes import Kind, Route, route_of
from regtui.demo.spec import Basic, Bearer, Catalog, ForcedStatus, RawBody
from regtui.demo.store import Store, referrers
from regtui.demo.tokens import basic_refusal, bearer_refusal, insufficient_scope, token_answer

if TYPE_CHECKING:
    from regtui.demo.messages import Headers, Request
    from regtui.demo.spec import Host

API_VERSION = ("Docker-Distribution-Api-Version", "registry/2.0")
_CATALOG_PAGE = 100  # the reference implementation's default
_LARGEST_PAGE = 1000  # and its maximum, for which it answers PAGINATION_NUMBER_INVALID
_FORCED = TypeVar("_FORCED", ForcedStatus, RawBody)


class HostApi:
    """A host's state and its answers. `store` grows where the host is a pull-through cache."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.store = Store((*host.repositories, *host.cached))
        self._pulls_left = host.rate_limit.remaining if host.rate_limit else 0

    def answer(self, request: Request) -> Answer:
        """Return the answer to one request.

        Raw bodies come first and carry no header of a registry; then verbs, the token service, forced statuses,
        authentication, content.
        """
        path = request.path
        if request.method not in {"GET", "HEAD"}:
            answer = error_answer(405, "UNSUPPORTED", "The operation is unsupported.")
            return answer.with_headers(("Allow", "GET, HEAD"), API_VERSION)
        raw, forced = _longest(self.host.raw, path), _longest(self.host.status, path)
        if raw and (forced is None or len(raw.prefix) > len(forced.prefix)):
            return Answer(raw.status, (("Content-Type", raw.content_type),), raw.body)
        if forced:
            answer = error_answer(forced.status, forced.code, forced.message, forced.detail)
            return answer.with_headers(API_VERSION, *forced.headers)
        if path == "/token" and self.host.token:
            return token_answer(request, self.host.token)
        route = route_of(path)
        if route.kind is Kind.OTHER:
            return page_not_found()
        return (self._refusal(route, request) or self._content(route, request)).with_headers(API_VERSION)

    def _refusal(self, route: Route, request: Request) -> Answer | None:
        authorization = request.header("authorization")
        match self.host.auth:
            case Basic(accounts):
                return basic_refusal(accounts, authorization)
            case Bearer() as bearer:
                refusal = bearer_refusal(bearer, authorization, route.scope)
                if refusal is None and route.kind is Kind.CATALOG and self.host.catalog is Catalog.DENIED:
                    return insufficient_scope(bearer, route.scope)
                return refusal
            case None:
                return None

    def _content(self, route: Route, request: Request) -> Answer:
        match route.kind:
            case Kind.PING:
                return Answer(200, (("Content-Type", "application/json; charset=utf-8"),), b"{}")
            case Kind.CATALOG:
                return self._catalog(request)
            case Kind.TAGS:
                return self._tags(route, request)
            case Kind.MANIFEST:
                return self._manifest(route, request)
            case Kind.BLOB:
                return self._blob(route)
            case Kind.REFERRERS if self.host.referrers:
                return self._referrers(route, request)
            case _:
                return page_not_found()

    def _catalog(self, request: Request) -> Answer:
        if self.host.catalog is not Catalog.LISTED:
            return page_not_found()
        listed = [name for name in self.store.names() if (shelf := self.store.shelf(name)) and shelf.tags]
        page, link = self._page(request, listed, default=_CATALOG_PAGE)
        return _bad_number(request) if page is None else json_answer(200, {"repositories": page}, *link)

    def _tags(self, route: Route, request: Request) -> Answer:
        shelf = self.store.shelf(route.repository)
        if shelf is None:
            return error_answer(
                404, "NAME_UNKNOWN", "repository name not known to registry", {"name": route.repository}
            )
        page, link = self._page(request, sorted(shelf.tags), default=0)
        return (
            _bad_number(request) if page is None else json_answer(200, {"name": route.repository, "tags": page}, *link)
        )

    def _page(self, request: Request, names: list[str], *, default: int) -> tuple[list[str] | None, Headers]:
        """Return one page and its Link header (distribution-spec, Listing Tags); None for an `n` that is no number."""
        text = request.parameter("n")
        if text is not None and not (text.isascii() and text.isdigit() and len(text) < 10):
            return None, ()
        size = default if text is None else int(text)
        if text is not None and size > _LARGEST_PAGE:
            return None, ()
        if self.host.page_size and (text is None or size > self.host.page_size):
            size = self.host.page_size
        last = request.parameter("last")
        rest = [name for name in names if last is None or name > last]
        if text == "0":
            return [], ()
        page = rest[:size] if size else rest
        if len(page) == len(rest):
            return page, ()
        path = request.target.partition("?")[0]
        return page, (("Link", f'<{path}?last={quote(page[-1], safe="")}&n={size}>; rel="next"'),)

    def _manifest(self, route: Route, request: Request) -> Answer:
        shelf = self.store.shelf(route.repository)
        manifest = shelf.find(route.reference) if shelf else None
        if shelf is None or manifest is None:
            code = "MANIFEST_UNKNOWN" if shelf else self.host.missing
            return error_answer(404, code, "manifest unknown", _unknown(route))
        quota = self._count_pull(request)
        if quota is None:
            return error_answer(429, "TOOMANYREQUESTS", "You have reached your pull rate limit.", {"limit": "pulls"})
        digest = ("Docker-Content-Digest", manifest.digest)
        return Answer(200, (("Content-Type", manifest.media_type), digest, *quota), manifest.body)

    def _count_pull(self, request: Request) -> Headers | None:
        """Return the headers that tell the pull limit, None when it is used up. HEAD is not counted (Docker Hub)."""
        limit = self.host.rate_limit
        if limit is None:
            return ()
        if request.method == "GET":
            if self._pulls_left == 0:
                return None
            self._pulls_left -= 1
        return (
            ("ratelimit-limit", f"{limit.limit};w={limit.window}"),
            ("ratelimit-remaining", f"{self._pulls_left};w={limit.window}"),
            ("docker-ratelimit-source", "203.0.113.7"),
        )

    def _blob(self, route: Route) -> Answer:
        shelf = self.store.shelf(route.repository)
        content = shelf.blobs.get(route.reference) if shelf else None
        if content is None:
            return error_answer(404, "BLOB_UNKNOWN", "blob unknown to registry", route.reference)
        digest = ("Docker-Content-Digest", route.reference)
        return Answer(200, (("Content-Type", "application/octet-stream"), digest), content)

    def _referrers(self, route: Route, request: Request) -> Answer:
        found = referrers(self.store.shelf(route.repository), route.reference)
        headers: Headers = ()
        if (wanted := request.parameter("artifactType")) is not None:
            found = [each for each in found if each.get("artifactType") == wanted]
            headers = (("OCI-Filters-Applied", "artifactType"),)
        answer = json_answer(200, {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": found})
        return Answer(200, (("Content-Type", OCI_INDEX), *headers), answer.body)


def _longest(forced: tuple[_FORCED, ...], path: str) -> _FORCED | None:
    return max(
        (each for each in forced if path.startswith(each.prefix)), key=lambda each: len(each.prefix), default=None
    )


def _unknown(route: Route) -> dict[str, str]:
    if ":" in route.reference:
        return {"Name": route.repository, "Revision": route.reference}
    return {"Tag": route.reference}


def _bad_number(request: Request) -> Answer:
    return error_answer(
        400, "PAGINATION_NUMBER_INVALID", "invalid number of results requested", {"n": request.parameter("n")}
    )
