"""Thin adapters to GitHub: the only room with GitHub's URLs and status codes."""
