"""API of the accounts app: tokens."""
