"""The distribution API, read only: GET and HEAD are the only verbs towards a registry."""
