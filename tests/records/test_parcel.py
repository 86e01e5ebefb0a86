import io
import tracemalloc
import zipfile
from datetime import UTC, datetime

import pytest

from records.parcel import packed, safe_name

AT = datetime(2026, 6, 14, 12, 30, tzinfo=UTC)


def test_packed_members_come_out_as_they_went_in():
    members = [("manifest.csv", [b"a,b\n", b"1,2\n"]), ("Ærø/entry.md", [b"# x"]), ("empty", [])]

    archive = zipfile.ZipFile(io.BytesIO(b"".join(packed(members, AT))))

    assert archive.testzip() is None
    assert {one.filename: archive.read(one) for one in archive.infolist()} == {
        "manifest.csv": b"a,b\n1,2\n",
        "Ærø/entry.md": b"# x",
        "empty": b"",
    }
    assert {one.date_time for one in archive.infolist()} == {(2026, 6, 14, 12, 30, 0)}


def test_packed_sends_each_member_before_the_next_is_asked_for():
    asked = []

    def members():
        for name in ("a", "b", "c"):
            asked.append(name)
            yield name, [b"x" * 100]

    pieces = packed(members(), AT)
    next(pieces)

    assert asked == ["a"]


def test_packed_needs_little_memory_however_much_there_is():
    piece = bytes(range(256)) * 256  # 64 kB, hard to press together across pieces
    members = ((f"file-{number}", (piece for _ in range(160))) for number in range(20))  # 210 MB
    tracemalloc.start()

    sent = sum(len(part) for part in packed(members, AT))

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sent > 100_000
    assert most < 4_000_000


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("notes.txt", "notes.txt"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "file"),
        ("", "file"),
        ("...", "file"),
        ("a\\b:c*.pdf", "a_b_c_.pdf"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("gnp\u202efdp.exe", "gnp_fdp.exe"),
        ("x\x00y\nz.md", "x_y_z.md"),
        ("über ñ.png", "über ñ.png"),
        ("a" * 300 + ".pdf", "a" * 100 + ".pdf"),
        (" trailing. ", "trailing"),
    ],
)
def test_safe_name_is_one_part_of_a_path(name, safe):
    assert safe_name(name, set()) == safe


def test_safe_name_gives_no_name_twice_whatever_its_case():
    taken: set[str] = set()

    names = [safe_name(name, taken) for name in ("a.pdf", "A.pdf", "a.pdf", "a-2.pdf")]

    assert names == ["a.pdf", "A-2.pdf", "a-3.pdf", "a-2-2.pdf"]
