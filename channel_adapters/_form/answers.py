"""What our forms hear: a ticket, or a problem document (RFC 9457) in Indonesian."""

import json
from collections.abc import Sequence

from pydantic import BaseModel

from channel_adapters._form.payloads import Accepted, Added
from shared.channels.protocol import Answer, Receipt, RefusedError
from shared.core.text import clean_text

_TITLES = {
    "unknown_account": "Aplikasi tidak dikenal",
    "idempotency_key_missing": "Header Idempotency-Key belum ada",
    "idempotency_key_invalid": "Header Idempotency-Key tidak sesuai",
    "idempotency_key_reused": "Kunci ini sudah dipakai untuk pengaduan lain",
    "device_id_invalid": "Header X-Device-Id tidak sesuai",
    "signature_missing": "Permintaan ini tidak ditandatangani",
    "signature_wrong": "Tanda tangan tidak cocok",
    "signature_expired": "Tanda tangan sudah tidak berlaku",
    "not_json": "Isi permintaan tidak dapat dibaca",
    "bad_multipart": "Kiriman tidak lengkap",
    "too_many_parts": "Terlalu banyak bagian",
    "unknown_part": "Ada bagian yang tidak dikenal",
    "unsupported_media_type": "Jenis isi tidak didukung",
    "unknown_ticket": "Nomor tiket tidak ditemukan",
    "wrong_access_code": "Kode akses tidak cocok dengan nomor tiket ini",
    "credential_missing": "Sebutkan perangkat atau kode akses",
    "upload_unknown": "Unggahan tidak ditemukan",
    "upload_unfinished": "Unggahan belum selesai",
    "upload_unknown_type": "Unggahan ini bukan foto, suara, video, atau PDF",
    "uploads_too_large": "Unggahan terlalu besar bersama-sama",
    "filled_by_machine": "Isian ini tampak diisi otomatis",
    "filled_too_fast": "Isian ini terlalu cepat terkirim",
    "too_many_photos": "Terlalu banyak foto",
    "photo_too_large": "Foto terlalu besar",
    "photo_unknown_type": "Berkas bukan foto",
    "place_outside_province": "Tempat di luar Nusa Tenggara Barat",
    "body_too_large": "Kiriman terlalu besar",
    "body_incomplete": "Kiriman terputus, kirim sekali lagi",
    "internal_error": "Ada kesalahan di pihak kami, coba lagi nanti",
    "rate_limited": "Terlalu banyak permintaan, coba lagi nanti",
    "unavailable": "Layanan sedang terganggu, coba lagi nanti",
}
_ANY_TITLE = {422: "Periksa kembali isian pengaduan"}


def accepted(receipts: Sequence[Receipt]) -> Answer:
    """Answer 201 with ticket and access code; a repeated submission hears the same again."""
    receipt = receipts[0]
    status_url = f"/v1/complaints/{receipt.ticket}"
    body = Accepted(
        ticket=receipt.ticket or "",
        access_code=receipt.access_code or "",
        status_url=status_url,
        received_at=receipt.received_at,
    )
    return _created(body, receipt, status_url)


def added(receipts: Sequence[Receipt]) -> Answer:
    """Answer 201 to a further message; a repeated one hears the same again."""
    receipt = receipts[0]
    status_url = f"/v1/complaints/{receipt.ticket}"
    return _created(
        Added(ticket=receipt.ticket or "", status_url=status_url, received_at=receipt.received_at), receipt, status_url
    )


def _created(body: BaseModel, receipt: Receipt, location: str) -> Answer:
    headers = {"Location": location, "Cache-Control": "no-store"}
    if receipt.duplicate:
        headers["Idempotent-Replayed"] = "true"
    return Answer(status=201, body=body.model_dump_json().encode(), content_type="application/json", headers=headers)


def refused(error: RefusedError) -> Answer:
    """Render a refusal; `code` is the stable reason, `pointer` names the field."""
    title = _TITLES.get(error.reason) or _ANY_TITLE.get(error.status, "Permintaan tidak dapat diproses")
    problem = {
        "type": f"urn:ntbcare:problem:{error.reason}",
        "title": title,
        "status": error.status,
        "detail": clean_text(error.detail),
        "code": error.reason,
    }
    if error.pointer is not None:
        problem["pointer"] = error.pointer
    return Answer(
        status=error.status,
        body=json.dumps(problem, ensure_ascii=False).encode(),
        content_type="application/problem+json",
    )
