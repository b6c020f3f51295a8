"""Reads a world from the JSON form in which cases are recorded, and the images behind its letters."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, TypeVar

from regtui.demo.content import Blob, Manifest
from regtui.demo.spec import (
    Account,
    Basic,
    Bearer,
    ForcedStatus,
    Host,
    Listen,
    RawBody,
    Repository,
    TokenService,
    WorldSpec,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_HOST_NAME = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_MOST_HOSTS = 200  # what the free addresses of the documentation network allow
_HOST_KEYS = frozenset({"listen", "repos", "missing", "auth", "token", "status", "raw", "proxy_of"})
_SCALARS = TypeVar("_SCALARS", str, bool, int)


class WorldError(ValueError):
    """The text describes no world; the message names the place."""


def parse_images(document: object) -> dict[str, Manifest]:
    """Read images.json: letter -> media_type, digest, manifest text, blobs in base64, letters that an index holds."""
    images: dict[str, Manifest] = {}
    indexes: list[tuple[str, dict[str, object]]] = []
    for letter, value in _mapping(document, "images").items():
        image = _mapping(value, letter)
        if "holds" in image:
            indexes.append((letter, image))
        else:
            images[letter] = _image(letter, image, ())
    for letter, image in indexes:
        held = tuple(_known(images, name, f"{letter}.holds") for name in _mapping(image["holds"], f"{letter}.holds"))
        images[letter] = _image(letter, image, held)
    return images


def _image(letter: str, image: dict[str, object], holds: tuple[Manifest, ...]) -> Manifest:
    blobs = []
    for digest, text in _mapping(image.get("blobs", {}), f"{letter}.blobs").items():
        place = f"{letter}.blobs.{digest}"
        try:
            blobs.append(Blob(digest, base64.b64decode(_scalar(text, str, place), validate=True)))
        except binascii.Error:
            raise WorldError(f"{place}: not base64") from None
    return Manifest(
        _scalar(image.get("media_type"), str, f"{letter}.media_type"),
        _scalar(image.get("manifest"), str, f"{letter}.manifest").encode("utf-8", "surrogatepass"),
        _scalar(image.get("digest"), str, f"{letter}.digest"),
        holds,
        tuple(blobs),
    )


def parse_world(world: object, images: Mapping[str, Manifest]) -> WorldSpec:
    """Read a recorded world: HOST[:PORT] -> behaviour. Raises `WorldError` where it is none."""
    hosts = _mapping(world, "world")
    if len(hosts) > _MOST_HOSTS:
        raise WorldError(f"world: more than {_MOST_HOSTS} hosts")
    return WorldSpec(tuple(_host(name, _mapping(value, name), images) for name, value in hosts.items()))


def _host(name: str, value: dict[str, object], images: Mapping[str, Manifest]) -> Host:
    if not _HOST_NAME.fullmatch(name):
        raise WorldError(f"{name!r}: not a host name")
    if unknown := sorted(value.keys() - _HOST_KEYS):
        raise WorldError(f"{name}: unknown key {unknown[0]!r}")
    way = _scalar(value.get("listen", "https"), str, f"{name}.listen")
    try:
        listen = Listen(way)
    except ValueError:
        raise WorldError(f"{name}.listen: {way!r} is no way to listen") from None
    return Host(
        name,
        listen,
        tuple(
            _repository(f"{name}.repos", repository, tags, images)
            for repository, tags in _mapping(value.get("repos", {}), f"{name}.repos").items()
        ),
        missing=_scalar(value.get("missing", "MANIFEST_UNKNOWN"), str, f"{name}.missing"),
        auth=_auth(f"{name}.auth", value["auth"]) if "auth" in value else None,
        token=TokenService() if _scalar(value.get("token", False), bool, f"{name}.token") else None,
        status=tuple(
            _status(f"{name}.status", prefix, forced)
            for prefix, forced in _mapping(value.get("status", {}), f"{name}.status").items()
        ),
        raw=tuple(
            _raw(f"{name}.raw", prefix, forced)
            for prefix, forced in _mapping(value.get("raw", {}), f"{name}.raw").items()
        ),
        proxy_of=_scalar(value.get("proxy_of", ""), str, f"{name}.proxy_of"),
    )


def _repository(place: str, name: str, tags: object, images: Mapping[str, Manifest]) -> Repository:
    place = f"{place}.{name}"
    return Repository(
        name,
        tuple(
            (tag, _known(images, _scalar(letter, str, f"{place}.{tag}"), f"{place}.{tag}"))
            for tag, letter in _mapping(tags, place).items()
        ),
    )


def _auth(place: str, value: object) -> Bearer | Basic:
    auth = _mapping(value, place)
    match auth.get("type"):
        case "bearer":
            return Bearer(
                _scalar(auth.get("realm"), str, f"{place}.realm"),
                _scalar(auth.get("service", ""), str, f"{place}.service"),
                _scalar(auth.get("anonymous", True), bool, f"{place}.anonymous"),
            )
        case "basic":
            users = _mapping(auth.get("users", {}), f"{place}.users")
            return Basic(
                tuple(Account(user, _scalar(word, str, f"{place}.users.{user}")) for user, word in users.items())
            )
        case other:
            raise WorldError(f"{place}.type: {other!r} is neither bearer nor basic")


def _status(place: str, prefix: str, value: object) -> ForcedStatus:
    place = f"{place}.{prefix}"
    if not isinstance(value, list) or not 3 <= len(value) <= 4:
        raise WorldError(f"{place}: not a list of status, code, message and detail")
    return ForcedStatus(
        prefix,
        _http_status(value[0], place),
        _scalar(value[1], str, place),
        _scalar(value[2], str, place),
        value[3] if len(value) == 4 else None,
    )


def _raw(place: str, prefix: str, value: object) -> RawBody:
    place = f"{place}.{prefix}"
    if not isinstance(value, list) or len(value) != 3:
        raise WorldError(f"{place}: not a list of status, content type and body")
    return RawBody(
        prefix,
        _http_status(value[0], place),
        _scalar(value[1], str, place),
        _scalar(value[2], str, place).encode("utf-8", "surrogatepass"),
    )


def _http_status(value: object, place: str) -> int:
    status = _scalar(value, int, place)
    if not 100 <= status <= 999:
        raise WorldError(f"{place}: {status} is no HTTP status")
    return status


def _known(images: Mapping[str, Manifest], letter: str, place: str) -> Manifest:
    image = images.get(letter)
    if image is None:
        raise WorldError(f"{place}: no image {letter!r}")
    return image


def _mapping(value: object, place: str) -> dict[str, object]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise WorldError(f"{place}: not an object")
    return value


def _scalar(value: object, kind: type[_SCALARS], place: str) -> _SCALARS:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise WorldError(f"{place}: not a {kind.__name__}")
    return value
