import io

import pytest

from files.clamd import CHUNK, NoVerdict, what_is_found
from tests.files.clamd import EICAR, FakeClamd

CASES = [(b"hello", ""), (b"a" * (3 * CHUNK + 5), ""), (EICAR, "Eicar-Test-Signature")]
LIMIT = b"INSTREAM size limit exceeded. ERROR\0"


@pytest.mark.parametrize("tcp", [False, True])
@pytest.mark.parametrize(
    ("data", "found"), [(b"hello", ""), (b"a" * (3 * CHUNK + 5), ""), (EICAR, "Eicar-Test-Signature")]
)
def test_ask_sends_all_of_it_and_tells_what_is_found(tcp, data, found):
    with FakeClamd(tcp=tcp) as clamd:
        told = what_is_found(io.BytesIO(data), clamd.address)

    assert (told, clamd.scanned) == (found, [data])


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0",
        b"stream: OK",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: OK\nx FOUND OK\0",
        b"ok\0",
        b"\xff\0",
    ],
)
def test_ask_one_that_cannot_say_has_no_verdict_unless_it_is_whole(answer):
    with FakeClamd() as clamd:
        clamd.answer = answer
        if answer == b"stream: OK":  # it hung up after the words: they are whole
            assert what_is_found(io.BytesIO(b"x"), clamd.address) == ""
        else:
            with pytest.raises(NoVerdict, match="could not say"):
                what_is_found(io.BytesIO(b"x"), clamd.address)


@pytest.mark.parametrize("address", ["/nowhere/clamd.sock", "tcp://127.0.0.1:1", "tcp://", "clamd:x"])
def test_ask_one_that_is_not_there_has_no_verdict(address):
    with pytest.raises(NoVerdict, match="cannot be reached"):
        what_is_found(io.BytesIO(b"x"), address)
