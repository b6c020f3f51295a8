"""The demo's story: a CentOS 7 host, the registries it asks, and the names that show each case."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regtui.demo.collection import hub_repositories, private_repositories, quay_repositories
from regtui.demo.spec import (
    Account,
    Basic,
    Bearer,
    Catalog,
    ForcedStatus,
    Host,
    Listen,
    RateLimit,
    RawBody,
    Repository,
    TokenService,
    WorldSpec,
)

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE = "okd-lr.zyl.io:5000"

_MIRROR = f"http://{PRIVATE}"

MODERN_FILES = {
    "usr/bin/podman": "",
    "etc/containers/policy.json": '{"default": [{"type": "insecureAcceptAnything"}]}\n',
    "etc/containers/registries.conf.d/50-okd-lr.conf": f"""\
# The registries of /etc/sysconfig/docker, for podman
unqualified-search-registries = ["{PRIVATE}", "quay.io", "docker.io"]
short-name-mode = "permissive"

[[registry]]
location = "{PRIVATE}"
insecure = true

[[registry]]
location = "docker.io"

[[registry.mirror]]
location = "{PRIVATE}"
insecure = true

[aliases]
"etcd" = "quay.io/coreos/etcd"
""",
    "usr/bin/containerd": "",
    "usr/local/bin/nerdctl": "",
    "etc/containerd/certs.d/docker.io/hosts.toml": f"""\
server = "https://registry-1.docker.io"

[host."{_MIRROR}"]
  capabilities = ["pull", "resolve"]
""",
    f"etc/containerd/certs.d/{PRIVATE.replace(':', '_')}_/hosts.toml": f"""\
[host."{_MIRROR}"]
  capabilities = ["pull", "resolve", "push"]
""",
}
"""podman and containerd beside the demo host's Docker: the same registries in their own words."""

STORY_FILES = {
    "etc/hostname": "okd-lr.zyl.io\n",
    "etc/sysconfig/docker": """\
# /etc/sysconfig/docker

ADD_REGISTRY='--add-registry okd-lr.zyl.io:5000 --add-registry quay.io'
INSECURE_REGISTRY='--insecure-registry okd-lr.zyl.io:5000'
OPTIONS='--registry-mirror=http://okd-lr.zyl.io:5000 --selinux-enabled --log-driver=journald \
--signature-verification=false'
if [ -z "${DOCKER_CERT_PATH}" ]; then
    DOCKER_CERT_PATH=/etc/docker
fi
export HTTPS_PROXY=http://proxy.zyl.io:3128
DD_REGISTRY='--add-registry registry.old.example'
DOCKER_LOGS='journald' # read by nothing
""",
    "etc/docker/certs.d/okd-lr.zyl.io:5000/ca.pem": "the authority of okd-lr.zyl.io\n",
    "etc/docker/certs.d/registry.old.example/client.key": "the key of a client\n",
    "root/.docker/config.json": """\
{
  "auths": {
    "okd-lr.zyl.io": {"auth": "ZGVtbzpkZW1v"}
  },
  "credHelpers": {
    "https://registry.old.example": "secretservice"
  }
}
""",
    "etc/systemd/system/local-registry.service": """\
[Unit]
Description=Private registry and Docker Hub mirror
After=docker.service
Requires=docker.service

[Service]
ExecStartPre=-/usr/bin/docker rm -f %p
ExecStart=/usr/bin/docker run --name %p -v /data/local-registry:/var/lib/registry \
-e REGISTRY_PROXY_REMOTEURL=https://registry-1.docker.io -p 5000:5000 registry
ExecStop=/usr/bin/docker stop %p
Restart=always

[Install]
WantedBy=multi-user.target
""",
    **MODERN_FILES,
}
"""The demo host's files, path below the root -> text. The CentOS 7 unit is assumed where none is found.

Below the settings that count stand the faults that people make in these files: each is a finding, none changes a walk.
"""


@dataclass(frozen=True, slots=True)
class StoryName:
    """A name to type, and what it shows."""

    name: str
    shows: str


STORY_NAMES = (
    StoryName("team/app", "the first registry has it"),
    StoryName("coreos/etcd", "the first does not have it, the second does"),
    StoryName("etcd", "the short name of an old image on docker.io; for podman an alias of quay.io/coreos/etcd"),
    StoryName("debian", "both pass; docker.io through its mirror, which has it already"),
    StoryName("busybox", "the same, but the mirror has to fetch it first"),
    StoryName("redis", "the mirror fails with 500; docker.io itself serves it"),
    StoryName("grafana/grafana", "the mirror is a listed registry too and answers for Docker Hub under its own name"),
    StoryName("nginx", "an OCI index, which Docker 1.13.1 is too old to read"),
    StoryName("nosuch", "nobody has it"),
    StoryName("private/vault", "quay.io wants a login, docker.io does not have it: docker tells of the last alone"),
    StoryName("quay.io/private/vault", "401: a login is wanted"),
    StoryName("quay.io/secret/keys", "403: access is denied"),
    StoryName("quay.io/arm/only", "an index without an image for this platform"),
    StoryName("docker.io/limited/app", "429: the pull limit of Docker Hub is reached"),
    StoryName("okd-lr.zyl.io:5000/legacy/billing", "an image in Docker's first manifest schema"),
    StoryName("registry.dead.example/app", "a black hole: no answer to the connection"),
    StoryName("registry.gone.example/app", "a name that DNS does not know"),
    StoryName("registry.down.example:5000/app", "the connection is refused"),
    StoryName("registry.reset.example/app", "the connection is reset"),
    StoryName("registry.selfsigned.example/app", "a certificate that nobody has signed"),
    StoryName("registry.expired.example/app", "a certificate that has expired"),
    StoryName("registry.wronghost.example/app", "a certificate for another host"),
    StoryName("registry.plain.example:5000/app", "plain HTTP where the host's configuration expects TLS"),
    StoryName("registry.basic.example/app", "basic authentication, and no credentials stored"),
    StoryName("registry.portal.example/app", "a web page where a registry should be"),
)


@functools.cache
def story_world(*, lively: bool = True) -> WorldSpec:
    """Return the demo's world; `lively` gives every host the time that a real one takes to answer."""
    pace = 1.0 if lively else 0.0
    app = (Repository("app", private_repositories(PRIVATE)[0].tags),)
    return WorldSpec(
        (
            _private(0.003 * pace),
            _quay(0.035 * pace),
            *_docker_hub(0.045 * pace),
            Host("registry.dead.example", Listen.BLACKHOLE),
            Host("registry.gone.example", Listen.NXDOMAIN),
            Host("registry.down.example:5000", Listen.REFUSED),
            Host("registry.reset.example", Listen.RESET),
            Host("registry.selfsigned.example", Listen.SELFSIGNED, app),
            Host("registry.expired.example", Listen.EXPIRED, app),
            Host("registry.wronghost.example", Listen.WRONGHOST, app),
            Host("registry.plain.example:5000", Listen.HTTP, app),
            Host("registry.basic.example", repositories=app, auth=Basic((Account("developer", "not-in-the-story"),))),
            Host(
                "registry.portal.example",
                raw=(RawBody("/", 200, "text/html; charset=utf-8", b"<html><title>Sign in to the network</title>"),),
            ),
        )
    )


def _private(latency: float) -> Host:
    """One process is the company's registry and the mirror of Docker Hub (a real one would have to choose)."""
    had = {"library/debian", "library/alpine", "library/nginx"}
    return Host(
        PRIVATE,
        Listen.HTTP,
        private_repositories(PRIVATE),
        status=(
            ForcedStatus("/v2/library/redis/", 500, "UNKNOWN", "unknown error", {"Op": "mkdir", "Err": "disk quota"}),
        ),
        proxy_of="registry-1.docker.io",
        cached=tuple(repository for repository in hub_repositories() if repository.name in had),
        referrers=False,  # distribution 2.8 does not have them
        latency=latency,
    )


def _quay(latency: float) -> Host:
    return Host(
        "quay.io",
        repositories=quay_repositories("quay.io"),
        status=(
            ForcedStatus("/v2/private/", 401, "UNAUTHORIZED", "access to the requested resource is not authorized", {}),
            ForcedStatus(
                "/v2/secret/",
                403,
                "DENIED",
                "requested access to the resource is denied",
                [{"Type": "repository", "Class": "", "Name": "secret/keys", "Action": "pull"}],
            ),
        ),
        page_size=50,
        latency=latency,
    )


def _docker_hub(latency: float) -> tuple[Host, Host]:
    limit = ForcedStatus(
        "/v2/limited/",
        429,
        "TOOMANYREQUESTS",
        "You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: "
        "https://www.docker.com/increase-rate-limit",
        {"limit": 100},
        (("ratelimit-limit", "100;w=21600"), ("ratelimit-remaining", "0;w=21600"), ("Retry-After", "5400")),
    )
    return (
        Host(
            "registry-1.docker.io",
            repositories=hub_repositories(),
            auth=Bearer("https://auth.docker.io/token", "registry.docker.io", detailed=True),
            status=(limit,),
            catalog=Catalog.DENIED,
            rate_limit=RateLimit(limit=100, window=21600, remaining=76),
            latency=latency,
        ),
        Host("auth.docker.io", token=TokenService(), latency=latency),
    )


def write_story_files(root: Path) -> None:
    """Write the demo host's files below a folder, for `--root`."""
    for name, text in STORY_FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
