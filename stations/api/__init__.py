"""API of the stations app: places."""
