"""API of the opinions app: tickets, their history, their moves."""
