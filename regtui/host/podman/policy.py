"""policy.json: which images podman accepts at all, read as strictly as podman reads it.

Rules: signature/policy_config.go, signature/policy_eval*.go and docker/policyconfiguration of containers/image 5.23.
Signatures are not verified here; who demands one is named.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from regtui.gojson import GoJsonError, line_of, unmarshal
from regtui.host.files import FileText, FileTrouble
from regtui.host.json_places import places_in
from regtui.host.podman.model import Policy, Requirement, RequirementType
from regtui.text import go_quote

if TYPE_CHECKING:
    from collections.abc import Iterator

TRANSPORT = "docker"
_KEY_TYPES = ("GPGKeys", "signedByGPGKeys", "X509Certificates", "signedByX509CAs")
_KEY_FIELDS = ("keyPath", "keyPaths", "keyData")
_MATCHES = (
    "matchExact",
    "matchRepoDigestOrExact",
    "matchRepository",
    "exactReference",
    "exactRepository",
    "remapIdentity",
)
_EMPTY = "List of verification policy requirements must not be empty"


class _Invalid(ValueError):  # noqa: N818 - says what the policy is
    """The library's sentence about what is wrong."""


def read_policy(found: FileText | FileTrouble) -> Policy:
    """Return the policy of a file, or podman's error in it; never raises."""
    if isinstance(found, FileTrouble):
        return Policy(found.path, error=found.as_go)
    try:
        unmarshal(found.data)  # for encoding/json's words about what is no JSON
        document = json.loads(found.data.decode("utf-8", "replace"), object_pairs_hook=_Object)
        default, scopes = _document(document)
    except GoJsonError as error:
        text = f"invalid policy in {go_quote(found.path)}: {error}"
        return Policy(found.path, error=text, lines={"": line_of(found.data, error.offset)})
    except (_Invalid, RecursionError, ValueError) as error:
        reason = str(error) if isinstance(error, _Invalid) else "exceeded max depth"
        return Policy(found.path, error=f"invalid policy in {go_quote(found.path)}: {reason}")
    return Policy(found.path, default, scopes, lines=dict(places_in(found.data).keys))


class _Object(list[tuple[str, Any]]):
    """An object's pairs in order, duplicates included."""


def requirements_for(policy: Policy, identity: str, repository: str) -> tuple[Requirement, ...]:
    """Return what is demanded of an image, by the most exact entry (requirementsForImageRef).

    `identity` is `docker.io/library/etcd:latest`, or with `@DIGEST`; `repository` the same without.
    """
    for scope in (identity, *_namespaces(repository), ""):
        if scope in policy.scopes:
            return policy.scopes[scope]
    return policy.default


def _namespaces(repository: str) -> Iterator[str]:
    """Yield the repository, each namespace around it, the host, and wildcards for its domains."""
    name = repository
    while True:
        yield name
        if "/" not in name:
            break
        name = name.rpartition("/")[0]
    name = name.partition(":")[0]
    while "." in name:
        name = name.partition(".")[2]
        yield f"*.{name}"


def _document(document: object) -> tuple[tuple[Requirement, ...], dict[str, tuple[Requirement, ...]]]:
    default: tuple[Requirement, ...] | None = None
    scopes: dict[str, tuple[Requirement, ...]] = {}
    for key, value in _pairs(document):
        if key == "default":
            default = _requirements(value)
        elif key == "transports":
            for transport, entries in _pairs(value):
                read = {scope: _requirements(demands) for scope, demands in _pairs(entries)}
                if transport == TRANSPORT:
                    scopes = read
        else:
            _unknown(key)
    if default is None:
        raise _Invalid("Default policy is missing")
    return default, scopes


def _pairs(value: object) -> Iterator[tuple[str, Any]]:
    """Yield an object's pairs; a key that stands there twice is refused when it comes again."""
    if not isinstance(value, _Object):
        raise _Invalid(f'JSON object expected, got "{_token(value)}"')
    seen: set[str] = set()
    for key, item in value:
        if key in seen:
            raise _Invalid(f'Duplicate key "{key}"')
        seen.add(key)
        yield key, item


def _token(value: object) -> str:
    """Return the first token of a value as Go's %s prints it."""
    match value:
        case list():
            return "["
        case str():
            return value
        case bool():
            return f"%!s(bool={str(value).lower()})"
        case None:
            return "%!s(<nil>)"
        case _:
            return f"%!s(float64={value})"


def _unknown(key: str) -> NoReturn:
    raise _Invalid(f'Unknown key "{key}"')


def _requirements(value: object) -> tuple[Requirement, ...]:
    if value is None:
        raise _Invalid(_EMPTY)
    if not isinstance(value, list) or isinstance(value, _Object):
        raise _Invalid(f"json: cannot unmarshal {_kind(value)} into Go value of type []json.RawMessage")
    if not value:
        raise _Invalid(_EMPTY)
    return tuple(_requirement(item) for item in value)


def _requirement(value: object) -> Requirement:
    if not isinstance(value, _Object):
        raise _Invalid(f"json: cannot unmarshal {_kind(value)} into Go value of type signature.prCommon")
    fields = dict(value)
    name = fields.get("type", "")
    if name not in set(RequirementType):
        raise _Invalid(f'Unknown policy requirement type "{name}"')
    kind = RequirementType(name)
    known = {
        RequirementType.ACCEPT: ("type",),
        RequirementType.REJECT: ("type",),
        RequirementType.SIGNED_BY: ("type", "keyType", *_KEY_FIELDS, "signedIdentity"),
        RequirementType.SIGNED_BASE_LAYER: ("type", "baseLayerIdentity"),
    }.get(kind)
    for key, _item in _pairs(value):
        if known is not None and key not in known:
            _unknown(key)
    if kind is RequirementType.SIGNED_BY:
        _check_signed_by(fields)
    elif kind is RequirementType.SIGNED_BASE_LAYER:
        if "baseLayerIdentity" not in fields:
            raise _Invalid('Key "baseLayerIdentity" missing in a JSON object')
        _check_identity(fields["baseLayerIdentity"])
    paths = fields.get("keyPaths")
    keys = [fields.get("keyPath"), *(paths if isinstance(paths, list) else ())]
    return Requirement(kind, tuple(key for key in keys if isinstance(key, str) and key))


def _check_signed_by(fields: dict[str, Any]) -> None:
    key_type = fields.get("keyType", "")
    if "keyType" in fields and key_type not in _KEY_TYPES:
        raise _Invalid(f'Unrecognized keyType value "{key_type}"')
    if fields.get("signedIdentity") is not None:
        _check_identity(fields["signedIdentity"])
    given = [key for key in _KEY_FIELDS if key in fields]
    if len(given) != 1:
        how_many = "more than one present" if given else "none of them present"
        raise _Invalid(f"Exactly one of keyPath, keyPaths and keyData must be specified, {how_many}")
    if not key_type:
        raise _Invalid('invalid keyType ""')


def _check_identity(value: object) -> None:
    fields = dict(value) if isinstance(value, _Object) else {}
    name = fields.get("type", "")
    if name not in _MATCHES:
        raise _Invalid(f'Unknown policy reference match type "{name}"')


def _kind(value: object) -> str:
    match value:
        case _Object():
            return "object"
        case list():
            return "array"
        case str():
            return "string"
        case bool():
            return "bool"
        case None:
            return "null"
        case _:
            return "number"
