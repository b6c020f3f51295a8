"""An image's configuration blob, and its history joined with the manifest's layers."""

from __future__ import annotations

import re
import shlex
from dataclasses import field

from regtui.frozen import dataclass
from regtui.registry.descriptors import Descriptor, ManifestError, annotations_of, text_of
from regtui.registry.jsonbody import BodyError, load_object
from regtui.text import one_line

MOST_BYTES = 4 * 1024 * 1024
"""Bytes, as containers/image limits it."""
MOST_STEPS = 5_000
"""Steps of the history; docker builds at most some hundred layers."""
_MOST_TEXTS = 500
"""Variables, labels, ports of each kind that are kept."""
_NOP = re.compile(r"/bin/sh -c #\(nop\) +")
_SHELL = re.compile(r"(?:RUN )?(?:\|[0-9]+ .*?)?/bin/sh -c ")
_BUILDKIT = re.compile(r" # buildkit$")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an image's history; texts cleaned, `created` as the image says it."""

    created_by: str
    created: str = ""
    comment: str = ""
    empty: bool = False

    @property
    def instruction(self) -> str:
        """The Dockerfile's line, as far as it can be told: `CMD ["nginx"]`, `RUN apt-get update`."""
        text = _BUILDKIT.sub("", self.created_by)
        if (nop := _NOP.match(text)) is not None:
            return text[nop.end() :]
        shell = _SHELL.match(text)
        return f"RUN {text[shell.end() :]}" if shell else text

    @property
    def words(self) -> str:
        """What stands for the step in a list: its line, else its comment."""
        return self.instruction or self.comment or "a step without words"


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """What a container of the image starts with, and how the image was made. Every text is cleaned.

    `health` is how its health is checked, and how often. `body` is the blob, empty for what was in a manifest.
    """

    created: str = ""
    author: str = ""
    os: str = ""
    architecture: str = ""
    variant: str = ""
    user: str = ""
    working_directory: str = ""
    stop_signal: str = ""
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    history: tuple[Step, ...] = ()
    health: str = ""
    body: bytes = field(default=b"", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Layer:
    """A step of the history with the layer that it made: `descriptor` is None for a step that made none.

    `step` is None for a layer that the history does not speak of.
    """

    step: Step | None
    descriptor: Descriptor | None

    @property
    def file(self) -> str:
        """The file that an artifact's layer holds, empty where it does not say."""
        return self.descriptor.annotation("org.opencontainers.image.title") if self.descriptor is not None else ""


def read_config(body: bytes) -> ImageConfig:
    """Return the configuration in a blob; unusable fields are left out, a body that is no object is a ManifestError."""
    if len(body) > MOST_BYTES:
        raise ManifestError("the configuration is larger than 4 MiB")
    try:
        fields = load_object(body)
    except BodyError as error:
        raise ManifestError(f"the configuration cannot be read: {error}") from None
    listed = fields.get("history")
    history = tuple(_step(entry) for entry in listed[:MOST_STEPS]) if isinstance(listed, list) else ()
    return config_of(fields, history, body)


def config_of(fields: dict[str, object], history: tuple[Step, ...], body: bytes = b"") -> ImageConfig:
    """Return the configuration in the fields of an image's JSON, with a history that was read elsewhere."""
    inner = fields.get("config")
    run = inner if isinstance(inner, dict) else {}
    return ImageConfig(
        created=text_of(fields, "created", 64),
        author=text_of(fields, "author"),
        os=text_of(fields, "os", 64),
        architecture=text_of(fields, "architecture", 64),
        variant=text_of(fields, "variant", 64),
        user=text_of(run, "User"),
        working_directory=text_of(run, "WorkingDir"),
        stop_signal=text_of(run, "StopSignal", 64),
        entrypoint=_texts(run.get("Entrypoint")),
        command=_texts(run.get("Cmd")),
        environment=_texts(run.get("Env")),
        ports=_keys(run.get("ExposedPorts")),
        volumes=_keys(run.get("Volumes")),
        labels=annotations_of(run, "Labels"),
        history=history,
        health=_health(run.get("Healthcheck")),
        body=body,
    )


def join_layers(layers: tuple[Descriptor, ...], history: tuple[Step, ...]) -> tuple[Layer, ...]:
    """Return the history with each step's layer, oldest first.

    A step marked empty has no layer; the others take the layers in order (image-spec, config.md). Layers beyond the
    history follow without a step, steps beyond the layers stay without one.
    """
    left = iter(layers)
    rows = [Layer(step, None if step.empty else next(left, None)) for step in history]
    return (*rows, *(Layer(None, layer) for layer in left))


def _step(entry: object) -> Step:
    fields = entry if isinstance(entry, dict) else {}
    return Step(
        text_of(fields, "created_by", 2000),
        text_of(fields, "created", 64),
        text_of(fields, "comment", 200),
        fields.get("empty_layer") is True,
    )


def _health(value: object) -> str:
    """Return a health check as a Dockerfile has it: the command, and how often it runs; NONE for one taken away."""
    if not isinstance(value, dict):
        return ""
    form, *command = _texts(value.get("Test")) or ("",)
    told = " ".join(command) if form == "CMD-SHELL" else shlex.join(command) if form == "CMD" else form
    interval = value.get("Interval")
    often = f", every {interval / 1e9:g} s" if told and type(interval) is int and 0 < interval < 2**63 else ""
    return f"{told}{often}"


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (one_line(value, 500),)
    listed = value[:_MOST_TEXTS] if isinstance(value, list) else []
    return tuple(one_line(text, 500) for text in listed if isinstance(text, str))


def _keys(value: object) -> tuple[str, ...]:
    return tuple(one_line(key, 200) for key in list(value)[:_MOST_TEXTS]) if isinstance(value, dict) else ()
