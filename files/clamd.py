"""Asks a ClamAV daemon about a file, over its own socket and in its own words (INSTREAM)."""

import socket
from typing import BinaryIO

CHUNK = 65_536
CONNECT = 5
ANSWER = 90  # seconds: less than the time limit of the task that asks


class NoVerdict(Exception):
    """The daemon is not there, or could not say. Nothing follows from it but asking again."""


def connect(address: str) -> socket.socket:
    """`address` is the path of a socket, or tcp host:port."""
    try:
        if address.startswith("/"):
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(CONNECT)
            line.connect(address)
        else:
            host, _, port = address.removeprefix("tcp://").removeprefix("tcp ").rpartition(":")
            line = socket.create_connection((host, int(port)), timeout=CONNECT)
    except (OSError, ValueError) as fault:
        raise NoVerdict("The virus scanner cannot be reached") from fault
    line.settimeout(ANSWER)
    return line


def what_is_found(source: BinaryIO, address: str) -> str:
    """The name of what was found in the file; "" when it is clean. NoVerdict in every other case."""
    with connect(address) as line:
        try:
            line.sendall(b"zINSTREAM\0")
            while chunk := source.read(CHUNK):
                line.sendall(len(chunk).to_bytes(4, "big") + chunk)
            line.sendall(bytes(4))
            answer = _line_of(line)
        except OSError as fault:
            raise NoVerdict("The virus scanner stopped answering") from fault
    words = answer.decode("ascii", "replace").removeprefix("stream: ")
    if words == "OK":
        return ""
    if words.endswith(" FOUND"):
        return words.removesuffix(" FOUND")[:100]
    raise NoVerdict(f"The virus scanner could not say: {words[:100] or 'no answer'}")


def _line_of(line: socket.socket) -> bytes:
    told = b""
    while b"\0" not in told and len(told) < 4096:
        piece = line.recv(4096)
        if not piece:
            break
        told += piece
    return told.partition(b"\0")[0].strip()
