"""Callbacks for whoever runs the desk: what 120 has been told, what not, and sending it again."""

from typing import Annotated

from fastapi import APIRouter, Query

from dispatch.callbacks.outbox import Outbox, StoredCallback
from dispatch.contracts.callback import CallbackState, CallbackView

MAX_LIST = 500


def build_router(outbox: Outbox) -> APIRouter:
    router = APIRouter(prefix="/api/callbacks", tags=["callbacks"])

    @router.get("")
    async def list_callbacks(
        *,
        state: CallbackState | None = None,
        incident_id: Annotated[str | None, Query(max_length=64)] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LIST)] = 100,
    ) -> list[CallbackView]:
        """Callbacks, newest first; those of one incident in their order. `state=dead` lists the dead letters."""
        found = await outbox.list_callbacks(state=state, incident_id=incident_id, limit=limit)
        return [_view(callback) for callback in found]

    @router.post("/{callback_id}/retry")
    async def retry_callback(callback_id: str) -> CallbackView:
        """Send a dead letter again, for another day; one that waits for its next attempt is tried at once."""
        return _view(await outbox.retry(callback_id))

    return router


def _view(callback: StoredCallback) -> CallbackView:
    return CallbackView.model_validate(callback, from_attributes=True)
