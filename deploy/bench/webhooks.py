"""Signed Messenger webhooks by the thousand: rendered once, then only what is unique is put in and signed."""

import hmac
import secrets

from deploy.demo import providers

PATH = "/channels/facebook"
_MARKS = ("7024600000000000", "@NUMBER@@")
_SENT_MS = 1_790_000_000_000
_SHORTEST = 1024
"""Bytes of a message's own text."""
TROUBLES = (
    "Jalan di depan pasar Masbagik Lombok Timur berlubang besar dan sudah dua orang jatuh dari sepeda motor.",
    "Air PDAM di Kelurahan Ampenan Tengah Kota Mataram mati sejak hari Senin dan tidak ada pemberitahuan.",
    "Sampah di pasar Tente Kabupaten Bima menumpuk sampai ke badan jalan dan baunya masuk ke ruang kelas.",
    "Lampu jalan di Desa Sembalun Lawang padam semua sehingga anak-anak takut pulang mengaji malam hari.",
    "Jembatan kecil di Kecamatan Alas Sumbawa retak setelah hujan dan truk masih lewat setiap hari.",
    "Antrean berobat di puskesmas Gerung Lombok Barat sangat lama dan dokternya sering tidak di tempat.",
)
_MORE = "Mohon segera diperiksa dan diperbaiki, karena warga sudah lama menunggu dan belum ada kabar dari petugas. "


class Webhooks:
    """One run's webhooks, each with one message of its own from a citizen of its own, of at least 1 kB of text."""

    def __init__(self, secret: str, *, host: str) -> None:
        """Render the templates for Meta's app secret; `host` is where they are sent."""
        self._key = secret.encode()
        self._run = secrets.token_hex(24)
        self._citizens = b"7%06d" % secrets.randbelow(1_000_000)
        """Another run on the same stack has others: a known citizen's words may belong to an open complaint."""
        self._head = (
            f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\n"
            "Content-Type: application/json\r\nContent-Length: %d\r\nX-Hub-Signature-256: sha256=%b\r\n\r\n%b"
        ).encode()
        self._bodies = [self._template(trouble) for trouble in TROUBLES]

    def _template(self, trouble: str) -> bytes:
        sender, number = _MARKS
        text = f"Laporan {number}. {trouble} "
        text += _MORE * (1 + (_SHORTEST - len(text)) // len(_MORE))
        call = providers.messenger(self._key.decode(), [(sender, text, _SENT_MS)], label="")
        body = call.body.replace(b"%", b"%%").replace(call.message_ids[0].encode(), b"%(mid)b")
        return body.replace(sender.encode(), b"%(sender)b").replace(number.encode(), b"%(number)b")

    def message_id(self, number: int) -> str:
        """Return the provider's id of a message, as long as Meta's."""
        return f"m_{self._run}{number:016d}"

    def number(self, message_id: str) -> int | None:
        """Return the number of a message of this run."""
        mine = message_id.startswith(f"m_{self._run}")
        return int(message_id[-16:]) if mine else None

    def request(self, number: int) -> bytes:
        """Return the whole HTTP request of a message."""
        digits = b"%09d" % number
        words = {b"mid": self.message_id(number).encode(), b"sender": self._citizens + digits, b"number": digits}
        body = self._bodies[number % len(self._bodies)] % words
        return self._head % (len(body), hmac.digest(self._key, body, "sha256").hex().encode(), body)
