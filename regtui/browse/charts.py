"""What a Helm chart says of itself: the fields of its Chart.yaml, which its configuration holds as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.registry.descriptors import text_of
from regtui.registry.jsonbody import load_object
from regtui.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = "application/vnd.cncf.helm.config.v1+json"
_FIELDS = {
    "name": "name",
    "version": "version",
    "appVersion": "app",
    "description": "about",
    "type": "type",
    "kubeVersion": "kubernetes",
    "home": "home",
}
_MOST = 50
"""Dependencies, maintainers, sources that are shown."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart's fields in words, cleaned, and the bytes that they were read from."""

    fields: tuple[tuple[str, str], ...]
    body: bytes


def read_chart(body: bytes) -> Chart:
    """Return what a chart's configuration says; BodyError for one that is no JSON object."""
    return Chart(tuple(_fields(load_object(body))), body)


def _fields(document: dict[str, object]) -> Iterator[tuple[str, str]]:
    for key, word in _FIELDS.items():
        if text := text_of(document, key, 500):
            yield word, text
    if document.get("deprecated") is True:
        yield "deprecated", "yes"
    for each in _objects(document, "dependencies"):
        known = (text_of(each, "name"), text_of(each, "version"), text_of(each, "repository"))
        yield "needs", " ".join(filter(None, known))
    for each in _objects(document, "maintainers"):
        yield "maintainer", " ".join(filter(None, (text_of(each, "name"), text_of(each, "email"))))
    sources = document.get("sources")
    for text in sources[:_MOST] if isinstance(sources, list) else ():
        if isinstance(text, str):
            yield "source", one_line(text, 300)


def _objects(document: dict[str, object], key: str) -> list[dict[str, object]]:
    listed = document.get(key)
    return [each for each in listed[:_MOST] if isinstance(each, dict)] if isinstance(listed, list) else []
