"""Papers of the points: statements of deputies."""
