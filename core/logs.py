"""The request's number on every line of the log."""

import logging
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")


class RequestFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        """Django logs a 4xx once all middleware is done: then only the request itself knows its number."""
        request = getattr(record, "request", None)
        if isinstance(request, str):
            return True  # another handler came first
        record.request_id = getattr(request, "number", None) or request_id.get()
        if request is not None and hasattr(request, "path"):
            # Not as Django prints it, with the query: a link that signs in once keeps its key there.
            record.request = f"{request.method} {request.path}"
        return True
