"""A model's server that answers, obeys or misbehaves on request: the only double in these tests.

In Python: `with LLMServer() as server: server.script({"do": "status", "status": 429, "times": 2})`.
Over HTTP: POST /_script with {"steps": [...]} or {"default": {...}}, GET /_journal, POST /_reset.
On its own: `python -m tests.llm_server 4021`.

A step is {"do": name, "times": n, "match": text}; steps are used up in order, then the default holds.
With "match", a step is used only for requests whose prompt holds that text.
"""

import gzip
import json
import re
import socket
import sys
import threading
import time
import zlib
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

ID = re.compile(r"^(S\d{3}) ", re.MULTILINE)
SENSIBLE = {"do": "answer"}


@cache
def bomb() -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(squeeze.compress(b" " * 1_000_000) for _ in range(200)) + squeeze.flush()


class LLMServer:
    """Listens on a free port of this machine until it is closed."""

    def __init__(
        self, port: int = 0, key: str = "test-key", model: str = "test-model", handler: type | None = None
    ) -> None:
        self.key, self.model = key, model
        self.lock = threading.Lock()
        self.released = threading.Event()
        self.reset()
        self.http = _Server(("127.0.0.1", port), handler or _Handler)
        self.http.double = self  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"
        self.root = self.url.removesuffix("/v1")

    def __enter__(self) -> Self:
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self.http.shutdown()
        self.http.server_close()

    def reset(self) -> None:
        with self.lock:
            self.steps: list[dict[str, Any]] = []
            self.default: dict[str, Any] = SENSIBLE
            self.journal: list[dict[str, Any]] = []
            self.flying = self.most_flying = 0

    def script(self, *steps: dict[str, Any], default: dict[str, Any] | None = None) -> None:
        with self.lock:
            self.steps += [{"times": 1, **step} for step in steps]
            self.default = default or self.default

    def next_step(self, prompt: str) -> dict[str, Any]:
        with self.lock:
            for step in self.steps:
                if step["times"] and step.get("match", "") in prompt:
                    step["times"] -= 1
                    return step
            return self.default


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    packed = False

    def do_GET(self) -> None:
        double = self.server.double  # type: ignore[attr-defined]
        if self.path == "/_journal":
            with double.lock:
                told = {"requests": list(double.journal), "most_in_flight": double.most_flying}
            return self._json(200, told)
        return self._json(404, {"error": {"message": "not found"}})

    def do_POST(self) -> None:
        double = self.server.double  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/_reset":
            double.reset()
            return self._json(200, {})
        if self.path == "/_script":
            asked = json.loads(body)
            double.script(*asked.get("steps", []), default=asked.get("default"))
            return self._json(200, {})
        request = json.loads(body)
        prompt = "\n".join(message["content"] for message in request.get("messages", []))
        step = double.next_step(prompt)
        entry = {
            "at": time.time(),
            "do": step["do"],
            "path": self.path,
            "prompt": prompt,
            "request": request,
            "client": self.client_address,
        }
        with double.lock:
            double.journal.append(entry)
            double.flying += 1
            double.most_flying = max(double.most_flying, double.flying)
        try:
            time.sleep(step.get("after", 0))
            return self._play(double, step, request, prompt)
        except (BrokenPipeError, ConnectionResetError):
            return None
        finally:
            with double.lock:
                double.flying -= 1

    def _play(self, double: LLMServer, step: dict[str, Any], request: dict, prompt: str) -> None:
        if double.key not in (self.headers.get("Authorization") or self.headers.get("api-key") or ""):
            return self._fault(401, "invalid_api_key", f"Incorrect API key provided: {double.key[:4]}****")
        if request.get("model") != double.model:
            return self._fault(404, "model_not_found", "The model does not exist")
        return getattr(self, f"do_{step['do']}")(step, request, prompt)

    # What a server can do. Each is the value of "do" in a step.

    def do_answer(self, step, request, prompt) -> None:
        """Sensible, and the same whatever the order: the first passage by number is some evidence."""
        ids = sorted(set(ID.findall(prompt)))
        if "sentences" in prompt.split("Answer with")[1][:60]:
            words = next(line for line in prompt.splitlines() if line.startswith(ids[0]))[5:]
            said: dict = {"sentences": [{"text": re.sub(r"\W+", " ", words)[:150], "evidence": ids[:1]}]}
        else:
            said = {
                "finding": "partial",
                "evidence": ids[:1],
                "missing": "",
                "question": "How was it tested?",
            }
        self._say(json.dumps(said | step.get("with", {})), step)

    def do_say(self, step, request, prompt) -> None:
        """The content as given; lists and objects as JSON."""
        content = step["content"]
        self._say(content if isinstance(content, str) or content is None else json.dumps(content), step)

    def do_parrot(self, step, request, prompt) -> None:
        """Repeats the marker of its own prompt."""
        marker = request["messages"][1]["content"].splitlines()[0]
        said = {"finding": "partial", "evidence": [], "missing": f"It says {marker}", "question": ""}
        if "sentences" in prompt.split("Answer with")[1][:60]:
            said = {"sentences": [{"text": marker, "evidence": []}]}
        self._say(json.dumps(said), step)

    def do_status(self, step, request, prompt) -> None:
        headers = {"Retry-After": str(step["retry_after"])} if "retry_after" in step else {}
        headers |= step.get("headers", {})
        self._fault(step["status"], step.get("code", ""), step.get("message", "as scripted"), headers)

    def do_body(self, step, request, prompt) -> None:
        """Any bytes with status 200: cut JSON, HTML, empty or null choices."""
        self._send(200, step["content"].encode(), {"Content-Type": step.get("type", "application/json")})

    def do_html(self, step, request, prompt) -> None:
        self._send(200, b"<html><body>Sign in to the network</body></html>", {"Content-Type": "text/html"})

    def do_hang(self, step, request, prompt) -> None:
        self.server.double.released.wait(step.get("seconds", 60))
        self.close_connection = True

    def do_reset(self, step, request, prompt) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.connection.close()
        self.close_connection = True

    def do_short(self, step, request, prompt) -> None:
        """Fewer bytes than were announced, then the end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{")
        self.close_connection = True

    def do_drip(self, step, request, prompt) -> None:
        """One byte at a time: never late for one read, never done. With "headers", from the start."""
        wait = step.get("wait", 0.2)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
        if not step.get("headers"):
            self.wfile.write(head)
            head = b""
        for byte in head + b" " * 2000:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.server.double.released.wait(wait):
                break
        self.close_connection = True

    def do_huge(self, step, request, prompt) -> None:
        size = step.get("bytes", 20_000_000)
        self.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
        for _ in range(size // 10_000):
            self.wfile.write(b'["x",     ' * 1000)

    def do_refusal(self, step, request, prompt) -> None:
        self._say(None, step, refusal="I cannot help with that")

    def do_filter(self, step, request, prompt) -> None:
        """As Azure does it: a 400 with a code of its own."""
        self._fault(400, "content_filter", "The response was filtered")

    def do_no_schema(self, step, request, prompt) -> None:
        """A server that does not know `json_schema`."""
        if request["response_format"]["type"] == "json_schema":
            return self._fault(400, "unsupported", "response_format json_schema is not supported")
        return self.do_answer(step, request, prompt)

    def do_picky(self, step, request, prompt) -> None:
        """Refuses a form, `temperature`, `seed` or `max_tokens`, as OpenAI words it."""
        for name in step["refuses"]:
            said = {"max_tokens": "Use 'max_completion_tokens' instead."}.get(
                name, "Only the default is supported."
            )
            if name in request:
                message = f"Unsupported parameter: '{name}' is not supported with this model. {said}"
                return self._fault(400, "unsupported_parameter", message, param=name)
            if name == request.get("response_format", {}).get("type"):
                message = f"Invalid parameter: 'response_format' of type '{name}' is not supported"
                return self._fault(400, "", message, param="response_format")
            if name == "anything" and "response_format" in request:
                return self._fault(400, "", "Bad request")
        return self.do_answer(step, request, prompt)

    def do_ignore_form(self, step, request, prompt) -> None:
        """Takes every form and keeps to none, unless the schema stands in the prompt."""
        if "response_format" in request and "of this schema" not in prompt:
            return self._say(step.get("content", "Certainly, here is what I think of it."), step)
        return self.do_answer(step, request, prompt)

    def do_redirect(self, step, request, prompt) -> None:
        self._send(step.get("status", 307), b"", {"Location": step["to"]})

    def do_bomb(self, step, request, prompt) -> None:
        """A few kilobytes that unpack to hundreds of megabytes."""
        self._send(step.get("status", 200), bomb(), {"Content-Encoding": "gzip"})

    def do_gzip(self, step, request, prompt) -> None:
        """Packed although nobody asked for it."""
        self.packed = True
        return self.do_answer(step, request, prompt)

    def do_cut(self, step, request, prompt) -> None:
        """A reset in the middle of a body that had begun well."""
        self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"choices": [{"message": {"con')
        self.wfile.flush()
        time.sleep(0.05)
        return self.do_reset(step, request, prompt)

    def _say(self, content: str | None, step: dict, refusal: str | None = None) -> None:
        took = step.get("took", (100, 20))
        body = {
            "id": "x",
            "object": "chat.completion",
            "created": 0,
            "model": self.server.double.model,
            "system_fingerprint": "fp_test",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": step.get("finish_reason", "stop"),
                    "message": {"role": "assistant", "content": content, "refusal": refusal},
                }
            ],
            "usage": {"prompt_tokens": took[0], "completion_tokens": took[1], "total_tokens": sum(took)},
        }
        if step.get("usage") == "missing":
            del body["usage"]
        if self.packed:
            return self._send(200, gzip.compress(json.dumps(body).encode()), {"Content-Encoding": "gzip"})
        return self._json(200, body)

    def _fault(
        self,
        status: int,
        code: str,
        message: str,
        headers: dict[str, str] | None = None,
        param: str | None = None,
    ) -> None:
        error = {"message": message, "type": "error", "param": param, "code": code}
        self._send(status, json.dumps({"error": error}).encode(), headers or {})

    def _json(self, status: int, body: dict) -> None:
        self._send(status, json.dumps(body).encode(), {})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests read the journal."""


if __name__ == "__main__":
    with LLMServer(int(sys.argv[1]) if len(sys.argv) > 1 else 4021) as running:
        sys.stdout.write(f"{running.url}\n")
        threading.Event().wait()
