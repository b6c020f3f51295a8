"""daemon.json as Docker 1.13.1 takes it: what it refuses, what it ignores, and where that stands."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.host.configure import configure
from regtui.host.model import EngineName, Setting, Source
from tests.daemon_files import BOTH, FILE, PATH, UNKNOWN, load, refusal_of

REFUSED_BY_THE_FORK = [
    (" \n", (), FILE + "EOF"),
    ("{", (), FILE + "unexpected EOF"),
    ("\ufeff{}", (), FILE + "invalid character 'ï' looking for beginning of value"),
    ("# comment\n{}", (), FILE + "invalid character '#' looking for beginning of value"),
    ('{"add-registry": ["a"],}', (), FILE + "invalid character '}' looking for beginning of object key string"),
    ('"x"', (), FILE + "json: cannot unmarshal string into Go value of type map[string]interface {}"),
    ("3", (), FILE + "json: cannot unmarshal number into Go value of type map[string]interface {}"),
    (
        '{"insecure-registries": "a"}',
        (),
        FILE + "json: cannot unmarshal string into Go struct field Config.insecure-registries of type []string",
    ),
    (
        '{"insecure-registries": ["a", 1]}',
        (),
        FILE + "json: cannot unmarshal number into Go struct field Config.insecure-registries of type string",
    ),
    (
        '{"disable-legacy-registry": "true"}',
        (),
        FILE + "json: cannot unmarshal string into Go struct field Config.disable-legacy-registry of type bool",
    ),
    ('{"mtu": 1.5}', (), FILE + "json: cannot unmarshal number 1.5 into Go struct field Config.mtu of type int"),
    ('{"mtu": "1"}', (), FILE + "json: cannot unmarshal string into Go struct field Config.mtu of type int"),
    (
        '{"log-opts": {"max-file": 3}}',
        (),
        FILE + "json: cannot unmarshal number into Go struct field Config.log-opts of type string",
    ),
    (
        '{"log-opts": ["env=FOO"]}',
        (),
        FILE + "json: cannot unmarshal array into Go struct field Config.log-opts of type map[string]string",
    ),
    (
        '{"runtimes": {"oci": {"path": 1}}}',
        (),
        FILE + "json: cannot unmarshal number into Go struct field Runtime.runtimes.path of type string",
    ),
    ('{"ip": "x"}', (), FILE + "invalid IP address: x"),
    # The first error of the text counts, whatever comes after it.
    (
        '{"dns": 1, "insecure-registries": "a"}',
        (),
        FILE + "json: cannot unmarshal number into Go struct field Config.dns of type []string",
    ),
    ('{"data-root": "/x"}', (), UNKNOWN + "data-root"),
    ('{"Add-Registry": []}', (), UNKNOWN + "Add-Registry"),
    ('{"default-ulimits": {}}', (), UNKNOWN + "default-ulimits"),
    ('{"x": {"nofile": 1}}', (), UNKNOWN + "nofile"),
    ('{"D": true}', (), UNKNOWN + "D"),
    ('{"debug": true}', ("-D",), BOTH + "debug: (from flag: true, from file: true)"),
    ('{"hosts": ["unix://"]}', ("-H", "fd://"), BOTH + "hosts: (from flag: [fd://], from file: [unix://])"),
    ('{"add-registry": null}', ("--add-registry", "a"), BOTH + "add-registry: (from flag: [a], from file: <nil>)"),
    ('{"mtu": 1500}', ("--mtu=1400",), BOTH + "mtu: (from flag: 1400, from file: 1500)"),
    (
        '{"runtimes": {"b": {"path": "/b"}}}',
        ("--add-runtime", "oci=/oci"),
        BOTH + "runtimes: (from flag: [oci], from file: map[b:map[path:/b]])",
    ),
    (
        '{"log-opts": {"max-size": "1m"}}',
        ("--log-opt", "max-size=5m", "--log-opt", "max-file=2"),
        BOTH + "log-opts: (from flag: map[max-file:2 max-size:5m], from file: map[max-size:1m])",
    ),
    # Two conflicts stand in the order of the flags' names.
    (
        '{"insecure-registries": ["c"], "exec-opts": ["d"]}',
        ("--insecure-registry", "a", "--insecure-registry", "b", "--exec-opt", "e"),
        BOTH + "exec-opts: (from flag: [e], from file: [d]), insecure-registries: (from flag: [a b], from file: [c])",
    ),
    # A nested key is compared, though it is not read.
    (
        '{"x": {"block-registry": ["b"]}}',
        ("--block-registry", "index.docker.io"),
        BOTH + "block-registry: (from flag: [docker.io], from file: [b])",
    ),
    ('{"dns": ["x"]}', (), FILE + "file configuration validation failed (x is not an ip address)"),
    ('{"labels": ["x"]}', (), FILE + "file configuration validation failed (bad attribute format: x)"),
    (
        '{"max-concurrent-downloads": -1}',
        (),
        FILE + "file configuration validation failed (invalid max concurrent downloads: -1)",
    ),
    (
        '{"default-runtime": "oci"}',
        ("--add-runtime", "oci=/oci"),
        FILE + "file configuration validation failed (specified default runtime 'oci' does not exist)",
    ),
    (
        "{}",
        ("--default-runtime", "oci"),
        FILE + "file configuration validation failed (specified default runtime 'oci' does not exist)",
    ),
    ('{"log-level": "loud"}', (), "Unable to parse logging level: loud"),
]


@pytest.mark.parametrize(("text", "arguments", "message"), REFUSED_BY_THE_FORK, ids=[r[0] for r in REFUSED_BY_THE_FORK])
def test_the_fork_refuses(text: str, arguments: tuple[str, ...], message: str) -> None:
    assert refusal_of(load(text, *arguments)) == message


def test_the_fork_takes_values_as_they_are_written() -> None:
    text = (
        '{"add-registry": ["https://a/", null], "registry-mirrors": ["m", "m"], "insecure-registries": ["x y", "a,b"]}'
    )
    config = load(text)
    assert config.refusal is None
    assert [registry.value for registry in config.registries] == ["https://a/", "", "docker.io"]
    assert [mirror.value for mirror in config.mirrors] == ["m", "m"]
    assert [entry.value for entry in config.insecure] == ["x y", "a,b", "127.0.0.0/8"]


@pytest.mark.parametrize(
    ("value", "expected"), [("true", True), ("false", False), ("null", False)], ids=["true", "false", "null"]
)
def test_the_files_boolean_beats_the_default(value: str, expected: bool) -> None:
    config = load(f'{{"signature-verification": {value}, "disable-legacy-registry": {value}}}')
    assert (config.signature_verification, config.disable_legacy_registry) == (expected, expected)


def test_a_hyphen_makes_the_fork_drop_its_insecure_list() -> None:
    config = load('{"insecure-registries": ["a.example.com", "b-"], "add-registry": ["a.example.com"]}')
    assert config.refusal is None
    assert config.insecure_broken
    assert [(finding.code, finding.source) for finding in config.findings] == [
        ("insecure-list-dropped", Source(PATH, 1, "insecure-registries"))
    ]


def test_every_value_has_its_line() -> None:
    config = load('{\n  "add-registry": [\n    "a",\n\n    "b"\n  ],\n  "block-registry": ["all"]\n}\n')
    assert [(r.value, r.source) for r in config.registries] == [
        ("a", Source(PATH, 3, "add-registry")),
        ("b", Source(PATH, 5, "add-registry")),
    ]
    assert config.blocked == (Setting("block-registry", "*", Source(PATH, 7, "block-registry")),)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{\n"a": 1,\n"add-registry": []}', 2),
        ('{\n\n"insecure-registries": ""}', 3),
        ('{\n"debug": true,\n}', 3),
        ('{"x":\n {"nofile": 1}}', 1),
    ],
)
def test_a_refusal_names_its_line(text: str, line: int) -> None:
    config = load(text)
    assert config.refusal is not None
    assert config.refusal.source is not None
    assert (config.refusal.source.file, config.refusal.source.line) == (PATH, line)


def test_a_refused_file_still_shows_what_it_sets() -> None:
    config = load('{"add-registry": ["b"], "insecure-registries": ["b"]}', "--add-registry", "a")
    assert config.refusal is not None
    assert [registry.value for registry in config.registries] == ["a", "b", "docker.io"]
    assert config.insecure[0].value == "b"


FINDINGS = [
    ('{"insecure-registry": ["a"]}', "ignored-key", 1),
    ('{\n"restart": true}', "ignored-key", 2),
    ('{"x":\n{"add-registry": ["a"]}}', "nested-key", 1),
    ('{"add-registry": ["a"],\n"add-registry": ["b"]}', "repeated-key", 2),
    ('{}\n\n{"add-registry": ["b"]}', "text-after-json", 3),
]


@pytest.mark.parametrize(("text", "code", "line"), FINDINGS)
def test_what_is_ignored_is_a_finding(text: str, code: str, line: int) -> None:
    config = load(text)
    assert config.refusal is None
    assert [(f.code, f.source.line if f.source else None) for f in config.findings] == [(code, line)]


TROUBLE = [
    (f"open {PATH}: no such file or directory", False, None, []),
    (f"open {PATH}: no such file or directory", True, FILE + f"open {PATH}: no such file or directory", []),
    (f"read {PATH}: is a directory", False, FILE + f"read {PATH}: is a directory", []),
    (f"open {PATH}: permission denied", True, None, ["daemon-json-not-read"]),
]


@pytest.mark.parametrize(("trouble", "named", "message", "codes"), TROUBLE)
def test_a_file_that_cannot_be_read(trouble: str, named: bool, message: str | None, codes: list[str]) -> None:
    config = load(b"", "--add-registry", "a", named=named, trouble=trouble)
    assert refusal_of(config) == message
    assert [finding.code for finding in config.findings] == codes
    assert config.registries[0].value == "a"


def test_without_a_file_the_checks_name_none() -> None:
    words = (Setting("argument", "--default-runtime=oci", Source("unit")),)
    config = configure(EngineName.RHEL_DOCKER, "test", words, None)
    assert refusal_of(config) == "specified default runtime 'oci' does not exist"


@pytest.mark.parametrize("engine", [EngineName.RHEL_DOCKER, EngineName.MOBY])
@given(
    st.one_of(
        st.binary(max_size=40),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5)),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3),
                st.dictionaries(
                    st.sampled_from(["insecure-registries", "runtimes", "mtu", "debug", "registry-mirrors", "x"]), inner
                ),
            ),
        ).map(lambda value: json.dumps(value).replace("Infinity", "1e999").encode()),
    )
)
def test_any_file_gives_a_configuration(engine: EngineName, data: bytes) -> None:
    for version in ((20, 10), (28, 0)):
        config = load(data, "--mtu=1", "--insecure-registry", "a", engine=engine, version=version)
        assert config.refusal is None or config.refusal.message.isprintable()


def test_deep_nesting_is_no_recursion() -> None:
    deep = "[" * 5000 + "]" * 5000
    message = refusal_of(load(f'{{"add-registry": {deep}}}', "--add-registry", "a"))
    assert message is not None
    assert message.startswith(BOTH + "add-registry: (from flag: [a], from file: [[[")
