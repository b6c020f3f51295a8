"""What containerd and its clients read on a host: hosts.toml below certs.d, and the registries of config.toml."""
