"""The manual page regtui(1), in the man macros, made from the command line's own description."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.usage import TAKES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.usage import Option, Usage

LONG_DESCRIPTION = """\
RHEL's and CentOS 7's Docker walks a list of registries, drops the error of each but the last, and may print that an
image was not found when the truth was that a login was missing. regtui reads the host's own configuration, asks the
same registries the same questions without pulling anything, and shows each answer as it arrives.

Registries are sent GET and HEAD requests and no others. A name is told to a registry only when the engine would tell
it. Files of Docker, podman and containerd are read and never written.

Without a command the terminal interface opens; a NAME is resolved in it at once. A first word that is a command is the
command: regtui resolve info resolves the image info."""
FILES = (
    ("/etc/sysconfig/docker", "the options of RHEL's and CentOS 7's Docker, with docker-storage and docker-network"),
    ("/etc/docker/daemon.json", "the daemon's configuration"),
    ("/etc/docker/certs.d", "authorities and client certificates of single registries"),
    ("/etc/containers/registries.conf", "registries of podman, and of Docker as far as RHEL 7 passes them on"),
    ("~/.docker/config.json", "logins and the credential helpers that keep them; $DOCKER_CONFIG names another folder"),
    ("~/.config/regtui/settings.toml", "regtui's own settings"),
    ("~/.local/state/regtui/history", "names that were asked for in the terminal interface"),
    ("~/.cache/regtui", "manifests, configurations and lists of names that were seen; it may be deleted at any time"),
)
ENVIRONMENT = (
    ("NO_COLOR", "plain text where it is set"),
    ("DOCKER_CONFIG", "the folder of config.json"),
    ("XDG_CACHE_HOME, XDG_CONFIG_HOME, XDG_STATE_HOME", "other folders for regtui's own files"),
    ("SSH_CONNECTION", "where it is set, less moves on the screen"),
)
EXAMPLES = (
    ("regtui --demo", "try everything with registries that regtui brings along"),
    ("regtui resolve etcd", "who is asked for etcd on this host, and who serves it"),
    ("regtui resolve etcd --root /mnt/sysimage --dry-run", "the plan of a host whose disk is mounted there"),
    ("regtui catalog reg.example.com:5000 team/", "the repositories that begin with team/"),
    ("regtui tags quay.io/coreos/etcd --sort semver | head", "the newest versions first"),
    ("regtui inspect debian --platform linux/arm64", "digest, sizes, configuration and layers for arm64"),
    ("regtui inspect quay.io/coreos/etcd:v3.5.21 :v3.4.31", "what is different between two tags"),
    ("regtui info --json", "every value with the file and line that set it"),
)


def man_page(usage: Usage, version: str) -> str:
    """Return the page; it has no date, so that the same version gives the same bytes."""
    return "\n".join(_lines(usage, version)) + "\n"


def _lines(usage: Usage, version: str) -> Iterator[str]:
    yield f'.TH {usage.program.upper()} 1 "" "{usage.program} {escape(version)}" "User Commands"'
    yield from (".SH NAME", f"{usage.program} \\- {escape(_first_lower(usage.description).rstrip('.'))}")
    yield from (".SH SYNOPSIS", f".B {usage.program}", escape(usage.synopsis.partition(" ")[2]))
    yield ".SH DESCRIPTION"
    for paragraph in LONG_DESCRIPTION.split("\n\n"):
        yield from (".PP", escape(paragraph))
    yield ".SH COMMANDS"
    for name, words in usage.commands.items():
        taken = f" \\fI{escape(TAKES[name])}\\fR" if name in TAKES else ""
        yield from (".TP", f"\\fB{escape(name)}\\fR{taken}", escape(words))
    yield ".SH OPTIONS"
    for group, options in usage.groups().items():
        yield f'.SS "{escape(_heading(group, usage))}"'
        for option in options:
            yield from (".TP", _signature(option), escape(option.words))
    yield ".SH EXIT STATUS"
    for part in usage.closing.partition(": ")[2].rstrip(".").split(", "):
        status, _, words = part.partition(" ")
        yield from (".TP", f".B {escape(status)}", escape(words))
    for title, rows in (("FILES", FILES), ("ENVIRONMENT", ENVIRONMENT), ("EXAMPLES", EXAMPLES)):
        yield f".SH {title}"
        for term, words in rows:
            yield from (".TP", f".B {escape(term)}", escape(words))
    yield from (".SH SEE ALSO", ".BR docker (1),", ".BR podman (1),", ".BR containers\\-registries.conf (5)")


def _heading(group: str, usage: Usage) -> str:
    return f"Options of {usage.program} {group}" if group in usage.commands else group.capitalize()


def _signature(option: Option) -> str:
    names = ", ".join(f"\\fB{escape(name)}\\fR" for name in option.names)
    value = "|".join(option.choices) or option.value
    return f"{names} \\fI{escape(value)}\\fR" if option.value else names


def escape(text: str) -> str:
    """Return text that troff shows as it stands: no escape, no request at the start of a line, dashes to copy."""
    shown = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    shown = shown.replace("^", "\\(ha").replace("~", "\\(ti").replace('"', "\\(dq")
    lines = (f"\\&{line}" if line.startswith(".") else line for line in shown.split("\n"))
    return "\n".join(lines)


def _first_lower(text: str) -> str:
    return text[:1].lower() + text[1:]
