"""Manifests and configurations: told apart, joined, and refused where two readers could disagree about them."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.registry.descriptors import ManifestError, PlatformNames
from regtui.registry.image_config import Layer, Step, join_layers, read_config
from regtui.registry.manifests import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    DOCKER_SCHEMA1,
    DOCKER_SCHEMA1_SIGNED,
    MOST_BYTES,
    MOST_ENTRIES,
    OCI_ARTIFACT,
    OCI_INDEX,
    OCI_MANIFEST,
    Kind,
    read_manifest,
)

IMAGES: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "images.json").read_text())
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"


def digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def descriptor(media_type: str = "x/y", size: object = 1, name: str = "a", **more: object) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest(name), "size": size, **more}


def image(config: str = OCI_CONFIG, **more: object) -> dict[str, object]:
    layers = [descriptor("application/vnd.oci.image.layer.v1.tar+gzip", 10, "l1"), descriptor(size=20, name="l2")]
    return {"schemaVersion": 2, "config": descriptor(config, 5, "c"), "layers": layers, **more}


def index(*entries: object, **more: object) -> dict[str, object]:
    return {"schemaVersion": 2, "manifests": list(entries), **more}


def body(document: object) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize("letter", sorted(IMAGES))
def test_the_recorded_images(letter: str) -> None:
    recorded = IMAGES[letter]
    manifest = read_manifest(recorded["manifest"].encode(), recorded["media_type"])
    assert manifest.digest == recorded["digest"]
    assert manifest.size == len(recorded["manifest"])
    assert manifest.kind is (Kind.INDEX if "holds" in recorded else Kind.IMAGE)
    if manifest.config is None:
        assert all(entry.platform for entry in manifest.entries)
        return
    config = read_config(base64.b64decode(recorded["blobs"][manifest.config.digest]))
    assert (config.os, config.architecture, config.command) == ("linux", "amd64", ("/hello",))
    assert config.labels == (("img", letter),)
    (layer,) = join_layers(manifest.layers, config.history)
    assert layer.step is not None
    assert layer.step.instruction == "COPY hello /"
    assert layer.descriptor == manifest.layers[0]
    assert manifest.content_size == manifest.layers[0].size + manifest.config.size


KINDS = [
    pytest.param(image(DOCKER_CONFIG), DOCKER_MANIFEST, Kind.IMAGE, "", id="docker image"),
    pytest.param(image(), OCI_MANIFEST + "; charset=utf-8", Kind.IMAGE, "", id="OCI image, with a parameter"),
    pytest.param(index(), DOCKER_LIST, Kind.INDEX, "", id="manifest list"),
    pytest.param(index(), OCI_INDEX.upper(), Kind.INDEX, "", id="index"),
    pytest.param(
        image("application/vnd.cncf.helm.config.v1+json"),
        OCI_MANIFEST,
        Kind.CHART,
        "application/vnd.cncf.helm.config.v1+json",
        id="chart",
    ),
    pytest.param(image("a/b", artifactType="c/d"), OCI_MANIFEST, Kind.ARTIFACT, "c/d", id="artifactType before config"),
    pytest.param(
        image("application/vnd.oci.empty.v1+json"),
        OCI_MANIFEST,
        Kind.ARTIFACT,
        "application/vnd.oci.empty.v1+json",
        id="the config's type where there is no artifactType",
    ),
    pytest.param(
        image(layers=[descriptor("application/vnd.dev.cosign.simplesigning.v1+json")]),
        OCI_MANIFEST,
        Kind.SIGNATURE,
        "",
        id="cosign's signature",
    ),
    pytest.param(
        image(layers=[descriptor("application/vnd.in-toto+json")]), OCI_MANIFEST, Kind.ATTESTATION, "", id="attestation"
    ),
    pytest.param(
        image("application/vnd.docker.ai.model.config.v0.1+json"),
        OCI_MANIFEST,
        Kind.AI_MODEL,
        "application/vnd.docker.ai.model.config.v0.1+json",
        id="AI model",
    ),
    pytest.param(
        {"mediaType": OCI_ARTIFACT, "artifactType": "a/b", "blobs": [descriptor()]},
        OCI_ARTIFACT,
        Kind.ARTIFACT,
        "a/b",
        id="the artifact manifest that OCI withdrew",
    ),
    pytest.param(
        {"schemaVersion": 1, "fsLayers": [{"blobSum": digest("2")}, {"blobSum": digest("1")}], "history": []},
        DOCKER_SCHEMA1_SIGNED,
        Kind.SCHEMA1,
        "",
        id="schema 1",
    ),
    pytest.param({"x": 1}, "application/vnd.example.bundle.v9+json", Kind.UNKNOWN, "", id="unknown"),
    pytest.param({"mediaType": "application/vnd.x+json", "layers": 7}, "", Kind.UNKNOWN, "", id="unknown by its body"),
]


@pytest.mark.fault(44)
@pytest.mark.parametrize(("document", "content_type", "kind", "artifact_type"), KINDS)
def test_kinds(document: dict[str, object], content_type: str, kind: Kind, artifact_type: str) -> None:
    manifest = read_manifest(body(document), content_type)
    assert (manifest.kind, manifest.artifact_type) == (kind, artifact_type)


def test_schema_1_lists_its_layers_newest_first() -> None:
    document = {
        "schemaVersion": 1,
        "architecture": "amd64",
        "fsLayers": [{"blobSum": digest("2")}, {"blobSum": digest("1")}],
    }
    manifest = read_manifest(body(document), DOCKER_SCHEMA1)
    assert [layer.digest for layer in manifest.layers] == [digest("1"), digest("2")]
    assert "engines refuse" in manifest.note


@pytest.mark.parametrize("sent", ["", "application/json", "text/plain; charset=utf-8", "application/octet-stream"])
def test_a_type_that_says_nothing_is_noted_and_the_body_tells(sent: str) -> None:
    for document, kind in ((image(), Kind.IMAGE), (index(), Kind.INDEX), (index(mediaType=DOCKER_LIST), Kind.INDEX)):
        manifest = read_manifest(body(document), sent)
        assert manifest.kind is kind
        assert "sent as" in manifest.note


def test_the_platforms_of_an_index_and_buildkits_attestations() -> None:
    attestation = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": digest("one")}
    manifest = read_manifest(
        body(
            index(
                descriptor(name="one", platform={"os": "linux", "architecture": "amd64"}),
                descriptor(name="two", platform={"os": "linux", "architecture": "arm64", "variant": "v8"}),
                descriptor(
                    name="three", platform={"os": "unknown", "architecture": "unknown"}, annotations=attestation
                ),
                descriptor(name="four", platform={"os": "windows", "architecture": "amd64", "os.version": "10.0.1"}),
                descriptor(name="five", platform={"os": 7, "architecture": "\x1b[2J"}),
                descriptor(name="six", platform="linux"),
            )
        ),
        OCI_INDEX,
    )
    assert manifest.platforms == ("linux/amd64", "linux/arm64/v8", "windows/amd64", "\\x1b[2J")
    assert [entry.attests for entry in manifest.entries] == ["", "", digest("one"), "", "", ""]
    assert manifest.entries[2].platform == "attestation"
    assert manifest.entries[3].descriptor.platform == PlatformNames("windows", "amd64", "", "10.0.1")
    assert manifest.entries[5].platform == ""


AMBIGUOUS = [
    (image(manifests=[]), OCI_MANIFEST, "manifests"),
    (image(fsLayers=[]), DOCKER_MANIFEST, "fsLayers"),
    (image(history=None), DOCKER_MANIFEST, "history"),
    (index(layers=[]), OCI_INDEX, "layers"),
    (index(config={}), DOCKER_LIST, "config"),
    ({"schemaVersion": 1, "fsLayers": [], "layers": []}, DOCKER_SCHEMA1_SIGNED, "layers"),
    ({"schemaVersion": 1, "fsLayers": [], "manifests": []}, "", "manifests"),
    ({"manifests": [], "config": {}, "layers": []}, "", "config"),
]


@pytest.mark.fault(44)
@pytest.mark.parametrize(("document", "content_type", "field"), AMBIGUOUS)
def test_an_ambiguous_manifest_is_refused(document: dict[str, object], content_type: str, field: str) -> None:
    with pytest.raises(ManifestError, match=f"ambiguous: .* with the field {field}"):
        read_manifest(body(document), content_type)


REFUSED = [
    pytest.param(image(mediaType=OCI_INDEX), OCI_MANIFEST, "says that it is", id="names another type"),
    pytest.param(image(mediaType="\x1b[2J"), OCI_MANIFEST, r"\\x1b\[2J", id="names an escape sequence"),
    pytest.param(image(), "text/html", "no known type", id="HTML"),
    pytest.param(image(), "application/problem+json", "no known type", id="a type of no vendor"),
    pytest.param(image(mediaType=OCI_INDEX), "application/vnd.example+json", "says that it is", id="unknown and known"),
    pytest.param({}, "", "no known type", id="nothing to guess by"),
    pytest.param([], OCI_MANIFEST, "not a JSON object", id="list"),
    pytest.param({"layers": []}, OCI_MANIFEST, "its config is no descriptor", id="no config"),
    pytest.param(image(layers={}), OCI_MANIFEST, "layers is no list", id="layers no list"),
    pytest.param(image(layers=[descriptor(), "x"]), OCI_MANIFEST, "layer 2 is no descriptor", id="layer no object"),
    pytest.param(image(layers=[descriptor(size=-1)]), OCI_MANIFEST, "layer 1 has no valid size", id="negative size"),
    pytest.param(image(layers=[descriptor(size=1.5)]), OCI_MANIFEST, "layer 1 has no valid size", id="fraction"),
    pytest.param(image(layers=[descriptor(size=True)]), OCI_MANIFEST, "layer 1 has no valid size", id="boolean"),
    pytest.param(image(layers=[descriptor(size="1")]), OCI_MANIFEST, "layer 1 has no valid size", id="text"),
    pytest.param(image(layers=[descriptor(size=2**63)]), OCI_MANIFEST, "layer 1 has no valid size", id="over int64"),
    pytest.param(image(layers=[descriptor()] * (MOST_ENTRIES + 1)), OCI_MANIFEST, "5001 layers", id="too many layers"),
    pytest.param({"manifests": {}}, OCI_INDEX, "manifests is no list", id="manifests no list"),
    pytest.param(index(subject={}), OCI_INDEX, "its subject has no valid digest", id="subject"),
    pytest.param({"fsLayers": [{"blobSum": "x"}]}, DOCKER_SCHEMA1, "no valid digest", id="blobSum"),
    pytest.param({"fsLayers": 7}, DOCKER_SCHEMA1, "no list of layers", id="fsLayers"),
]


@pytest.mark.parametrize(("document", "content_type", "reason"), REFUSED)
def test_what_is_no_usable_manifest_is_refused(document: object, content_type: str, reason: str) -> None:
    with pytest.raises(ManifestError, match=reason) as caught:
        read_manifest(body(document), content_type)
    assert str(caught.value).isprintable()


BAD_DIGESTS = [
    *("sha256:../../x", "sha256:" + "0" * 63, "sha256:" + "0" * 65, "SHA256:" + "0" * 64, "sha256:" + "A" * 64),
    *("0" * 64, "md5:" + "0" * 32, "", None, 7, "sha256:" + "0" * 64 + "\n"),
]


@pytest.mark.parametrize("bad", BAD_DIGESTS)
def test_a_digest_outside_the_grammar_never_gets_into_a_model(bad: object) -> None:
    with pytest.raises(ManifestError, match="layer 1 has no valid digest"):
        read_manifest(body(image(layers=[{**descriptor(), "digest": bad}])), OCI_MANIFEST)
    manifest = read_manifest(body(index({**descriptor(), "digest": bad}, descriptor())), OCI_INDEX)
    assert (len(manifest.entries), manifest.invalid) == (1, 1)


def test_an_index_is_cut_and_counts_what_it_left_out() -> None:
    entries = [{"digest": f"sha256:{number:064}", "size": 0} for number in range(20_000)]
    manifest = read_manifest(body(index(*entries)), OCI_INDEX)
    assert (len(manifest.entries), manifest.invalid) == (MOST_ENTRIES, 20_000 - MOST_ENTRIES)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[" * 200_000, b"\xff\xfe", b" " * (MOST_BYTES + 1), b'{"a":' + b"9" * 5000 + b"}"]
)
def test_a_body_that_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(ManifestError):
        read_manifest(data, OCI_MANIFEST)
    with pytest.raises(ManifestError):
        read_config(data)


def test_annotations_and_urls_are_cleaned_and_capped() -> None:
    many = {f"key{number}": "v" * 1000 for number in range(1000)} | {"n": 7}
    document = image(annotations={"\x1b]0;x\x07": "[red]\u202e", **many})
    document["layers"] = [descriptor(urls=["https://evil.example/\x1b[2J", 7, *["u"] * 100])]
    manifest = read_manifest(body(document), OCI_MANIFEST)
    assert manifest.annotations[0] == ("\\x1b]0;x\\x07", "[red]\\u202e")
    assert len(manifest.annotations) == 200
    assert manifest.layers[0].urls[0] == "https://evil.example/\\x1b[2J"
    assert len(manifest.layers[0].urls) == 9


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(digest("a")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *(
                        "mediaType",
                        "config",
                        "layers",
                        "manifests",
                        "fsLayers",
                        "digest",
                        "size",
                        "platform",
                        "subject",
                    ),
                    *(
                        "annotations",
                        "artifactType",
                        "urls",
                        "blobs",
                        "schemaVersion",
                        "history",
                        "os",
                        "Env",
                        "Labels",
                    ),
                    *("created_by", "empty_layer", "Cmd", "ExposedPorts", "blobSum"),
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)
_TYPES = st.sampled_from([OCI_MANIFEST, OCI_INDEX, DOCKER_LIST, DOCKER_SCHEMA1, OCI_ARTIFACT, "", "text/html"])


@given(_JSON, _TYPES)
def test_any_json_is_a_manifest_or_an_error_of_ours(document: object, content_type: str) -> None:
    data = json.dumps(document).encode()
    try:
        read_manifest(data, content_type)
    except ManifestError as error:
        message = str(error)
        assert message.isprintable()
    try:
        read_config(data)
    except ManifestError as error:
        message = str(error)
        assert message.isprintable()


CONFIG = {
    "created": "2024-01-02T03:04:05Z",
    "os": "linux",
    "architecture": "arm64",
    "variant": "v8",
    "config": {
        "User": "nobody",
        "Env": ["PATH=/bin", 7, "A=\x1b[2J"],
        "Cmd": ["nginx", "-g"],
        "Entrypoint": "/entry",
        "ExposedPorts": {"80/tcp": {}, "443/tcp": {}},
        "Volumes": None,
        "WorkingDir": "/srv",
        "StopSignal": "SIGQUIT",
        "Labels": {"maintainer": "a\nb", "n": 1},
    },
    "history": [
        {"created_by": "/bin/sh -c #(nop) ADD file:abc in / "},
        {"created_by": '/bin/sh -c #(nop)  CMD ["bash"]', "empty_layer": True},
        {"created_by": "RUN /bin/sh -c apt-get update # buildkit", "comment": "buildkit.dockerfile.v0"},
        {"created_by": "|1 version=2 /bin/sh -c make", "empty_layer": False},
        {"created_by": "/bin/sh -c true", "empty_layer": "yes"},
        "x",
    ],
}


def test_a_configuration_is_read_and_cleaned() -> None:
    config = read_config(body(CONFIG))
    assert (config.user, config.working_directory, config.stop_signal) == ("nobody", "/srv", "SIGQUIT")
    assert config.environment == ("PATH=/bin", "A=\\x1b[2J")
    assert (config.entrypoint, config.command) == (("/entry",), ("nginx", "-g"))
    assert (config.ports, config.volumes) == (("80/tcp", "443/tcp"), ())
    assert config.labels == (("maintainer", "a b"),)
    assert [step.instruction for step in config.history] == [
        *("ADD file:abc in /", 'CMD ["bash"]', "RUN apt-get update", "RUN make", "RUN true", ""),
    ]
    assert [step.empty for step in config.history] == [False, True, False, False, False, False]


@pytest.mark.parametrize("run", [None, [], "x", 7, {"Env": {}, "Labels": [], "ExposedPorts": [], "Cmd": 7}])
def test_fields_of_other_types_are_left_out(run: object) -> None:
    config = read_config(body({"config": run, "history": {}, "created": 7}))
    assert (config.environment, config.labels, config.ports, config.command, config.history) == ((), (), (), (), ())


def test_layers_are_joined_with_the_steps_that_made_them() -> None:
    layers = read_manifest(body(image()), OCI_MANIFEST).layers
    made, empty = Step("RUN a"), Step("CMD b", empty=True)
    assert join_layers(layers, (made, empty, made)) == (
        Layer(made, layers[0]),
        Layer(empty, None),
        Layer(made, layers[1]),
    )
    assert join_layers(layers, (made,)) == (Layer(made, layers[0]), Layer(None, layers[1]))
    assert join_layers(layers[:1], (made, made)) == (Layer(made, layers[0]), Layer(made, None))
    assert join_layers((), (empty,)) == (Layer(empty, None),)
