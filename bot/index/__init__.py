"""Package indexes: the only room that knows their addresses and their answers."""
