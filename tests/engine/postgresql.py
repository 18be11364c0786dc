"""Databases for tests on a PostgreSQL server, each new and dropped at the end.

The server is ``AWEIGH_TEST_POSTGRESQL``, or the one on this machine. Without it the tests that need it are skipped,
except in CI (``CI`` is set), where a server that is missing is a failure.
"""

from __future__ import annotations

import functools
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

SERVER = os.environ.get("AWEIGH_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/test")


@contextmanager
def new_database(template: str = "template1") -> Iterator[str]:
    """The URL of an empty database, or of a copy of the template."""
    _require_server()
    name = f"aweigh_{uuid.uuid4().hex[:12]}"
    execute(SERVER, f'create database "{name}" template "{template}"')
    try:
        yield SERVER.rpartition("/")[0] + "/" + name
    finally:
        execute(SERVER, f'drop database "{name}" with (force)')


def execute(url: str, statement: str, *values: object) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def _require_server() -> None:
    reason = _find_problem()
    if reason is None:
        return
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@functools.cache
def _find_problem() -> str | None:
    try:
        execute(SERVER, "select 1")
    except psycopg.OperationalError as error:
        return f"NO POSTGRESQL at {SERVER}: replicas and takeover are NOT tested ({str(error).splitlines()[0]})"
    return None
