"""What this host is configured to do: text in, frozen dataclasses out."""
