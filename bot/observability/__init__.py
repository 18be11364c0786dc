"""What an operator sees: log lines without secrets, and numbers."""
