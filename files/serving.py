"""Hands out the bytes of a file. Whoever calls this has asked whether this person may see the file at all."""

import logging

from django.http import FileResponse, Http404, HttpRequest

from files.models import File
from files.storage import shelf

logger = logging.getLogger(__name__)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def serve(file: File, request: HttpRequest) -> FileResponse:
    """The bytes, to be saved and never run: whatever is in them, it is nothing of this site's.

    One that the scan has not cleared is withheld here, so that no page can forget it.
    """
    if not file.may_be_had_by(request.user):
        raise Http404("Not cleared by the virus scan")
    try:
        stored = shelf().open(file.stored)
    except FileNotFoundError as fault:
        logger.error("the bytes of file %s are missing", file.pk)
        raise Http404("The bytes are missing") from fault
    response = FileResponse(
        stored, as_attachment=True, filename=file.name, content_type=file.content_type, headers=HEADERS
    )
    response["Content-Length"] = str(file.size)
    return response
