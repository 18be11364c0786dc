"""The verifier that everybody uses: loaded when it is first needed, and once a day again."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.clock import Clock
from bot.publishing.attestations import DsseVerifier
from bot.publishing.trust import LoadedVerifier, TrustRootError, load_verifier

log = structlog.get_logger(__name__)

_KEPT = timedelta(days=1)


class KeptTrust:
    """Keeps one verifier. When loading fails the last good one serves on, for keys change rarely and outages do not."""

    def __init__(self, trusted_root: Path | None, clock: Clock) -> None:
        self._trusted_root, self._clock = trusted_root, clock
        self._loaded: LoadedVerifier | None = None
        self._tried_at: datetime | None = None
        self._loading = asyncio.Lock()

    async def get(self) -> DsseVerifier | None:
        """The verifier; None when the configured trust root cannot be used, so that nothing counts as verified."""
        async with self._loading:
            now = self._clock.now()
            if self._tried_at is None or now - self._tried_at >= _KEPT:
                self._tried_at = now
                await self._load()
        return self._loaded.verifier if self._loaded else None

    async def _load(self) -> None:
        try:
            self._loaded = await asyncio.to_thread(load_verifier, self._trusted_root)
        except TrustRootError as error:
            log.error("trust root unusable", reason=str(error))  # noqa: TRY400 - the reason is the whole story
        else:
            log.info("trust root loaded", source=self._loaded.source, fingerprint=self._loaded.fingerprint)
