"""As much of S3 as we use, over HTTP: put, get, head, list and delete of objects in one bucket."""

import threading
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def log_message(self, *words) -> None:
        """Says nothing."""

    def key(self) -> str:
        self.server.owner.asked.append((self.command, self.headers.get("Authorization", "")))
        return unquote(urlsplit(self.path).path).removeprefix("/shelf").lstrip("/")

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"ETag": '"e"', "Last-Modified": formatdate(usegmt=True)} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_PUT(self) -> None:
        key = self.key()
        self.server.owner.acls.append(self.headers.get("x-amz-acl"))
        self.server.owner.objects[key] = self.body()
        self.answer(200)

    def body(self) -> bytes:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return data
        whole = b""
        while data:
            size, _, data = data.partition(b"\r\n")
            length = int(size.partition(b";")[0], 16)
            if not length:
                break
            whole, data = whole + data[:length], data[length + 2 :]
        return whole

    def do_GET(self) -> None:
        key = self.key()
        if not key:
            self.answer(200, self.listing(), Content_Type="application/xml")
        elif key in self.server.owner.objects:
            self.answer(200, self.server.owner.objects[key])
        else:
            self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    do_HEAD = do_GET  # noqa: N815

    def do_DELETE(self) -> None:
        self.server.owner.objects.pop(self.key(), None)
        self.answer(204)

    def listing(self) -> bytes:
        prefix = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
        keys = sorted(key for key in self.server.owner.objects if key.startswith(prefix))
        folders = {key[: key.index("/", len(prefix)) + 1] for key in keys if "/" in key[len(prefix) :]}
        names = [key for key in keys if "/" not in key[len(prefix) :]]
        inside = "".join(
            f"<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>" for folder in sorted(folders)
        )
        inside += "".join(f"<Contents><Key>{name}</Key><Size>1</Size></Contents>" for name in names)
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{inside}</ListBucketResult>".encode()


class Server(ThreadingHTTPServer):
    owner: "FakeS3"


class FakeS3:
    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.asked: list[tuple[str, str]] = []
        self.acls: list[str | None] = []
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.owner = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.server.shutdown()
        self.server.server_close()
