"""Why a certificate is rejected, in Go's words: OpenSSL says that it is, Go's order of checks says what people read."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.outcome import CertificateFault, Stage, Trouble
from regtui.registry.addresses import literal
from regtui.registry.errors import NetworkError
from regtui.registry.x509text import Certificate, MalformedError, describe, matches, name_matches, read_certificate
from regtui.text import go_quote, printable

if TYPE_CHECKING:
    from collections.abc import Iterable


class _Code(IntEnum):
    """OpenSSL's verify codes (x509_vfy.h) for which Go has a text of its own."""

    NOT_YET_VALID = 9
    EXPIRED = 10
    PATH_TOO_LONG = 25
    WRONG_PURPOSE = 26
    CRITICAL_EXTENSION = 34
    NAME_NOT_PERMITTED = 47


_Verdict = tuple[CertificateFault, str, str]
"""What is wrong, the sentence about it, and Go's text."""
_NO_AUTHORITY = "x509: certificate signed by unknown authority"
_LISTED = 8000
"""Characters of names in a text; above, the number of names takes their place, as newer Go does from 100 names on."""
_CHAIN = 10
"""Certificates of a chain that are followed."""
_KEY_TYPES = {"RSA": "*rsa.PublicKey", "ECDSA": "*ecdsa.PublicKey", "Ed25519": "ed25519.PublicKey"}
_FAILURES = {
    "RSA": "crypto/rsa: verification error",
    "ECDSA": "x509: ECDSA verification failure",
    "Ed25519": "x509: Ed25519 verification failure",
}


@dataclass(frozen=True, slots=True)
class Rejected:
    """What is known of a rejected certificate: the chain as sent, leaf first, and the host it was meant for.

    `code` is OpenSSL's verify code, 0 where the chain is good and the name is not; `roots` are the trusted
    certificates in DER; `now` has a time zone, and texts show it in that zone.
    """

    chain: tuple[bytes, ...]
    host: str
    code: int
    roots: tuple[bytes, ...]
    now: datetime


def judge(case: Rejected) -> NetworkError:
    """Return the error for a rejected certificate.

    Go checks the leaf's dates first, then its name, then the chain (crypto/x509/verify.go, Verify); OpenSSL begins
    with the chain, so its verdict alone would read otherwise where more than one thing is wrong.
    """
    other = CertificateFault.OTHER
    try:
        leaf = read_certificate(case.chain[0])
    except IndexError:
        go = _NO_AUTHORITY if case.code else "x509: malformed certificate"
        return _error((other, "the certificate was rejected", go), "")
    except MalformedError as error:
        go = "tls: failed to parse certificate from server: x509: malformed certificate"
        return _error((other, "the certificate cannot be read", go), str(error))
    sent = _readable(case.chain[1:_CHAIN])
    if case.code == _Code.CRITICAL_EXTENSION:
        sentence = "the certificate has an extension that must be understood"
        verdict: _Verdict = (other, sentence, "x509: unhandled critical extension")
    elif outdated := _outdated(leaf, case.now):
        verdict = outdated
    elif not matches(leaf, case.host):
        sentence = f"the certificate is not for {printable(case.host, 255)}"
        verdict = (CertificateFault.OTHER_NAME, sentence, name_text(leaf, case.host))
    else:
        verdict = _chain_verdict(case, leaf, sent)
    return _error(verdict, describe(leaf))


def _error(verdict: _Verdict, detail: str) -> NetworkError:
    fault, sentence, go = verdict
    go = printable(go, 10_000)
    return NetworkError(Stage.TLS, Trouble.CERTIFICATE, sentence, go=go, detail=detail, fault=fault)


def _readable(chain: Iterable[bytes]) -> tuple[Certificate, ...]:
    found = []
    for der in chain:
        with contextlib.suppress(MalformedError):
            found.append(read_certificate(der))
    return tuple(found)


def _outdated(certificate: Certificate, now: datetime) -> _Verdict | None:
    """Return the verdict where the certificate's time is over or has not come."""
    if now > certificate.not_after:
        fault, word, limit = CertificateFault.EXPIRED, "after", certificate.not_after
        sentence = "the certificate expired on"
    elif now < certificate.not_before:
        fault, word, limit = CertificateFault.NOT_YET_VALID, "before", certificate.not_before
        sentence = "the certificate is not valid until"
    else:
        return None
    go = f"x509: certificate has expired or is not yet valid: current time {rfc3339(now)} is {word} {rfc3339(limit)}"
    return fault, f"{sentence} {limit:%Y-%m-%d %H:%M} UTC; this host's clock says {now:%Y-%m-%d %H:%M}", go


def rfc3339(moment: datetime) -> str:
    """Return a time as Go's time.RFC3339 has it: whole seconds, `Z` where the zone is UTC's."""
    text = moment.isoformat(timespec="seconds")
    return text.removesuffix("+00:00") + "Z" if moment.utcoffset() == timedelta(0) else text


def name_text(leaf: Certificate, host: str) -> str:
    """Return Go's text for a certificate that is for another host (crypto/x509/verify.go, HostnameError)."""
    if not leaf.has_names and name_matches(leaf.subject_name, host):
        return "x509: certificate relies on legacy Common Name field, use SANs instead"
    names: tuple[str, ...] = leaf.dns_names
    if literal(host) is not None:
        if not leaf.addresses:
            return f"x509: cannot validate certificate for {host} because it doesn't contain any IP SANs"
        names = tuple(map(str, leaf.addresses))
    if not names:
        return f"x509: certificate is not valid for any names, but wanted to match {host}"
    listed = ", ".join(names)
    if len(listed) > _LISTED:
        return f"x509: certificate is valid for {len(names)} names, but none matched {host}"
    return f"x509: certificate is valid for {listed}, not {host}"


def _chain_verdict(case: Rejected, leaf: Certificate, sent: tuple[Certificate, ...]) -> _Verdict:
    other = CertificateFault.OTHER
    match case.code:
        case _Code.NOT_YET_VALID | _Code.EXPIRED:
            return _outdated_above(case, leaf, sent)
        case _Code.PATH_TOO_LONG:
            go = "x509: too many intermediates for path length constraint"
            return other, "the certificate's chain is longer than an authority allows", go
        case _Code.WRONG_PURPOSE:
            go = "x509: certificate specifies an incompatible key usage"
            return other, "the certificate is not meant for servers", go
        case _Code.NAME_NOT_PERMITTED:
            name = go_quote(leaf.dns_names[0] if leaf.dns_names else case.host)
            go = (
                "x509: a root or intermediate certificate is not authorized to sign for this name: "
                f"DNS name {name} is not permitted by any constraint"
            )
            return other, "an authority may not sign for this name", go
    itself = " itself" if leaf.subject == leaf.issuer else f" {printable(leaf.issuer_name or 'an unnamed issuer', 100)}"
    sentence = f"the certificate is signed by{itself}, which is not trusted here"
    return CertificateFault.UNKNOWN_AUTHORITY, sentence, _NO_AUTHORITY + _hint(case, leaf, sent)


def _outdated_above(case: Rejected, leaf: Certificate, sent: tuple[Certificate, ...]) -> _Verdict:
    """Return which certificate above the leaf has its time over, or not come."""
    fault = CertificateFault.AUTHORITY_OUTDATED
    for issuer in (*sent, *_named(case.roots, (leaf, *sent))):
        if outdated := _outdated(issuer, case.now):
            _, sentence, go = outdated
            whose = printable(issuer.subject_name or issuer.subject_organization, 100)
            return fault, sentence.replace("the certificate", f"the authority {whose}", 1), go
    return fault, "an authority's certificate expired", "x509: certificate has expired or is not yet valid"


def _named(roots: Iterable[bytes], wanted: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """Return the roots that some certificate names as its issuer; only those are read in full."""
    issuers = {certificate.issuer for certificate in wanted}
    return tuple(
        root
        for root in _readable(der for der in roots if any(issuer in der for issuer in issuers))
        if root.subject in issuers
    )


def _hint(case: Rejected, leaf: Certificate, sent: tuple[Certificate, ...]) -> str:
    """Return Go's remark about a candidate that has the issuer's name and did not sign (verify.go, buildChains).

    That is how a renewed authority shows whose old certificate is still in certs.d.
    """
    remark, current = "", leaf
    roots = _named(case.roots, (leaf, *sent))
    for _ in range(_CHAIN):
        remark = ""
        named = [root for root in roots if root.subject == current.issuer and root.der != current.der]
        parents = [parent for parent in sent if parent.subject == current.issuer and parent.der != current.der]
        if named:
            remark = _remark(_why(current, named[0]), named[0])
        if not parents:
            break
        if not parents[0].is_authority:
            cause = "x509: invalid signature: parent certificate cannot sign this kind of certificate"
            return remark or _remark(cause, parents[0])
        current, sent = parents[0], tuple(other for other in sent if other is not parents[0])
    return remark


def _why(child: Certificate, parent: Certificate) -> str:
    if child.weak_signature:
        return (
            f"x509: cannot verify signature: insecure algorithm {child.weak_signature} "
            "(temporarily override with GODEBUG=x509sha1=1)"
        )
    if child.signature != parent.key and parent.key in _KEY_TYPES:
        public = _KEY_TYPES[parent.key]
        return (
            f"x509: signature algorithm specifies an {child.signature} public key, but have public key of type {public}"
        )
    return _FAILURES.get(parent.key, "x509: cannot verify signature: algorithm unimplemented")


def _remark(cause: str, candidate: Certificate) -> str:
    name = candidate.subject_name or candidate.subject_organization or f"serial:{candidate.serial}"
    trying = f"while trying to verify candidate authority certificate {go_quote(name)}"
    return f" (possibly because of {go_quote(cause)} {trying})"


def local_time() -> datetime:
    """Return the time as Go prints it: in the host's zone."""
    return datetime.now(UTC).astimezone()
