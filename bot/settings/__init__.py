"""Settings: the operator's from the environment, a repository's from its default branch."""
