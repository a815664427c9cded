"""API of the scoring app: one deputy's points."""
