"""The trimmed schema and its resolvers."""

from importlib import resources

from graphql import GraphQLInterfaceType, GraphQLObjectType, build_schema, parse, validate_schema

from bot.sandbox.graph import schema as schema_module
from bot.sandbox.graph.kept import KEPT
from bot.sandbox.graph.trim import trim
from tests.contract.contract import DATA

TEXT = resources.files("bot.sandbox").joinpath("data/schema.graphql").read_text("utf-8")


def test_the_schema_is_sound_and_names_its_source() -> None:
    assert validate_schema(build_schema(TEXT)) == []
    head = TEXT.splitlines()[:3]
    assert "@octokit/graphql-schema" in head[1]
    assert "MIT" in head[2]


def test_the_schema_has_exactly_what_is_kept() -> None:
    schema = build_schema(TEXT)
    for name, fields in KEPT.items():
        kind = schema.type_map[name]
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            assert set(kind.fields) == set(fields.split()), name


def test_every_field_of_a_git_or_conversation_object_has_a_resolver() -> None:
    schema = schema_module.load_schema()
    # These are passed on as dictionaries or plain objects that have the fields themselves.
    plain = {
        "Mutation",
        "RateLimit",
        "Comparison",
        "GitActor",
        "GpgSignature",
        "PageInfo",
        "ReactionGroup",
        "TreeEntry",
        "MergeQueueEntry",
        "PullRequestChangedFile",
        "PullRequestCommit",
        "HeadRefForcePushedEvent",
        "LabeledEvent",
    }
    own = {
        ("Repository", "name"),
        ("Label", "name"),
        ("App", "name"),
        ("App", "slug"),
        ("User", "name"),
        ("Organization", "name"),
    }
    for name in KEPT:
        kind = schema.type_map[name]
        if (
            not isinstance(kind, GraphQLObjectType)
            or name in plain
            or name.endswith(("Connection", "Edge", "Payload", "Asset"))
        ):
            continue
        for field, definition in kind.fields.items():
            known = definition.resolve is not None or (name, field) in own or (field == "id" and name in _HAVE_ID)
            assert known, f"{name}.{field}"


_HAVE_ID = {"Blob", "Commit", "Ref", "Tag", "Tree"}


def test_the_committed_schema_is_cut_from_githubs_own() -> None:
    definitions = trim(parse((DATA / "schema.graphql").read_text("utf-8"), no_location=True))
    assert TEXT.partition("\n\n")[2] == "\n\n".join(definitions) + "\n"
