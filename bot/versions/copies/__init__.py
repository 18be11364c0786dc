"""Places beside the declared one that repeat the version: each module knows one kind of file."""
