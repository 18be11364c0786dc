"""Adapters: the webhook deliveries that GitHub made to our App, and having one made again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.github.addresses import Addresses
from bot.github.client import Session
from bot.github.errors import Gone, NotFound, Unprocessable


@dataclass(frozen=True, slots=True)
class HookDelivery:
    """One attempt to deliver a webhook; a redelivery is another attempt with the same ``guid`` and a higher ``id``."""

    id: int
    guid: str
    event: str
    delivered_at: datetime
    succeeded: bool


def kept_for(addresses: Addresses) -> timedelta:
    """How long GitHub keeps deliveries and makes them again (docs: "Redelivering webhooks"): Enterprise Server longer."""
    return timedelta(days=7 if addresses.is_enterprise_server else 3)


async def list_attempts(app: Session, *, limit: int) -> AsyncIterator[HookDelivery]:
    """The newest attempts, newest first, at most ``limit``; a page is asked for when it is needed.

    GitHub's own filter ``status=failure`` goes by the status code of our answer: what timed out has none.
    """
    async for data in app.list("/app/hook/deliveries", limit=limit):
        yield HookDelivery(
            id=int(data["id"]),
            guid=str(data["guid"]),
            event=str(data["event"]),
            delivered_at=datetime.fromisoformat(data["delivered_at"]),
            succeeded=data["status"] == "OK",
        )


async def redeliver(app: Session, delivery_id: int) -> bool:
    """Have a delivery made again, GUID and bytes as they were; False when GitHub does not keep it any more."""
    try:
        # Twice does no harm: whoever receives it knows the GUID.
        await app.post("/app/hook/deliveries/{id}/attempts", repeatable=True, id=delivery_id)
    except (Gone, NotFound, Unprocessable):
        return False
    return True
