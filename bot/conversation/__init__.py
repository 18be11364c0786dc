"""Talking with people: the grammar of commands (pure), their registry, who may use them, and what each one does."""
