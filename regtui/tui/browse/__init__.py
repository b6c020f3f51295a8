"""Catalogs, tags and manifests on the screen: what is shown, as pure state and lines, and what runs beside it."""
