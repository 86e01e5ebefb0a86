"""Web servers over TLS that behave and misbehave, on this machine, for the one seam of the link checker.

`Site` holds a certificate authority and servers; its `resolve` and `connect` stand where the system's
look-up and connection stand, and note what was asked.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
Serve = Callable[[ssl.SSLSocket, bytes], None]


def says(answer: bytes) -> Serve:
    return lambda line, _: line.sendall(answer)


def redirects(to: str, status: int = 302) -> Serve:
    return says(f"HTTP/1.1 {status} Elsewhere\r\nLocation: {to}\r\n\r\n".encode())


def hangs(line: ssl.SSLSocket, _: bytes) -> None:
    time.sleep(5)


def drips(line: ssl.SSLSocket, _: bytes) -> None:
    for letter in PAGE * 10:
        line.sendall(bytes([letter]))
        time.sleep(0.05)


def never_ends(line: ssl.SSLSocket, _: bytes) -> None:
    line.sendall(PAGE)
    for _ in range(10_000):
        line.sendall(b"x" * 10_000)


def endless_headers(line: ssl.SSLSocket, _: bytes) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(10_000):
        line.sendall(b"X-More: " + b"y" * 1_000 + b"\r\n")


def closes(line: ssl.SSLSocket, _: bytes) -> None:
    return


class Site:
    """`hosts` says who answers how; `numbers` which addresses a name has, one list for each look-up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hosts: dict[str, Serve] = {}
        self.numbers: dict[str, list[list[str]]] = {}
        self.looked_up: list[str] = []
        self.connected: list[str] = []
        self.heard: list[bytes] = []
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.ca = self._signed("Our authority", self.key, is_ca=True)
        self.trust = ssl.create_default_context(
            cadata=self.ca.public_bytes(serialization.Encoding.PEM).decode()
        )
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.contexts: dict[str, ssl.SSLContext] = {}
        self.threads: list[threading.Thread] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def add(self, host: str, serve: Serve, *numbers: list[str], certified: str = "") -> None:
        self.hosts[host] = serve
        self.numbers[host] = list(numbers) or [["93.184.215.14"]]
        self.contexts[host] = self._context(certified or host)

    def resolve(self, host: str, seconds: float) -> list[str]:
        self.looked_up.append(host)
        rows = self.numbers.get(host, [[]])
        return rows.pop(0) if len(rows) > 1 else rows[0]

    def connect(self, address: str, seconds: float) -> socket.socket:
        self.connected.append(address)
        line = socket.create_connection(self.listener.getsockname(), timeout=seconds)
        line.settimeout(seconds)
        return line

    def ways(self) -> dict:
        return {"resolve": self.resolve, "connect": self.connect, "trust": self.trust}

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        asked: list[str] = []
        first = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

        def chosen(secured: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            asked.append(name or "8.8.8.8")
            secured.context = self.contexts[asked[0]]

        first.sni_callback = chosen
        any_context = next(iter(self.contexts.values()))
        try:
            first.load_cert_chain(any_context.file)  # type: ignore[attr-defined]
            with first.wrap_socket(line, server_side=True) as safe:
                request = b""
                while b"\r\n\r\n" not in request:
                    piece = safe.recv(4096)
                    if not piece:
                        return
                    request += piece
                self.heard.append(request)
                self.hosts[asked[0] if asked else "8.8.8.8"](safe, request)
        except OSError:
            return

    def _context(self, host: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        pem = self.folder / f"{len(self.contexts)}.pem"
        pem.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + self._signed(host, key).public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        context.file = pem  # type: ignore[attr-defined]
        return context

    def _signed(self, name: str, key: ec.EllipticCurvePrivateKey, *, is_ca: bool = False) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = subject if is_ca else self.ca.subject
        now = datetime.now(UTC)
        plan = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        )
        if is_ca:
            uses = dict.fromkeys(
                (
                    *("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
                    *("encipher_only", "decipher_only"),
                ),
                False,
            )
            usage = x509.KeyUsage(digital_signature=True, key_cert_sign=True, crl_sign=True, **uses)
            plan = plan.add_extension(usage, critical=True).add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
        else:
            plan = plan.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False
            ).add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
        return plan.sign(self.key, hashes.SHA256())
