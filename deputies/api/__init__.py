"""API of the deputies app: the people and where they serve; their boards."""
