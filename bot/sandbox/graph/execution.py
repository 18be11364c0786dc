"""Executing a valid document, each selection being read once and not once for every object.

A bot asks in few documents, and each of them of hundreds of objects. graphql-core reads what is selected, and with which
arguments, anew at every object, which took a quarter of the time of a whole release played in one process. A `Plan` keeps
what was read. Arguments, leaves and errors are still formed by graphql-core, but for what only a faulty resolver meets; and
what no plan is made of is executed by it alone. The tests of this room execute every document on both ways.

Source: https://spec.graphql.org/October2021/#sec-Execution
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    TypeNameMetaFieldDef,
    execute_sync,
    get_argument_values,
    get_variable_values,
    located_error,
)
from graphql.language import Visitor, visit

_MOST_ERRORS = 50
"""Of variables of the wrong kind; graphql-core's own bound."""

#: What leads from the root of an answer to a value: the way to its parent, and its own key or index.
Way: TypeAlias = "tuple[Way, str | int] | None"
NameType = Callable[[Any], str]
"""Names the object type of a value that was asked for as an interface or a union."""


@dataclass(frozen=True, slots=True)
class Info:
    """What a resolver is told beside its parent and its arguments; graphql-core's own object has the same member."""

    context: dict[str, Any]


@dataclass(slots=True)
class _Asked:
    """One key of an answer's object: the field behind it, and what is asked of its value."""

    key: str
    nodes: list[FieldNode]
    parent: str
    definition: GraphQLField
    arguments: dict[str, Any] | None
    """None where they depend on variables."""
    below: _Selection
    name: str
    tell_leaf: Callable[[Any], Any] | None
    """How a value is told of which nothing more can be asked; None where more is asked."""


@dataclass(slots=True)
class _Selection:
    """What is asked of an object, before its type is known, and then for each type that was met."""

    sets: list[SelectionSetNode]
    by_type: dict[str, list[_Asked]] = field(default_factory=dict)


class Plan:
    """A valid document of one operation, and what was read of it.

    Raises:
        ValueError: There are several operations or none, directives, or questions about the schema itself.
    """

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        if _is_special(document):
            raise ValueError("this is left to graphql-core")
        [self.operation] = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
        self.schema, self.document = schema, document
        self.root = _Selection([self.operation.selection_set])
        self._fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }

    def list_fields(self, selection: _Selection, of: GraphQLObjectType) -> list[_Asked]:
        """What is asked of an object of a type, in the order of the answer."""
        found = selection.by_type.get(of.name)
        if found is None:
            nodes: dict[str, list[FieldNode]] = {}
            seen: set[str] = set()
            for asked in selection.sets:
                for node in self._collect(asked, of, seen):
                    nodes.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
            found = selection.by_type[of.name] = [self._read(key, alike, of) for key, alike in nodes.items()]
        return found

    def _collect(self, selection: SelectionSetNode, of: GraphQLObjectType, seen: set[str]) -> Iterator[FieldNode]:
        """The fields of a selection that hold for a type, those of its fragments among them."""
        for one in selection.selections:
            if isinstance(one, FieldNode):
                yield one
                continue
            fragment: InlineFragmentNode | FragmentDefinitionNode
            if isinstance(one, InlineFragmentNode):
                fragment = one
            else:
                name = one.name.value  # type: ignore[attr-defined] # there is no fourth kind of selection
                if name in seen:
                    continue
                seen.add(name)
                fragment = self._fragments[name]
            condition = fragment.type_condition.name.value if fragment.type_condition else of.name
            held = self.schema.type_map[condition]
            if held is of or (
                isinstance(held, GraphQLInterfaceType | GraphQLUnionType) and self.schema.is_sub_type(held, of)
            ):
                yield from self._collect(fragment.selection_set, of, seen)

    def _read(self, key: str, nodes: list[FieldNode], of: GraphQLObjectType) -> _Asked:
        first = nodes[0]
        definition = self.schema.get_field(of, first.name.value)
        if definition is None:
            raise KeyError(first.name.value)
        varies = _has_variables(first)
        arguments = None if varies else get_argument_values(definition, first)
        below = _Selection([node.selection_set for node in nodes if node.selection_set])
        kind = definition.type.of_type if isinstance(definition.type, GraphQLNonNull) else definition.type
        tell_leaf = kind.coerce_output_value if isinstance(kind, GraphQLScalarType | GraphQLEnumType) else None
        return _Asked(key, nodes, of.name, definition, arguments, below, first.name.value, tell_leaf)


def execute(
    schema: GraphQLSchema,
    document: DocumentNode | Plan,
    *,
    context: dict[str, Any],
    variables: Mapping[str, Any],
    name_type: NameType,
) -> ExecutionResult:
    """Execute a valid document, one field after the other.

    Raises:
        KeyError: The document is not valid.
        BaseException: What a resolver raises that is no Exception.
    """
    if not isinstance(document, Plan):
        return execute_sync(
            schema,
            document,
            context_value=context,
            variable_values=dict(variables),
            type_resolver=lambda value, _info, _type: name_type(value),
        )
    given = get_variable_values(
        schema, document.operation.variable_definitions or (), dict(variables), max_errors=_MOST_ERRORS
    )
    if isinstance(given, list):
        return ExecutionResult(None, given)
    root = schema.mutation_type if document.operation.operation is OperationType.MUTATION else schema.query_type
    if root is None:
        raise KeyError(document.operation.operation)
    run = _Execution(document, Info(context), given, name_type)
    try:
        data = run.ask(root, None, document.root, None)
    except GraphQLError as error:
        run.errors.append(error)
        data = None
    return ExecutionResult(data, run.errors or None)


@dataclass(slots=True)
class _Execution:
    """One execution: what it was given, and what went wrong in it."""

    plan: Plan
    info: Info
    variables: Any
    name_type: NameType
    errors: list[GraphQLError] = field(default_factory=list)

    def ask(self, of: GraphQLObjectType, parent: Any, selection: _Selection, way: Way) -> dict[str, Any]:
        """What is selected of an object. Raises GraphQLError where something is null that must not be."""
        answer: dict[str, Any] = {}
        for asked in self.plan.list_fields(selection, of):
            answer[asked.key] = self._ask_one(asked, parent, of, (way, asked.key))
        return answer

    def _ask_one(self, asked: _Asked, parent: Any, of: GraphQLObjectType, way: Way) -> Any:
        definition = asked.definition
        if definition is TypeNameMetaFieldDef:
            return of.name
        try:
            arguments = asked.arguments
            if arguments is None:
                arguments = get_argument_values(definition, asked.nodes[0], self.variables)
            resolve = definition.resolve
            value = (
                resolve(parent, self.info, **arguments) if resolve else self._read_member(parent, asked.name, arguments)
            )
            if asked.tell_leaf is not None and value is not None and not isinstance(value, Exception):
                told = asked.tell_leaf(value)
                if told is not None:
                    return told
            return self._complete(definition.type, value, asked, way)
        except Exception as error:  # noqa: BLE001 (whatever a resolver raises is an error of its field)
            return self._bear(error, definition.type, asked, way)

    def _read_member(self, parent: Any, name: str, arguments: Mapping[str, Any]) -> Any:
        """What a field is that has no resolver: the member of its name, or what that says when it is called."""
        member = parent.get(name) if isinstance(parent, Mapping) else getattr(parent, name, None)
        return member(self.info, **arguments) if callable(member) else member

    def _complete(self, kind: GraphQLOutputType, value: Any, asked: _Asked, way: Way) -> Any:
        """A value as the answer tells it."""
        if isinstance(value, Exception):
            raise value
        if isinstance(kind, GraphQLNonNull):
            completed = self._complete(kind.of_type, value, asked, way)
            if completed is None:
                raise TypeError(f"Cannot return null for non-nullable field {asked.parent}.{asked.name}.")
            return completed
        if value is None:
            return None
        if isinstance(kind, GraphQLObjectType):
            return self.ask(kind, value, asked.below, way)
        if isinstance(kind, GraphQLScalarType | GraphQLEnumType):
            return _complete_leaf(kind, value)
        if isinstance(kind, GraphQLList):
            return [self._complete_item(kind.of_type, one, asked, (way, i)) for i, one in enumerate(_iterate(value))]
        return self.ask(self._find_type(kind, value), value, asked.below, way)

    def _complete_item(self, kind: GraphQLOutputType, value: Any, asked: _Asked, way: Way) -> Any:
        try:
            return self._complete(kind, value, asked, way)
        except Exception as error:  # noqa: BLE001 (as above)
            return self._bear(error, kind, asked, way)

    def _find_type(self, kind: GraphQLInterfaceType | GraphQLUnionType, value: Any) -> GraphQLObjectType:
        """The type of a value of which only an interface or a union is known."""
        found = self.plan.schema.type_map.get(self.name_type(value))
        if not isinstance(found, GraphQLObjectType) or not self.plan.schema.is_sub_type(kind, found):
            raise GraphQLError(f"Runtime Object type '{found}' is not a possible type for '{kind}'.")
        return found

    def _bear(self, error: Exception, kind: GraphQLOutputType, asked: _Asked, way: Way) -> None:
        """Note an error in a place that may be null. Raises GraphQLError where it may not."""
        found = located_error(error, asked.nodes, list(_walk(way)))
        if isinstance(kind, GraphQLNonNull):
            raise found
        self.errors.append(found)


def _complete_leaf(kind: GraphQLScalarType | GraphQLEnumType, value: Any) -> Any:
    completed = kind.coerce_output_value(value)
    if completed is None:
        raise TypeError(f"{value!r} is no value of {kind}")
    return completed


def _iterate(value: Any) -> Iterable[Any]:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise TypeError(f"{value!r} is no list")
    return value


def _walk(way: Way) -> Iterable[str | int]:
    steps: list[str | int] = []
    while way is not None:
        way, step = way
        steps.append(step)
    return reversed(steps)


class _Finder(Visitor):
    """Looks for what a plan cannot be made of, and for what varies from one execution to the next."""

    def __init__(self) -> None:
        super().__init__()
        self.is_special = self.has_variables = False

    def enter_directive(self, *_: Any) -> None:
        """Whether something is selected may depend on a variable."""
        self.is_special = True

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """A schema tells of itself by resolvers of graphql-core's own."""
        self.is_special = self.is_special or node.name.value in ("__schema", "__type")

    def enter_variable(self, *_: Any) -> None:
        """An argument is read anew each time."""
        self.has_variables = True


def _is_special(document: DocumentNode) -> bool:
    finder = _Finder()
    visit(document, finder)
    return finder.is_special


def _has_variables(node: FieldNode) -> bool:
    finder = _Finder()
    for argument in node.arguments or ():
        visit(argument, finder)
    return finder.has_variables
