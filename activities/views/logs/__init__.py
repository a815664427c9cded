"""Pages of filed duty logs: the register, one log, its correction and its photos."""
