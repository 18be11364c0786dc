"""GitHub's GraphQL API, on the trimmed official schema."""
