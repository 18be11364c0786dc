"""GitHub Actions: workflows start from events, jobs wait at their environments, builds and uploads really happen."""
