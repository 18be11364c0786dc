"""The executable schema: GitHub's SDL with the sandbox's resolvers in it."""

from functools import cache
from importlib import resources

from graphql import GraphQLSchema, build_schema

from bot.sandbox.graph import (
    environment_fields,
    git_fields,
    git_mutations,
    lookup,
    release_fields,
    repository_fields,
    ruleset_fields,
    thread_fields,
    thread_mutations,
    timeline_fields,
)
from bot.sandbox.graph.fields import attach

#: Importing these modules registers their resolvers.
PARTS = (
    environment_fields,
    git_fields,
    git_mutations,
    lookup,
    release_fields,
    repository_fields,
    ruleset_fields,
    thread_fields,
    thread_mutations,
    timeline_fields,
)


@cache
def load_schema() -> GraphQLSchema:
    """The schema, built once for each process."""
    text = resources.files("bot.sandbox").joinpath("data/schema.graphql").read_text("utf-8")
    schema = build_schema(text)
    attach(schema)
    return schema
