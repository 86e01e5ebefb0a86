"""Files as people and attackers send them, made here byte by byte: nothing is read from a folder."""

import io
import random
import struct
import zipfile
import zlib

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from files.kinds import ODP, PPTX

MOST = {"image": 10_000_000, "pdf": 25_000_000, "slides": 25_000_000, "zip": 50_000_000, "text": 5_000_000}


# Pictures


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options) -> bytes:
    out = io.BytesIO()
    drawn = Image.radial_gradient("L").resize(size).convert(mode)
    if mode == "RGBA":
        drawn.putalpha(100)
    drawn.save(out, kind, **options)
    return out.getvalue()


def photo_held_upright() -> bytes:
    """40 by 30 as stored, with a note that says to turn it, and where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "MAKER-CANARY"
    exif.get_ifd(0x8825)[1] = "N"
    return picture("JPEG", exif=exif)


def moving(kind: str = "GIF") -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(width: int, height: int, rows: int) -> bytes:
    """Says how large it is, and holds as many rows of nothing as asked for."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1 + 3 * width) * rows, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def noted(text: str) -> bytes:
    notes = PngInfo()
    notes.add_text("Comment", text)
    return picture("PNG", pnginfo=notes)


def gif_of(width: int, height: int) -> bytes:
    """One dot on a sheet as large as it says."""
    dot = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2\x44\1\0;"
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + bytes(6) + dot


# PDFs


def pdf(*, pages: int = 2, catalogue: str = "", trailer: str = "", version: str = "1.7") -> bytes:
    """Whole and small: a catalogue, a tree of pages, and a table that says where each stands."""
    objects = [f"<</Type/Catalog/Pages 2 0 R{catalogue}>>"]
    kids = " ".join(f"{number + 3} 0 R" for number in range(pages))
    objects.append(f"<</Type/Pages/Count {pages}/Kids[{kids}]>>")
    objects += ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"] * pages
    out = f"%PDF-{version}\n%\xe2\xe3\xcf\xd3\n".encode("latin-1")
    places = []
    for number, words in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{words}\nendobj\n".encode()
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{table}\n%%EOF\n".encode()
    return out


def locked_pdf() -> bytes:
    """Needs a password: of its two keys neither is that of the empty one."""
    key = "<" + "41" * 32 + ">"
    return pdf(
        trailer=f"/ID[<{'42' * 16}><{'42' * 16}>]"
        f"/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -4/O {key}/U {key}>>"
    )


def looping_pdf() -> bytes:
    """Its tree of pages bites its own tail."""
    return pdf(pages=1).replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]")


def wide_pdf(pages: int) -> bytes:
    return pdf(pages=pages)


# Zips


def zipped(*entries: tuple[str, bytes | str], stored: bool = False, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as made:
        for name, data in entries:
            made.writestr(zipfile.ZipInfo(name, (2026, 5, 3, 10, 0, 0)), data, made.compression)
        made.comment = comment
    return out.getvalue()


SOURCE = (("app/main.py", "print('hello')\n"), ("app/LICENSE", "MIT\n"), ("app/README.md", "# App\n"))


def source_zip() -> bytes:
    return zipped(*SOURCE)


def raw_zip(names: list[bytes], data: bytes = b"x", *, mode: int = 0) -> bytes:
    """Names go in as they are, which no library would let them."""
    out, directory = b"", b""
    for name in names:
        crc, place = zlib.crc32(data), len(out)
        shared = struct.pack("<HHHHHLLLHH", 20, 0, 0, 0, 0x5CA3, crc, len(data), len(data), len(name), 0)
        out += b"PK\x03\x04" + shared + name + data
        directory += (
            b"PK\x01\x02"
            + struct.pack("<H", 0x031E)
            + shared
            + struct.pack("<HHHLL", 0, 0, 0, mode << 16, place)
            + name
        )
    end = struct.pack("<HHHHLLH", 0, 0, len(names), len(names), len(directory), len(out), 0)
    return out + directory + b"PK\x05\x06" + end


def overlapping_zip(times: int = 250) -> bytes:
    """One packed megabyte, claimed by many entries: as in the better zip bomb."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(bytes(1_000_000)) + packer.flush()
    name = b"a"
    shared = struct.pack(
        "<HHHHHLLLHH", 20, 0, 8, 0, 0x5CA3, zlib.crc32(bytes(1_000_000)), len(packed), 1_000_000, len(name), 0
    )
    out = b"PK\x03\x04" + shared + name + packed
    directory = (
        b"PK\x01\x02" + struct.pack("<H", 20) + shared + struct.pack("<HHHLL", 0, 0, 0, 0, 0) + name
    ) * times
    end = struct.pack("<HHHHLLH", 0, 0, times, times, len(directory), len(out), 0)
    return out + directory + b"PK\x05\x06" + end


def bomb(size: int = 600_000_000) -> bytes:
    """A zip that says that it holds this much of nothing; a hundredth of it is there."""
    made = zipped(("zeros.bin", bytes(1_000_000)))
    wanted, said = struct.pack("<L", size), struct.pack("<L", 1_000_000)
    return made.replace(said, wanted)


def nested(depth: int = 5) -> bytes:
    """A zip in a zip in a zip, ten of each, down to zeros."""
    inner = zipped(("zeros.bin", bytes(100_000)))
    for _ in range(depth):
        inner = zipped(*((f"{number}.zip", inner) for number in range(10)))
    return inner


def wide_zip() -> bytes:
    """As streaming tools write them: the sizes of 4 GB and more, for a few bytes."""
    narrow = source_zip()
    at = narrow.rindex(b"PK\x05\x06")
    number, length, place = struct.unpack("<HLL", narrow[at + 10 : at + 20])
    end = b"PK\x06\x06" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, number, number, length, place)
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, at, 1)
    return narrow[:at] + end + locator + narrow[at:]


def with_password(data: bytes) -> bytes:
    """As it says of itself: the bit is set in each entry, here and in the directory."""
    out = bytearray(data)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = out.find(mark)
        while at >= 0:
            out[at + place] |= 1
            at = out.find(mark, at + 4)
    return bytes(out)


# Slides


def content_types(main: str, *more: str) -> str:
    parts = "".join(
        f'<Override PartName="/p{n}" ContentType="{kind}"/>' for n, kind in enumerate((main, *more))
    )
    return f'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{parts}</Types>'


def pptx(*more: tuple[str, bytes | str], main: str = f"{PPTX}.main+xml", types: str = "") -> bytes:
    return zipped(
        ("[Content_Types].xml", types or content_types(main)),
        ("ppt/presentation.xml", "<p/>"),
        ("ppt/slides/slide1.xml", "<p/>"),
        ("ppt/slides/slide2.xml", "<p/>"),
        *more,
    )


def odp(*more: tuple[str, bytes | str], mimetype: str = ODP) -> bytes:
    return zipped(("mimetype", mimetype), ("content.xml", "<o/>"), *more, stored=True)


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


ORDINARY: dict[str, tuple[bytes, str, str]] = {
    # what it is called: (bytes, kind, what it is called then)
    "slides.pdf": (pdf(), "pdf", "slides.pdf"),
    "One page.pdf": (pdf(pages=1, version="1.4"), "pdf", "One page.pdf"),
    "long.pdf": (pdf(pages=300), "pdf", "long.pdf"),
    "signed.pdf": (pdf() + b"\r\n\r\n", "pdf", "signed.pdf"),
    "two saves.pdf": (pdf() + b"% second save\nstartxref\n0\n%%EOF", "pdf", "two saves.pdf"),
    "talk.pptx": (pptx(), "slides", "talk.pptx"),
    "show.pptx": (
        pptx(main="application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml"),
        "slides",
        "show.pptx",
    ),
    "with a chart.pptx": (pptx(("ppt/embeddings/book1.xlsx", b"x")), "slides", "with a chart.pptx"),
    "talk.odp": (odp(), "slides", "talk.odp"),
    "screen.png": (picture(), "image", "screen.png"),
    "screen.PNG": (picture(mode="RGBA"), "image", "screen.png"),
    "palette.png": (picture(mode="P"), "image", "palette.png"),
    "grey.png": (picture(mode="L"), "image", "grey.png"),
    "camera.jpeg": (photo_held_upright(), "image", "camera.jpg"),
    "print.jpg": (picture("JPEG", mode="CMYK"), "image", "print.jpg"),
    "large.jpg": (picture("JPEG", (6000, 4000)), "image", "large.jpg"),
    "web.webp": (picture("WEBP"), "image", "web.webp"),
    "moving.gif": (moving(), "image", "moving.png"),
    "source.zip": (source_zip(), "zip", "source.zip"),
    "streamed.zip": (wide_zip(), "zip", "streamed.zip"),
    "many.zip": (zipped(*((f"src/{n}.py", f"x = {n}\n") for n in range(3000))), "zip", "many.zip"),
    "with pictures.zip": (zipped(*SOURCE, ("app/a.bin", noise(300_000))), "zip", "with pictures.zip"),
    "Übersicht – naïve.zip": (zipped(("données/été.txt", "ok")), "zip", "Übersicht – naïve.zip"),
    "README.md": (
        b"<p align=center><img src=a.png></p>\n\n# App\n\nUse `<script>` with care.\n",
        "text",
        "README.md",
    ),
    "results.csv": (b"\xef\xbb\xbfname,count\r\nx,1\r\n", "text", "results.csv"),
    "notes.txt": ("Naïve café, 日本語, emoji 🙂\n\ttabs\n".encode(), "text", "notes.txt"),
    "notes": (b"no ending at all", "text", "notes.txt"),
    "main.py": (b"#!/usr/bin/env python3\nprint('source is text')\n", "text", "main.txt"),
}
assert len(ORDINARY) >= 20
