"""Bearer tokens of the embedded world: given by its token services, and only those are accepted by its registries."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from regtui.demo.messages import Answer, error_answer, json_answer

if TYPE_CHECKING:
    from regtui.demo.messages import Request
    from regtui.demo.spec import Account, Bearer, TokenService

_KEY = secrets.token_bytes(32)  # one for all worlds of a process: a token names its service, and that is compared


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token says: whom it is for, at which service, and the scopes that it covers."""

    user: str
    service: str
    scopes: frozenset[str]
    expires: float


def basic_user(authorization: str | None, accounts: tuple[Account, ...]) -> str | None:
    """Return the account that a `Basic` header proves; None without such a header or with a wrong password."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user if any((each.user, each.password) == (user, password) for each in accounts) else None


def token_answer(request: Request, service: TokenService) -> Answer:
    """Answer GET /token (distribution, auth/token.md): every pull scope that is asked for is granted."""
    authorization = request.header("authorization")
    user = basic_user(authorization, service.accounts)
    if authorization and service.accounts and user is None:
        return json_answer(401, {"details": "incorrect username or password"})
    asked = [scope for name, value in request.query if name == "scope" for scope in value.split()]
    now = time.time()
    grant = Grant(
        user or "",
        request.parameter("service") or "",
        frozenset(filter(None, map(_pull_only, asked))),
        now + service.lifetime,
    )
    token = _sign(grant)
    issued_at = datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z")
    return json_answer(
        200, {"token": token, "access_token": token, "expires_in": service.lifetime, "issued_at": issued_at}
    )


def _pull_only(scope: str) -> str:
    kind, _, rest = scope.partition(":")
    name, _, actions = rest.rpartition(":")
    if kind == "registry":
        return scope
    return f"{kind}:{name}:pull" if kind == "repository" and {"pull", "*"} & set(actions.split(",")) else ""


def bearer_refusal(bearer: Bearer, authorization: str | None, scope: str) -> Answer | None:
    """Return the 401 for a request that needs the scope; None where its token is good for it."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer":
        return _unauthorized(bearer, scope, "")
    grant = _read(token.strip())
    if grant is None or grant.service != bearer.service or grant.expires < time.time():
        return _unauthorized(bearer, scope, "invalid_token")
    if scope and scope not in grant.scopes:
        return insufficient_scope(bearer, scope)
    if not bearer.anonymous and not grant.user:
        return _unauthorized(bearer, scope, "")
    return None


def insufficient_scope(bearer: Bearer, scope: str) -> Answer:
    """Return the 401 that says a token does not reach (RFC 6750, 3.1)."""
    return _unauthorized(bearer, scope, "insufficient_scope")


def basic_refusal(accounts: tuple[Account, ...], authorization: str | None) -> Answer | None:
    """Return the 401 of a registry with basic authentication; None for a known user."""
    if basic_user(authorization, accounts) is not None:
        return None
    challenge = ("WWW-Authenticate", 'Basic realm="registry"')
    return error_answer(401, "UNAUTHORIZED", "authentication required").with_headers(challenge)


def _unauthorized(bearer: Bearer, scope: str, error: str) -> Answer:
    parameters = {"realm": bearer.realm, "service": bearer.service, "scope": scope, "error": error}
    challenge = "Bearer " + ",".join(f'{name}="{value}"' for name, value in parameters.items() if value)
    detail = [_resource(scope)] if scope and bearer.detailed else None
    answer = error_answer(401, "UNAUTHORIZED", "authentication required", detail)
    return answer.with_headers(("WWW-Authenticate", challenge))


def _resource(scope: str) -> dict[str, str]:
    kind, _, rest = scope.partition(":")
    name, _, action = rest.rpartition(":")
    return {"Type": kind, "Class": "", "Name": name, "Action": action}


def _sign(grant: Grant) -> str:
    header = _encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    claims = {"sub": grant.user, "aud": grant.service, "exp": grant.expires, "access": sorted(grant.scopes)}
    signed = f"{header}.{_encode(json.dumps(claims).encode())}"
    return f"{signed}.{_encode(hmac.digest(_KEY, signed.encode(), hashlib.sha256))}"


def _read(token: str) -> Grant | None:
    signed, _, signature = token.rpartition(".")
    expected = _encode(hmac.digest(_KEY, signed.encode("latin-1", "replace"), hashlib.sha256))
    if not hmac.compare_digest(signature.encode("latin-1", "replace"), expected.encode()):
        return None
    claims = json.loads(base64.urlsafe_b64decode(signed.partition(".")[2] + "==="))
    return Grant(claims["sub"], claims["aud"], frozenset(claims["access"]), claims["exp"])


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
