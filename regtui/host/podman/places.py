"""Where podman looks for its files: what the home directory and the environment of the person who pulls decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

SYSTEM = "/etc/containers"
VENDOR = "/usr/share/containers"
"""The distribution's own; podman looks here for registries.conf and policy.json since version 6."""


@dataclass(frozen=True, slots=True)
class Places:
    """One person's view of a host. Empty means that a variable is not set.

    `registries_conf` is CONTAINERS_REGISTRIES_CONF, `auth_file` REGISTRY_AUTH_FILE, `docker_config` DOCKER_CONFIG;
    `runtime_dir`, `config_home` and `cache_home` are XDG's.
    """

    home: str = "/root"
    uid: int = 0
    registries_conf: str = ""
    auth_file: str = ""
    docker_config: str = ""
    runtime_dir: str = ""
    config_home: str = ""
    cache_home: str = ""

    @property
    def own_file(self) -> str:
        """The person's registries.conf, which takes the place of the host's."""
        return f"{self.home}/.config/containers/registries.conf"

    @property
    def own_folder(self) -> str:
        """The person's drop-ins."""
        return f"{self.own_file}.d"

    @property
    def policy_file(self) -> str:
        """The person's policy.json, which takes the place of the host's."""
        return f"{self.home}/.config/containers/policy.json"

    @property
    def recorded_aliases(self) -> str:
        """Where podman writes down what a person has chosen for a short name."""
        name = "containers/short-name-aliases.conf"
        if self.uid == 0:
            return f"/var/cache/{name}"
        return f"{self.cache_home or self.home + '/.cache'}/{name}"

    @property
    def auth_files(self) -> tuple[str, ...]:
        """Where credentials are looked for, the first file with one wins (getAuthFilePaths); the last is legacy."""
        own = (
            f"{self.runtime_dir}/containers/auth.json" if self.runtime_dir else f"/run/containers/{self.uid}/auth.json"
        )
        docker = self.docker_config or f"{self.home}/.docker"
        return (
            self.auth_file or own,
            f"{self.config_home or self.home + '/.config'}/containers/auth.json",
            f"{docker}/config.json",
            f"{self.home}/.dockercfg",
        )

    @property
    def certs_folders(self) -> tuple[str, ...]:
        """Where a registry's directory of certificates is looked for; the first that exists is read, and no other."""
        return (f"{self.home}/.config/containers/certs.d", f"{SYSTEM}/certs.d", "/etc/docker/certs.d")


ROOT = Places()
"""Root's view without an environment: of a mounted disk, of a report, of a daemon such as CRI-O."""


def places_of(environment: Mapping[str, str], uid: int) -> Places:
    """Return the view of who runs regtui, who is taken to be who pulls."""
    return Places(
        home=environment.get("HOME") or "/root",
        uid=uid,
        registries_conf=environment.get("CONTAINERS_REGISTRIES_CONF") or environment.get("REGISTRIES_CONFIG_PATH", ""),
        auth_file=environment.get("REGISTRY_AUTH_FILE", ""),
        docker_config=environment.get("DOCKER_CONFIG", ""),
        runtime_dir=environment.get("XDG_RUNTIME_DIR", ""),
        config_home=environment.get("XDG_CONFIG_HOME", ""),
        cache_home=environment.get("XDG_CACHE_HOME", ""),
    )
