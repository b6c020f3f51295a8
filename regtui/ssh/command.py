"""The command line of the one ssh that a run has, and which names of a host it may be given."""

from __future__ import annotations

import re

_HOST = re.compile(r"[^\s\x00-\x1f\x7f'\"`$\\;&<>|(){}*?!#~-][^\s\x00-\x1f\x7f'\"`$\\;&<>|(){}*?!#~]*")
_DOMAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\\(?=[A-Za-z0-9][^\\@]*@)")
"""Of an Active Directory before a user: a shell that a ProxyCommand runs in takes the backslash away, and no more."""
CONNECT_SECONDS = 15
"""For the connection and ssh's own exchange: Linux would wait two minutes for a host that does not answer."""
ALIVE_SECONDS = 5
"""Between two signs of life; the connection counts as lost after three that nobody answered."""

OPTIONS = (
    "ControlMaster=yes",
    "ControlPersist=no",
    "LogLevel=DEBUG1",  # tells when the login is done, and why a connection behind the host failed
    "RemoteCommand=none",
    "PermitLocalCommand=no",
    "ClearAllForwardings=yes",
    "ForwardAgent=no",
    "ForwardX11=no",
    "EscapeChar=none",
    f"ConnectTimeout={CONNECT_SECONDS}",
    f"ServerAliveInterval={ALIVE_SECONDS}",
    "ServerAliveCountMax=3",
)
"""What regtui needs of the connection; everything else is the person's own ssh_config."""


def is_host(text: str) -> bool:
    """Tell whether a text may be `[[DOMAIN\\]USER@]HOST`.

    It is no option, and has nothing that the shell of a ProxyCommand would act on.
    """
    domain = _DOMAIN.match(text)
    return len(text) <= 512 and _HOST.fullmatch(text, domain.end() if domain else 0) is not None


def ssh_command(ssh: str, host: str, control: str, *, sudo: bool, batch: bool) -> list[str]:
    """Return the command of the connection that all else goes through; it ends with a shell that reads its input.

    `batch`: nobody is asked for a password. The shell is called by its name: some login shells know no `exec`.
    """
    options = (*OPTIONS, f"ControlPath={control}", *(("BatchMode=yes",) if batch else ()))
    words = [word for option in options for word in ("-o", option)]
    return [ssh, "-T", *words, "--", host, "sudo -n sh" if sudo else "sh"]
