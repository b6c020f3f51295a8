"""An embedded world of registries on loopback: what `--demo` shows and what the tests ask."""
