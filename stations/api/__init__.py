"""API of the stations app: places and villages."""
