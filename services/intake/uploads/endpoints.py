"""Resumable uploads over HTTP: tus 1.0.0, by the device's secret name."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.intake.uploads import describing, tus
from services.intake.uploads.errors import VERSION, OffsetError, TooManyError, UnknownUploadError, UploadError
from services.intake.uploads.pace import Call, Pace
from services.intake.uploads.service import UploadService, UploadView
from services.intake.uploads.taking import Taking, too_much
from services.intake.uploads.tus import Chunk
from shared.db import Database
from shared.http.limits import RateLimit, address_of

PATH = "/v1/uploads"


class Uploads:
    """The handlers; each opens the transactions that it needs."""

    def __init__(self, service: UploadService, database: Database, limit: RateLimit, pace: Pace) -> None:
        """Take the limit per address on new uploads, and the pace of all that follows."""
        self._service = service
        self._database = database
        self._limit = limit
        self._pace = pace

    async def options(self) -> Response:
        """Say what we can do."""
        headers = {
            **tus.answered(),
            "tus-version": VERSION,
            "tus-extension": tus.EXTENSIONS,
            "tus-max-size": str(self._service.limits.largest),
            "tus-checksum-algorithm": ",".join(tus.ALGORITHMS),
        }
        return Response(status_code=204, headers=headers)

    async def create(self, request: Request) -> Response:
        """Announce an upload, perhaps with its first bytes (creation-with-upload)."""
        if not self._limit.allows("uploads", address_of(request)):
            raise TooManyError("rate_limited", "Terlalu banyak unggahan baru; coba lagi sebentar lagi")
        tus.check_version(request.headers)
        device = tus.device_of(request.headers)
        length = tus.length_of(request.headers, largest=self._service.limits.largest)
        metadata = tus.metadata_of(request.headers)
        chunk = tus.chunk_of(request.headers) if "content-type" in request.headers else None
        async with self._database.transaction() as tx:
            view = await self._service.create(tx, device, length, metadata)
        if chunk is not None:
            view = await self._receive(request, device, view, chunk, Call())
        headers = tus.answered(received=view.received if chunk else None, expires_at=view.expires_at)
        return Response(status_code=201, headers={**headers, "location": f"{PATH}/{view.id}"})

    async def head(self, request: Request, upload_id: str) -> Response:
        """Say how much has arrived."""
        device = self._device(request)
        with self._pace.keep(address_of(request), device):
            view = await self._show(device, upload_id)
        headers = {
            **tus.answered(received=view.received, expires_at=view.expires_at),
            "upload-length": str(view.length),
        }
        if view.metadata is not None:
            headers["upload-metadata"] = view.metadata
        return Response(status_code=200, headers=headers)

    async def patch(self, request: Request, upload_id: str) -> Response:
        """Take the next bytes."""
        device = self._device(request)
        chunk, position = tus.chunk_of(request.headers), tus.offset_of(request.headers)
        with self._pace.keep(address_of(request), device) as call:
            view = await self._show(device, upload_id)
            if view.received != position:
                raise OffsetError(
                    "upload_offset", "Lanjutkan dari Upload-Offset yang dijawab HEAD", offset=view.received
                )
            view = await self._receive(request, device, view, chunk, call)
        return Response(status_code=204, headers=tus.answered(received=view.received, expires_at=view.expires_at))

    async def delete(self, request: Request, upload_id: str) -> Response:
        """Take an upload back."""
        device = self._device(request)
        with self._pace.keep(address_of(request), device):
            async with self._database.transaction() as tx:
                await self._service.remove(tx, device, _read_id(upload_id))
        return Response(status_code=204, headers=tus.answered())

    async def overridden(self, request: Request, upload_id: str) -> Response:
        """Do what `X-HTTP-Method-Override` says, for clients whose network lets no PATCH through."""
        wanted = request.headers.get("x-http-method-override", "").upper()
        if wanted == "PATCH":
            return await self.patch(request, upload_id)
        if wanted == "DELETE":
            return await self.delete(request, upload_id)
        raise UploadError("method_override", "Kirim X-HTTP-Method-Override: PATCH atau DELETE")

    def _device(self, request: Request) -> str:
        tus.check_version(request.headers)
        return tus.device_of(request.headers)

    async def _show(self, device: str, upload_id: str) -> UploadView:
        async with self._database.transaction() as tx:
            return await self._service.show(tx, device, _read_id(upload_id))

    async def _receive(self, request: Request, device: str, view: UploadView, chunk: Chunk, call: Call) -> UploadView:
        """Take the bytes of one request as they come; raises what `UploadService.append` raises."""
        if chunk.size is not None and chunk.size > view.length - view.received:
            raise too_much()
        taking = Taking(self._service, self._database, device, view)
        try:
            if chunk.checksum is None:
                return await taking.as_it_comes(request)
            return await taking.as_a_whole(request, chunk.checksum)
        finally:
            call.brought = taking.kept


def _read_id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise UnknownUploadError("unknown_upload", "Unggahan tidak ditemukan") from None


def tus_uploads(service: UploadService, database: Database, limit: RateLimit, pace: Pace) -> APIRouter:
    """Open the addresses of tus."""
    router = APIRouter(prefix=PATH, tags=["uploads"], default_response_class=Response)
    handlers = Uploads(service, database, limit, pace)
    one = "/{upload_id}"
    router.add_api_route("", handlers.options, methods=["OPTIONS"], **describing.OPTIONS)
    router.add_api_route("", handlers.create, methods=["POST"], **describing.CREATE)
    router.add_api_route(one, handlers.head, methods=["HEAD"], **describing.HEAD)
    router.add_api_route(one, handlers.patch, methods=["PATCH"], **describing.PATCH)
    router.add_api_route(one, handlers.overridden, methods=["POST"], **describing.OVERRIDE)
    router.add_api_route(one, handlers.delete, methods=["DELETE"], **describing.DELETE)
    return router
