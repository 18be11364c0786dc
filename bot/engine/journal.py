"""Group commit: the writes of many callers share one transaction, and each caller waits until it is on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa

from bot.engine.protocol import EngineUnavailableError
from bot.engine.retries import describe

Result = TypeVar("Result")
_Pending: TypeAlias = tuple[Callable[[sa.Connection], Any], asyncio.Future[Any]]


class Journal:
    """One thread that writes to and reads from our tables, so that no caller blocks the event loop."""

    def __init__(self, database: sa.Engine) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        self._pending: list[_Pending] = []
        self._shared: dict[Hashable, asyncio.Future[Any]] = {}
        self._flushing: asyncio.Task[None] | None = None

    async def transact(self, act: Callable[[sa.Connection], Result], *, same_as: Hashable = None) -> Result:
        """Run ``act`` in a transaction and return its result once that is committed.

        Acts that come while a commit is under way go together in the next one: a commit costs an fsync, an act does
        not. Of those that are the same, by ``same_as``, and still wait for their transaction, only one is run.
        Raises EngineUnavailableError when the database does not take it, or whatever ``act`` raised.
        """
        shared = self._shared.get(same_as) if same_as is not None else None
        if shared is not None:
            return await _listen_to(shared)
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._pending.append((act, done))
        if same_as is not None:
            self._shared[same_as] = done
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return await _listen_to(done)

    async def run(self, act: Callable[[], Result]) -> Result:
        """Run ``act`` on the journal's thread, for what cannot or need not share a transaction."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, act)
        except sa.exc.SQLAlchemyError as error:
            raise EngineUnavailableError(describe(error)) from error

    async def close(self) -> None:
        """Wait for what is pending, then end the thread."""
        if self._flushing is not None:
            await self._flushing
        self._thread.shutdown(wait=True)

    async def _flush(self) -> None:
        batch: list[_Pending] = []
        try:
            while self._pending:
                batch, self._pending = self._pending, []
                # Whoever comes from now on wants a transaction that has not begun yet.
                self._shared.clear()
                results = await asyncio.get_running_loop().run_in_executor(
                    self._thread, self._commit, [act for act, _ in batch]
                )
                for (_, done), result in zip(batch, results, strict=True):
                    _settle(done, result)
        finally:
            self._flushing = None
            # Empty unless the thread was closed, or this task cancelled: nobody may wait for ever.
            for _, done in (*batch, *self._pending):
                _settle(done, EngineUnavailableError("the engine stopped"))
            self._pending = []
            self._shared.clear()

    def _commit(self, acts: list[Callable[[sa.Connection], Any]]) -> list[Any]:
        try:
            return self._commit_together(acts)
        except Exception as error:  # noqa: BLE001 (whatever an act raises is its caller's to see)
            if len(acts) == 1:
                return [_as_unavailable(error)]
        # One bad act must not take the others with it: each gets a transaction of its own.
        return [self._commit([act])[0] for act in acts]

    def _commit_together(self, acts: list[Callable[[sa.Connection], Any]]) -> list[Any]:
        with self._database.begin() as connection:
            return [act(connection) for act in acts]


def _as_unavailable(error: Exception) -> Exception:
    if isinstance(error, sa.exc.SQLAlchemyError):
        unavailable = EngineUnavailableError(describe(error))
        unavailable.__cause__ = error
        return unavailable
    return error


async def _listen_to(done: asyncio.Future[Result]) -> Result:
    # Shielded: one caller who gives up must not take the result from others who share it.
    return await asyncio.shield(done)


def _settle(done: asyncio.Future[Any], result: Any) -> None:
    # The caller may have been cancelled meanwhile; what it wrote stays written.
    if done.done():
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)
