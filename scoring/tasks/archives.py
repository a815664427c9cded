"""Background work of this part of the points."""
