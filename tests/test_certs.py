"""certs.d directories as the engines read them: their errors, garbage that they pass over, keys that stay hidden."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from regtui.host.certs import CertsDirectory, pem_blocks, read_certs
from regtui.host.files import FileText, FileTrouble, HostFiles, TroubleKind
from regtui.host.model import EngineName
from tests.golden import rows

if TYPE_CHECKING:
    from pathlib import Path

HOST = "reg.example.com"
DIRECTORY = f"/etc/docker/certs.d/{HOST}"
RHEL, MOBY, PODMAN = EngineName.RHEL_DOCKER, EngineName.MOBY, EngineName.PODMAN

CA = trustme.CA()
ISSUED = CA.issue_cert(HOST)
CA_PEM = CA.cert_pem.bytes()
CERT_PEM = ISSUED.cert_chain_pems[0].bytes()
KEY_PEM = ISSUED.private_key_pem.bytes()
RECORDED_ERRORS = {
    (row["engine"], line.removeprefix("Error response from daemon: "))
    for name in ("pull-rhel-docker.jsonl", "pull-moby.jsonl")
    for row in rows(name)
    for line in row.get("transcript", [])
    if "client certificate" in line
}


def block(kind: str, content: bytes = b"x") -> bytes:
    return f"-----BEGIN {kind}-----\n{base64.b64encode(content).decode()}\n-----END {kind}-----\n".encode()


def certs(root: Path, files: dict[str, bytes], engine: EngineName = RHEL) -> CertsDirectory:
    folder = root / DIRECTORY.lstrip("/")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return read_certs(HostFiles(root), DIRECTORY, engine)


def test_authorities_and_pairs_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    files = {"b.crt": CA_PEM, "a.crt": CERT_PEM, "client.cert": CERT_PEM, "client.key": KEY_PEM, "README": b"hello"}
    found = certs(tmp_path, files)
    assert found.authorities == ((f"{DIRECTORY}/a.crt", CERT_PEM), (f"{DIRECTORY}/b.crt", CA_PEM))
    (pair,) = found.pairs
    assert (pair.certificate_file, pair.key_file) == (f"{DIRECTORY}/client.cert", f"{DIRECTORY}/client.key")
    assert (pair.certificate, pair.key) == (CERT_PEM, KEY_PEM)
    assert (found.error, found.findings, found.unreadable) == (None, (), ())


def test_a_missing_directory_is_empty(tmp_path: Path) -> None:
    assert read_certs(HostFiles(tmp_path), DIRECTORY) == CertsDirectory(DIRECTORY)


MISSING_KEY = "client.key for client certificate client.cert. Note that CA certificates should use the extension .crt"
SWITCHED = "in certificate input, but did find a private key; PEM inputs may have been switched"
SKIPPED = "after skipping PEM blocks of the following types"
ERRORS: list[tuple[EngineName, dict[str, bytes], str]] = [
    (RHEL, {"client.cert": CERT_PEM}, f"Missing key {MISSING_KEY}."),
    (MOBY, {"client.cert": CERT_PEM}, f"missing key {MISSING_KEY}"),
    (PODMAN, {"client.cert": CERT_PEM}, f"missing key {MISSING_KEY}"),
    (RHEL, {"client.key": KEY_PEM}, "Missing client certificate client.cert for key client.key"),
    (MOBY, {"client.key": KEY_PEM}, "Missing client certificate client.cert for key client.key"),
    (PODMAN, {"client.key": KEY_PEM}, "missing client certificate client.cert for key client.key"),
    (RHEL, {"c.cert": b"x", "c.key": KEY_PEM}, "tls: failed to find any PEM data in certificate input"),
    (RHEL, {"c.cert": CERT_PEM, "c.key": b"x"}, "tls: failed to find any PEM data in key input"),
    (
        RHEL,
        {"c.cert": KEY_PEM, "c.key": CERT_PEM},
        f"tls: failed to find certificate PEM data {SWITCHED}",
    ),
    (
        RHEL,
        {"c.cert": CERT_PEM, "c.key": CERT_PEM},
        "tls: found a certificate rather than a key in the PEM for the private key",
    ),
    (
        RHEL,
        {"c.cert": block("X") + block("Y"), "c.key": KEY_PEM},
        f'tls: failed to find "CERTIFICATE" PEM block in certificate input {SKIPPED}: [X Y]',
    ),
    (
        RHEL,
        {"c.cert": CERT_PEM, "c.key": block("DH PARAMETERS")},
        f'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input {SKIPPED}: [DH PARAMETERS]',
    ),
]


@pytest.mark.parametrize(("engine", "files", "error"), ERRORS)
def test_the_engine_refuses_in_its_own_words(
    engine: EngineName, files: dict[str, bytes], error: str, tmp_path: Path
) -> None:
    assert certs(tmp_path, files, engine).error == error


def test_the_texts_are_those_that_were_recorded() -> None:
    assert RECORDED_ERRORS
    known = {(engine.value, error) for engine, _, error in ERRORS}
    assert known >= RECORDED_ERRORS


@pytest.mark.parametrize(
    ("engine", "error"),
    [(RHEL, f"open {DIRECTORY}/redhat-ca.crt: no such file or directory"), (PODMAN, None)],
)
def test_a_link_that_leads_nowhere(engine: EngineName, error: str | None, tmp_path: Path) -> None:
    certs(tmp_path, {"a.crt": CA_PEM})
    (tmp_path / DIRECTORY.lstrip("/") / "redhat-ca.crt").symlink_to("/etc/rhsm/ca/redhat-uep.pem")
    found = read_certs(HostFiles(tmp_path), DIRECTORY, engine)
    assert found.error == error
    assert [path for path, _ in found.authorities] == [f"{DIRECTORY}/a.crt"]
    assert [finding.code for finding in found.findings] == ([] if error else ["certs-dangling"])


def test_a_directory_and_a_loop_are_the_engines_errors_too(tmp_path: Path) -> None:
    certs(tmp_path, {})
    folder = tmp_path / DIRECTORY.lstrip("/")
    (folder / "a.crt").mkdir()
    assert read_certs(HostFiles(tmp_path), DIRECTORY).error == f"read {DIRECTORY}/a.crt: is a directory"
    (folder / "a.crt").rmdir()
    (folder / "a.crt").symlink_to("a.crt")
    expected = f"open {DIRECTORY}/a.crt: too many levels of symbolic links"
    assert read_certs(HostFiles(tmp_path), DIRECTORY).error == expected


@pytest.mark.parametrize(
    ("engine", "error"), [(RHEL, "readdirent: not a directory"), (MOBY, f"readdirent {DIRECTORY}: not a directory")]
)
def test_a_file_in_place_of_the_directory(engine: EngineName, error: str, tmp_path: Path) -> None:
    path = tmp_path / DIRECTORY.lstrip("/")
    path.parent.mkdir(parents=True)
    path.touch()
    assert read_certs(HostFiles(tmp_path), DIRECTORY, engine).error == error


class OnlyForRoot(HostFiles):
    """Files that root may read and this user may not."""

    def read(self, path: str, limit: int = 0) -> FileText | FileTrouble:
        return FileTrouble(path, TroubleKind.DENIED, "permission denied")


def test_what_only_root_may_read_is_no_error_of_the_engine(tmp_path: Path) -> None:
    certs(tmp_path, {"client.cert": CERT_PEM, "client.key": KEY_PEM})
    found = read_certs(OnlyForRoot(tmp_path), DIRECTORY)
    assert (found.error, found.pairs) == (None, ())
    assert found.unreadable == (f"{DIRECTORY}/client.cert", f"{DIRECTORY}/client.key")
    assert {finding.code for finding in found.findings} == {"certs-unreadable"}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("ca.crt", b"garbage", "certs-garbage"),
        ("ca.crt", b"", "certs-garbage"),
        ("ca.crt", block("CERTIFICATE", b"no certificate"), "certs-garbage"),
        ("ca.crt", block("TRUSTED CERTIFICATE"), "certs-garbage"),
        ("ca.crt", CA_PEM + KEY_PEM, "certs-key-in-crt"),
        ("ca.pem", CA_PEM, "certs-ignored"),
    ],
)
def test_what_the_engine_passes_over_silently_is_a_finding(
    name: str, content: bytes, code: str, tmp_path: Path
) -> None:
    found = certs(tmp_path, {name: content})
    assert found.error is None
    assert [(finding.code, str(finding.source)) for finding in found.findings] == [(code, f"{DIRECTORY}/{name}")]


def test_a_good_certificate_after_a_bad_one_will_do(tmp_path: Path) -> None:
    assert certs(tmp_path, {"ca.crt": b"text\n" + block("CERTIFICATE", b"bad") + CA_PEM}).findings == ()


def test_keys_do_not_show(tmp_path: Path) -> None:
    found = certs(tmp_path, {"client.cert": CERT_PEM, "client.key": KEY_PEM})
    assert b"PRIVATE KEY" in found.pairs[0].key
    assert "PRIVATE KEY" not in repr(found)
    assert repr(KEY_PEM.splitlines()[1])[2:-1] not in repr(found)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (block("A", b"1") + b"noise\n" + block("B", b"2"), [("A", b"1"), ("B", b"2")]),
        (block("A", b"1").replace(b"\n", b"\r\n"), [("A", b"1")]),
        (b"-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nMQ==\n-----END A-----", [("A", b"1")]),
        (b"-----BEGIN A-----\nMQ==\n-----END B-----\n" + block("C", b"3"), [("C", b"3")]),
        (b"-----BEGIN A-----\n" + block("B", b"2"), [("B", b"2")]),
        (b"-----BEGIN A-----\n!!!\n-----END A-----\n" + block("B", b"2"), [("B", b"2")]),
        (b" " + block("A"), []),
        (b"-----BEGIN A-----\n-----END A-----\n", [("A", b"")]),
    ],
)
def test_pem_blocks(data: bytes, expected: list[tuple[str, bytes]]) -> None:
    assert list(pem_blocks(data)) == expected


@given(st.binary(max_size=100) | st.text("-BEGINDA :\nMQ=", max_size=80).map(str.encode))
def test_no_bytes_make_reading_raise(data: bytes) -> None:
    for kind, content in pem_blocks(data + block(data.decode("latin-1"))):
        assert isinstance(kind, str)
        assert isinstance(content, bytes)
