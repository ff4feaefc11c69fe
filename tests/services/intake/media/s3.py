"""An object store that speaks as much of S3 as obstore asks for (Amazon S3 API reference), in memory."""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit


class Bucket(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.credentials: set[str] = set()
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Bucket
    protocol_version = "HTTP/1.1"

    def _go(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.credentials.add(self.headers.get("authorization", "").partition("/")[0])
        path = unquote(urlsplit(self.path).path)
        if self.server.status != 200:
            self._say(self.server.status)
        elif self.command == "PUT":
            self.server.objects[path] = body
            self._say(200)
        elif self.command == "POST":  # DeleteObjects
            gone = re.findall(r"<Key>(.*?)</Key>", body.decode())
            for key in gone:
                self.server.objects.pop(f"{path}/{key}", None)
            deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in gone)
            self._say(200, f"<DeleteResult>{deleted}</DeleteResult>".encode())
        elif path.count("/") == 1:
            self._list(path)
        elif path in self.server.objects:
            self._say(200, self.server.objects[path])
        else:
            self._say(404, b"<Error><Code>NoSuchKey</Code></Error>")

    do_GET = do_PUT = do_POST = do_HEAD = _go  # noqa: N815 - the base class's names

    def _list(self, bucket: str) -> None:
        prefix = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
        keys = [path.removeprefix(bucket + "/") for path in self.server.objects]
        rows = "".join(
            f"<Contents><Key>{key}</Key><LastModified>2026-11-20T00:00:00.000Z</LastModified><Size>1</Size></Contents>"
            for key in keys
            if key.startswith(prefix)
        )
        self._say(200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>".encode())

    def _say(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("etag", f'"{hashlib.md5(body).hexdigest()}"')
        self.send_header("last-modified", formatdate(usegmt=True))
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def bucket() -> Iterator[Bucket]:
    made = Bucket()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        made.shutdown()
        thread.join()
        made.server_close()
