"""Stop 1, intake's part: from the web framework's request to the channel's, byte for byte and within limits."""

from datetime import UTC, datetime

from fastapi import Request

from shared.channels import Door, InboundRequest, RefusedError
from shared.http.body import BodyIncompleteError, BodyTooLargeError, NoRoomError, Share, read_body

_MB = 1024 * 1024


async def read_inbound(request: Request, door: Door, share: Share | None = None) -> InboundRequest:
    """Read a request at a door. Raises `RefusedError` 413 (too large), 408 (never completed) or 503 (no room)."""
    try:
        body = await read_body(request, door.max_body, share=share)
    except BodyTooLargeError:
        raise RefusedError("body_too_large", status=413, detail=_too_large(door)) from None
    except BodyIncompleteError:
        raise RefusedError("body_incomplete", status=408, detail="Kiriman terputus; kirim sekali lagi.") from None
    except NoRoomError:
        raise RefusedError("unavailable", status=503, detail="Sedang ramai; kirim sekali lagi sebentar lagi.") from None
    return InboundRequest(
        method=request.method,
        door=door.path,
        path_values=request.path_params,
        query=request.scope["query_string"],
        headers=_headers(request),
        body=body,
        received_at=datetime.now(UTC),
    )


def _too_large(door: Door) -> str:
    if door.max_body == 0:
        return "Alamat ini tidak menerima isi."
    return f"Ukuran kiriman melebihi {door.max_body / _MB:g} MB."


def _headers(request: Request) -> dict[str, str]:
    """Join what came several times, as HTTP has it (RFC 9110, 5.3); ASGI gives names in small letters."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in request.scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined
