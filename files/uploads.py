"""Uploads on their way in: straight to disk, counted and hashed as they come, stopped when there is too much.

No view takes files unless it says so: for all others they are dropped as they arrive. One that does
has asked who is there before the first byte of a file is kept.
"""

import hashlib
import io
import os
import tempfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import BinaryIO, Self

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser
from django.utils.datastructures import MultiValueDict

from files.kinds import MEGABYTE

FIELD = "file"
FORM = 200_000  # bytes that the rest of the form may have
PIECE = 65_536
DRAINED = 2_000_000_000  # read to its end, and dropped, so that the browser shows our answer


class NoFiles(FileUploadHandler):
    """What everybody else has: a file that comes is not kept, and much of anything is not read."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None) -> None:  # noqa: N803
        if content_length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE + FORM:
            raise RequestDataTooBig("No file is taken here")

    def new_file(self, *args, **kwargs) -> None:
        raise SkipFile

    def receive_data_chunk(self, raw_data, start):
        return None

    def file_complete(self, file_size):
        return None


class Upload(UploadedFile):
    """A file that arrived whole, on disk, with its SHA-256. Gone when it is closed, unless it was moved."""

    file: BinaryIO
    size: int

    def __init__(self, file: BinaryIO, path: Path, name: str, size: int, sha256: str) -> None:
        super().__init__(file, name, "application/octet-stream", size)
        self.path = path
        self.sha256 = sha256
        self.given_name = name

    @classmethod
    def of(cls, data: bytes, name: str) -> Self:
        """One that did not come through a form."""
        file, path = incoming()
        file.write(data)
        settle(file)
        return cls(file, path, name, len(data), hashlib.sha256(data).hexdigest())

    def temporary_file_path(self) -> str:
        """Django's storage of local files moves it from there instead of copying it."""
        return str(self.path)

    def close(self) -> None:
        self.file.close()
        self.path.unlink(missing_ok=True)


class NoMore(NoFiles):
    """Stops where the file begins: what stands before it was read."""

    def new_file(self, *args, **kwargs) -> None:
        raise StopUpload(connection_reset=True)


class Streamed(FileUploadHandler):
    """Keeps the one file of our field. `too_large` says that more came than any file may have."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.too_large = False
        self.arriving: BinaryIO | None = None
        self.whole: Upload | None = None

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):  # noqa: N803
        """A body that is too large is known before it is read: only the words at its beginning are taken.

        The rest is read in pieces of one size. Django would read on to the next new line, in memory.
        """
        if content_length <= most_bytes() + FORM:
            return None
        self.too_large = True
        head = input_data.read(FORM)
        about = META | {"CONTENT_LENGTH": len(head)}
        words, _ = MultiPartParser(about, io.BytesIO(head), [NoMore()], encoding).parse()
        if content_length <= DRAINED:
            while input_data.read(PIECE):
                pass
        return words, MultiValueDict()

    def new_file(self, *args, **kwargs) -> None:
        super().new_file(*args, **kwargs)
        if self.field_name != FIELD or self.arriving is not None or self.whole is not None:
            raise SkipFile
        self.arriving, self.path = incoming()
        self.hash = hashlib.sha256()
        self.size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self.arriving is not None
        self.size += len(raw_data)
        if self.size > most_bytes():
            self.too_large = True
            self.drop()
            raise StopUpload(connection_reset=False)
        self.hash.update(raw_data)
        self.arriving.write(raw_data)

    def file_complete(self, file_size: int) -> Upload | None:
        if self.arriving is None:
            return None
        settle(self.arriving)
        self.whole = Upload(self.arriving, self.path, self.file_name or "", self.size, self.hash.hexdigest())
        self.arriving = None
        return self.whole

    def upload_interrupted(self) -> None:
        self.drop()

    def drop(self) -> None:
        if self.arriving is not None:
            self.arriving.close()
            self.path.unlink(missing_ok=True)
        self.arriving = None


def most_bytes() -> int:
    return max(settings.FILES_MOST.values())


def too_large_words() -> str:
    return f"The file is too large. The largest kind, a zip, must be {most_bytes() // MEGABYTE} MB or smaller"


def incoming() -> tuple[BinaryIO, Path]:
    """A new file beside the place where the kept ones lie, so that keeping it is a rename."""
    folder = Path(settings.FILES_DIR) / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=folder)
    return os.fdopen(handle, "w+b"), Path(name)


def settle(file: BinaryIO) -> None:
    """On the disk, not on its way there: a row that speaks of these bytes may now be written."""
    file.flush()
    os.fsync(file.fileno())


def was_too_large(request: HttpRequest) -> bool:
    """Whether more came than any file may have; known once the body was read."""
    return any(isinstance(handler, Streamed) and handler.too_large for handler in request.upload_handlers)


def taking_files(view: Callable) -> Callable:
    """Around a view that takes files from those who are signed in. The body is not read before this."""

    @wraps(view)
    def prepared(request: HttpRequest, *args, **kwargs):
        streamed = Streamed(request)
        request.upload_handlers = [streamed]
        try:
            return view(request, *args, **kwargs)
        finally:
            streamed.drop()
            if streamed.whole is not None:
                streamed.whole.close()

    return prepared
