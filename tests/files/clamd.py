"""A daemon that speaks ClamAV's INSTREAM as the real one does, and misbehaves on request."""

import socket
import struct
import tempfile
import threading
from pathlib import Path
from typing import Self

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class FakeClamd:
    """On a real socket, unix or TCP. `answer` replaces what it would say; "" hangs up without a word."""

    def __init__(self, *, tcp: bool = False) -> None:
        self.scanned: list[bytes] = []
        self.answer: bytes | None = None
        self.folder = tempfile.TemporaryDirectory()
        if tcp:
            self.server = socket.create_server(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{self.server.getsockname()[1]}"
        else:
            self.address = str(Path(self.folder.name) / "clamd.sock")
            self.server = socket.socket(socket.AF_UNIX)
            self.server.bind(self.address)
            self.server.listen()
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.thread.join()
        self.folder.cleanup()

    def serve(self) -> None:
        while True:
            try:
                line, _ = self.server.accept()
            except OSError:
                return
            with line, line.makefile("rb") as words:
                self.speak(line, words)

    def speak(self, line: socket.socket, words) -> None:
        if words.read(10) != b"zINSTREAM\0":
            line.sendall(b"UNKNOWN COMMAND\0")
            return
        data = b""
        while size := struct.unpack(">L", words.read(4))[0]:
            data += words.read(size)
        self.scanned.append(data)
        verdict = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0"
        line.sendall(verdict if self.answer is None else self.answer)
