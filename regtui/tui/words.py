"""The words and signs for outcomes, times and names: one owner, so that every panel says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.model import EngineName
from regtui.outcome import Outcome
from regtui.tui.cells import Role

if TYPE_CHECKING:
    from regtui.tui.glyphs import Glyphs

DAEMON = {
    EngineName.RHEL_DOCKER: "dockerd",
    EngineName.MOBY: "dockerd",
    EngineName.PODMAN: "podman",
    EngineName.CONTAINERD: "containerd",
}
"""The program that reads the configuration."""

_WORDS = {
    Outcome.FOUND: "found",
    Outcome.NOT_FOUND: "not found",
    Outcome.DENIED: "denied",
    Outcome.UNAUTHORIZED: "unauthorized",
    Outcome.RATE_LIMITED: "rate limited",
    Outcome.SERVER_ERROR: "server error",
    Outcome.UNREACHABLE: "unreachable",
    Outcome.TLS_FAILED: "TLS failed",
    Outcome.NOT_A_REGISTRY: "not a registry",
    Outcome.INVALID: "unusable",
    Outcome.UNDECIDED: "no answer yet",
    Outcome.BLOCKED: "blocked",
    Outcome.SKIPPED: "skipped",
}
_ROLES = {
    Outcome.FOUND: Role.OK,
    Outcome.NOT_FOUND: Role.WARN,
    Outcome.UNDECIDED: Role.WARN,
    Outcome.SKIPPED: Role.DIM,
}


def outcome_word(outcome: Outcome) -> str:
    """Return the outcome in a person's words."""
    return _WORDS[outcome]


def outcome_role(outcome: Outcome) -> Role:
    """Return how an outcome is colored: an ordinary "not here" is no error."""
    return _ROLES.get(outcome, Role.BAD)


def outcome_sign(outcome: Outcome, glyphs: Glyphs) -> str:
    """Return the sign of an outcome, which tells it without color."""
    match outcome:
        case Outcome.FOUND:
            return glyphs.ok
        case Outcome.SKIPPED:
            return glyphs.none
        case Outcome.UNDECIDED:
            return "?"
        case _:
            return glyphs.bad


def duration(ms: float) -> str:
    """Return a time for people: `<1 ms`, `12 ms`, `1.2 s`, `45 s`."""
    if ms < 0.95:
        return "<1 ms"
    if ms < 999.5:
        return f"{ms:.0f} ms"
    return f"{ms / 1000:.1f} s" if ms < 9_950 else f"{ms / 1000:.0f} s"


def seconds(count: float) -> str:
    """Return seconds for people: `0.2 s`, `45 s`."""
    return f"{count:.1f} s" if count < 9.95 else f"{count:.0f} s"


def short_digest(digest: str) -> str:
    """Return the digest with twelve digits, as docker shortens it, its algorithm kept."""
    algorithm, colon, digits = digest.partition(":")
    return f"{algorithm}:{digits[:12]}" if colon else digest[:12]


def short_reference(reference: str) -> str:
    """Return the reference with a digest at its end shortened."""
    name, at, digest = reference.rpartition("@")
    return f"{name}@{short_digest(digest)}" if at and ":" in digest else reference


def count(number: int, word: str) -> str:
    """Return `1 warning`, `2 warnings`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
