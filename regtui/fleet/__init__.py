"""Many hosts held against each other: what each is configured to do, equal ones folded, odd ones first."""
