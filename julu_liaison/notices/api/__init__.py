"""API of the notices: one's own inbox."""
