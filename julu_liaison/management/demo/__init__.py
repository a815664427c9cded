"""The demo county: real places of the grid, invented people, a year of their work, all through the services.

Everything follows from one `random.Random(seed)`: two runs of the same seed and day give the same names, numbers,
counts and dates. Only uids differ: they are random by design, so that nobody can guess one.
"""
