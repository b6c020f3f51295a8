"""What the far shell is told, in the words of POSIX: test, printf, cat (or head), ls, and getent where it is there."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

from regtui.host.files import FILE_LIMIT, NAMES_LIMIT

CHILDREN_LIMIT = 600
"""Files of folders that are sent unasked, in one round trip."""


class Kind(StrEnum):
    """What is asked of a path: whether it is there, its bytes, its names (with the files in it)."""

    EXISTS = "e"
    READ = "r"
    LIST = "d"


Want = tuple[Kind, str]

_BESIDE = ("/etc/sysconfig/docker*", "/etc/default/docker*")
"""What units name with EnvironmentFile=, sent unasked to save a round trip."""

_PROLOGUE = """\
exec 2>/dev/null
LC_ALL=C; export LC_ALL; PATH=$PATH:/usr/sbin:/sbin:/usr/bin:/bin; unset CDPATH ENV BASH_ENV; umask 077
a=MARK; b=-NONCE; c=0; nl='
'
m() { printf '\\n%s%s %s\\n' "$a" "$b" "$1"; }
if head -c 1 /dev/null </dev/null; then t() { head -c LIMIT "$1" </dev/null; }; else t() { cat "$1" </dev/null; }; fi
s() {
 if [ -f "$1" ]; then k=regular; [ -r "$1" ] || k=denied
 elif [ -d "$1" ]; then k=folder
 elif [ -p "$1" ]; then k=fifo
 elif [ -S "$1" ]; then k=socket; [ -w "$1" ] || k=shut
 elif [ -e "$1" ]; then k=device
 else k=missing; p=$1
  while p=${p%/*}; [ -n "$p" ]; do
   if [ -d "$p" ]; then [ -x "$p" ] || k=denied; break; elif [ -e "$p" ]; then k=nofolder; break; fi
  done
 fi
 if [ -L "$1" ]; then m "link $1"; ls -ld "$1" </dev/null; fi
}
e() { s "$1"; m "$k $1"; }
r() { s "$1"; if [ $k = regular ]; then m "file $1"; t "$1"; m "status $? $1"; else m "$k $1"; fi; }
l() {
 s "$1"; if [ $k != folder ]; then m "$k $1"; return 1; fi
 if [ ! -r "$1" ]; then m "closed $1"; return 1; fi
 m "names $1"; i=0
 for x in "$1"/* "$1"/.[!.]* "$1"/..?*; do
  case ${x##*/} in '*'|'.[!.]*'|'..?*') [ -e "$x" ] || [ -L "$x" ] || continue;; esac
  i=$((i+1)); [ $i -gt NAMES ] && break
  printf '%s\\000' "${x##*/}"
 done
}
d() {
 l "$1" || return 0
 for y in "$1"/*; do
  case $y in *"$nl"*) continue;; esac
  [ $c -ge CHILDREN ] && break
  if [ -f "$y" ]; then c=$((c+1)); r "$y"
  elif [ -d "$y" ]; then case $1/,$y in */certs.d/,*|*.d) f "$y";; esac
  elif [ -L "$y" ]; then e "$y"; fi
 done
}
f() {
 l "$1" || return 0
 for z in "$1"/*; do
  case $z in *"$nl"*) continue;; esac
  [ $c -ge CHILDREN ] && break
  if [ -f "$z" ]; then c=$((c+1)); r "$z"; elif [ -L "$z" ]; then e "$z"; fi
 done
}
o() {
 m "names /proc"; j=
 for x in /proc/[0-9]*; do
  read -r w < "$x/comm" || continue
  case $w in docker|dockerd|docker-current|dockerd-*|docker-latest) j="$j $x"; printf '%s\\000' "${x#/proc/}";; esac
 done
 for x in $j; do r "$x/cmdline"; r "$x/stat"; done
}
q() { { o=$(getent ahosts "$2" </dev/null); w=$?; printf '\\n%s%s reply %s\\n%s\\n%s\\n%s%s done %s\\n' \\
 "$a" "$b" "$1" "$w" "$o" "$a" "$b" "$1"; } & }
v() { { o=$(rpm -q --qf '%{NAME} %{VERSION}\\n' PACKAGES </dev/null || \\
 dpkg-query -W -f '${Package} ${Version}\\n' PACKAGES </dev/null); printf '\\n%s%s reply %s\\n%s\\n%s%s done %s\\n' \\
 "$a" "$b" "$1" "$o" "$a" "$b" "$1"; } & }
"""

MARK = "@regtui"
ECHOED = b"LC_ALL=C; export LC_ALL; PATH=$PATH:"
"""What a host prints that only repeats its input."""
SOCKET = "/var/run/docker.sock"
PACKAGES = "docker docker-latest docker-ce docker.io moby-engine podman containerd.io containerd"
"""Whose version says which rules hold, by the names of RHEL, Docker, Debian, Fedora and Azure."""


def quoted(text: str) -> str:
    """Return a text as one word of the shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def prologue(nonce: str) -> bytes:
    """Return what the shell learns first; the mark stands nowhere in it, so that its echo is no answer."""
    text = _PROLOGUE.replace("MARK", MARK, 1).replace("NONCE", nonce, 1)
    for word, value in (
        ("LIMIT", FILE_LIMIT + 1),
        ("NAMES", NAMES_LIMIT),
        ("CHILDREN", CHILDREN_LIMIT),
        ("PACKAGES", PACKAGES),
    ):
        text = text.replace(word, str(value))
    return text.encode()


def mark(nonce: str) -> str:
    """Return what every mark begins with."""
    return f"{MARK}-{nonce}"


def fetch(number: int, wants: Iterable[Want], *, about: bool, login: bool) -> bytes:
    """Return what asks for files; `about` for the machine itself too, `login` for the person's docker logins."""
    lines = [f'm "begin {number}"']
    if about:
        lines += ['m "home $HOME"', 'm "machine $(uname -m </dev/null)"', "o"]
        lines += [f'for g in {pattern}; do [ -f "$g" ] && r "$g"; done' for pattern in _BESIDE]
    if login:
        lines.append('r "$HOME/.docker/config.json"')
    lines += [f"{kind} {quoted(path)}" for kind, path in wants]
    lines.append(f'm "end {number}"')
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def lookup(number: int, name: str) -> bytes:
    """Return what asks the far host's own resolver for a name, beside everything else."""
    return f"q {number} {quoted(name)}\n".encode("ascii")


def versions(number: int) -> bytes:
    """Return what asks for the versions of the packages that bring an engine."""
    return f"v {number}\n".encode("ascii")


def daemon(number: int, socket: str) -> bytes:
    """Return what asks docker's socket with curl, where the host has one that can."""
    asking = "curl -sf -m 3 --unix-socket"
    answers = [
        f'm "answer {path}"; {asking} {quoted(socket)} http://docker{path} </dev/null'
        for path in ("/version", "/info", "/images/json")
    ]
    lines = [f'm "begin {number}"', *answers, f'm "end {number}"']
    return ("\n".join(lines) + "\n").encode("ascii")
