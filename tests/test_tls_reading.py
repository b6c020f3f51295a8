"""DER, PEM and TLS records read from hostile bytes: a model or an own error, never another exception."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.registry.alerts import Records, no_tls
from regtui.registry.pem import blocks
from regtui.registry.x509text import MalformedError, describe, matches, name_matches, read_certificate
from tests.issuing import issue

CA = issue("Lab CA", authority=True)
LEAF = issue("Ümlaut", CA, dns=["reg.example.com", "*.lab"], ip=["10.0.0.1", "2001:db8::1"], organization="Örg")


def test_a_certificate_is_read() -> None:
    read = read_certificate(LEAF.der)
    assert (read.subject_name, read.subject_organization, read.issuer_name) == ("Ümlaut", "Örg", "Lab CA")
    assert read.dns_names == ("reg.example.com", "*.lab")
    assert read.addresses == (ip_address("10.0.0.1"), ip_address("2001:db8::1"))
    assert (read.not_before, read.not_after) == (
        LEAF.certificate.not_valid_before_utc,
        LEAF.certificate.not_valid_after_utc,
    )
    assert (read.serial, read.is_authority, read.has_names) == (LEAF.certificate.serial_number, False, True)
    assert (read.key, read.signature, read.weak_signature) == ("ECDSA", "ECDSA", "")
    assert read.issuer == read_certificate(CA.der).subject
    assert read_certificate(CA.der).is_authority


@given(st.binary(max_size=200))
def test_any_bytes_are_a_certificate_or_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        read_certificate(data)


@given(st.integers(0, len(LEAF.der) - 1), st.integers(0, 255))
def test_a_certificate_with_any_byte_changed_is_read_or_malformed(at: int, value: int) -> None:
    data = bytearray(LEAF.der)
    data[at] = value
    try:
        read = read_certificate(bytes(data))
    except MalformedError:
        return
    assert describe(read).isprintable()
    matches(read, "reg.example.com")


@given(st.integers(0, len(LEAF.der) - 1))
def test_a_certificate_that_is_cut_short_is_malformed(length: int) -> None:
    with pytest.raises(MalformedError):
        read_certificate(LEAF.der[:length])


@pytest.mark.parametrize("length", [b"\x80", b"\x85\1\1\1\1\1", b"\x84\xff\xff\xff\xff"])
def test_a_length_that_lies_is_malformed(length: bytes) -> None:
    with pytest.raises(MalformedError):
        read_certificate(b"\x30" + length + b"\0" * 50)


@pytest.mark.fault(22)
def test_ten_thousand_names_are_described_in_a_line() -> None:
    many = issue(by=CA, dns=[f"h{number}.example" for number in range(9_999)])
    text = describe(read_certificate(many.der))
    assert "and 9991 more" in text
    assert len(text) < 1000
    with pytest.raises(MalformedError):
        read_certificate(issue(by=CA, dns=["h.example"] * 10_001).der)


@pytest.mark.parametrize(
    ("pattern", "host", "verdict"),
    [
        ("reg.example.com", "reg.example.com", True),
        ("*.example.com", "reg.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "a.reg.example.com", False),
        ("*", "localhost", True),
        ("*", "reg.example.com", False),
        ("a.*.com", "a.example.com", False),
        ("*.*.com", "a.example.com", False),
        ("reg.example.com.", "reg.example.com", False),
        ("reg.example.com.", "reg.example.com.", True),
        ("-reg.example.com", "-reg.example.com", True),
        ("*.-x", "a.-x", False),
        ("", "", False),
        (".", ".", False),
        ("127.0.0.1", "127.0.0.1", False),
    ],
)
def test_a_name_of_a_certificate_and_a_host(pattern: str, host: str, verdict: bool) -> None:
    certificate = read_certificate(issue(by=CA, dns=[pattern]).der)
    assert matches(certificate, host) is verdict


def test_no_case_folding_outside_of_ascii() -> None:
    assert not matches(read_certificate(issue(by=CA, dns=["k.example"]).der), "\N{KELVIN SIGN}.example")


def test_an_address_matches_in_either_notation() -> None:
    certificate = read_certificate(issue(by=CA, ip=["10.0.0.1", "2001:db8::1"]).der)
    for host in ("10.0.0.1", "::ffff:10.0.0.1", "2001:DB8:0::1"):
        assert matches(certificate, host)
    assert not matches(certificate, "10.0.0.2")


def test_the_common_name_counts_in_texts_alone() -> None:
    certificate = read_certificate(issue("reg.example.com", CA).der)
    assert not matches(certificate, "reg.example.com")
    assert name_matches(certificate.subject_name, "REG.example.com")


def test_pem_blocks_are_found_between_anything() -> None:
    text = (
        b"-----BEGIN X-----\nnever ended\n\xff\0\n" + CA.pem.replace(b"\n", b"\r\n") + b"# a comment\n" + LEAF.key_pem()
    )
    found = blocks(text)
    assert [block.label for block in found] == ["CERTIFICATE", "PRIVATE KEY"]
    assert found[0].der == CA.der
    assert "der=" not in repr(found[0])
    locked = blocks(LEAF.key_pem(b"secret", traditional=True))
    assert [(block.label, block.has_headers) for block in locked] == [("EC PRIVATE KEY", True)]


@given(st.binary(max_size=300))
def test_any_bytes_have_pem_blocks_or_none(data: bytes) -> None:
    assert blocks(data) == blocks(data + b"\n")
    blocks(b"-----BEGIN A-----\n" + data + b"\n-----END A-----\n")


@given(st.lists(st.binary(max_size=40), max_size=6), st.data())
def test_records_are_followed_through_any_pieces(contents: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(b"\x16\x03\x03" + len(content).to_bytes(2, "big") + content for content in contents)
    cut = data.draw(st.integers(0, len(stream)))
    ends = {0}
    for content in contents:
        ends.add(max(ends) + 5 + len(content))
    records, at = Records(), 0
    while at < cut:
        step = data.draw(st.integers(1, 9))
        records.feed(stream[at : min(at + step, cut)])
        at += step
    assert records.midway is (cut not in ends)
    assert records.head == stream[:cut][:16]
    assert records.count == cut


@pytest.mark.parametrize("said", [b"", b"H", b"\x16\x03\x03\x00\x04", b"\x15\x03\x03\x00\x02\x02\x28"])
def test_what_may_be_tls_is_not_told_apart_too_early(said: bytes) -> None:
    records = Records()
    records.feed(said)
    assert no_tls(records, "198.51.100.6:443") is None
