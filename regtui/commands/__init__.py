"""The commands: each takes the parsed options and returns an exit status."""
