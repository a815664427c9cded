"""API of the activities app: rosters and duty logs."""
