"""Hosts whose configuration is looked at as a whole: a fine one, one with faults, one that dockerd refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.discover import load
from regtui.host.files import HostFiles
from regtui.host.units_known import CENTOS_7
from regtui.survey.reading import take
from tests.lint_hosts import CERTS, DROP_IN, JSON, LOGINS, NOW, OPTIONS, SYSCONFIG, UNIT, write

if TYPE_CHECKING:
    from pathlib import Path

    from regtui.survey import Survey
    from tests.lint_hosts import Files

PASSWORD = "hunter2"
"""Stands in every place of these hosts that may hold one; no screen may show it."""
_AUTH = "Ym9iOmh1bnRlcjI="  # bob:hunter2

FINE: Files = {
    SYSCONFIG: OPTIONS + "ADD_REGISTRY='--add-registry quay.io'\n",
    UNIT: CENTOS_7,
    LOGINS: f'{{\n  "auths": {{\n    "quay.io": {{"auth": "{_AUTH}"}}\n  }}\n}}\n',
}
FAULTY: Files = {
    SYSCONFIG: """\
OPTIONS='--selinux-enabled --registry-mirror=http://mirror.example.com:5000'
ADD_REGISTRY='--add-registry old.example.com'
ADD_REGISTRY='--add-registry registry.example.com:5000 --add-registry quay.io --add-registry quay.io'
INSECURE_REGISTRY='--insecure-registry registry.example.com --insecure-registry 10.0.0.0/8'
BLOCK_REGISTRY='--block-registry evil.example.com'
OPTIONS='--signature-verification=false --registry-mirror=http://mirror.example.com:5000'
export LOST_REGISTRY='--add-registry lost.example.com'
""",
    UNIT: CENTOS_7,
    DROP_IN: f"""\
[Service]
Environment="HTTPS_PROXY=http://bob:{PASSWORD}@proxy.example.com:3128"
Environment="NO_PROXY=quay.io,.example.com"
""",
    LOGINS: f'{{"auths": {{"registry.example.com": {{"auth": "{_AUTH}"}}}}, "credsStore": ""}}\n',
    f"{CERTS}/registry.example.com:5000/ca.crt": "no certificate\n",
    f"{CERTS}/other.example.com/client.key": "no key\n",
    "etc/hostname": "mirror.example.com\n",
    "etc/systemd/system/local-registry.service": """\
[Service]
ExecStart=/usr/bin/docker run --name %p -v /data/local-registry:/var/lib/registry \\
-e REGISTRY_PROXY_REMOTEURL=https://registry.docker-cn.com -e HTTP_PROXY=http://proxy:3128 -p 5000:5000 registry
""",
}
REFUSED: Files = {
    SYSCONFIG: OPTIONS + "INSECURE_REGISTRY='--insecure-registry 10.0.0.0/8'\n",
    UNIT: CENTOS_7,
    JSON: '{\n  "insecure-registries": ["registry.example.com:5000"]\n}\n',
}
PODMAN: Files = {
    "usr/bin/podman": "",
    "etc/containers/registries.conf": """\
unqualified-search-registries = ["registry.example.com:5000", "docker.io"]
short-name-mode = "permissive"

[[registry]]
prefix = "docker.io"
location = "docker.io"

[[registry.mirror]]
location = "mirror.example.com:5000"
insecure = true

[[registry]]
prefix = "evil.example.com"
location = "evil.example.com"
blocked = true
""",
    "root/.config/containers/auth.json": f'{{"auths": {{"registry.example.com:5000": {{"auth": "{_AUTH}"}}}}}}\n',
    "etc/containers/policy.json": '{"default": [{"type": "insecureAcceptAnything"}]}\n',
}
CONTAINERD: Files = {
    "etc/containerd/config.toml": """\
version = 2
[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "/etc/containerd/certs.d"
""",
    "etc/containerd/certs.d/docker.io/hosts.toml": """\
server = "https://registry-1.docker.io"

[host."https://mirror.example.com:5000"]
capabilities = ["pull", "resolve"]
skip_verify = true
""",
}


def survey_of(root: Path, files: Files) -> Survey:
    """Write a host below a root and look at it, on the day of the tests."""
    write(root, files)
    return take(load(root), files=HostFiles(root), now=NOW)
