"""Small PDF and Word documents, written in code: what they hold and hide can be read here."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def shown(
    text: str, x: float = 72, y: float = 720, size: float = 11, *, before: str = "", font: str = "F1"
) -> str:
    """One line of a page. `before` are operators ahead of the text, such as "1 1 1 rg" or "3 Tr"."""
    letters = (
        text.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    )
    return f"q BT {before} /{font} {size} Tf {x} {y} Td ({letters.decode('latin-1')}) Tj ET Q\n"


def filled(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f"q {colour} rg {x} {y} {width} {height} re f Q\n"


def lines(text: str, x: float = 72, y: float = 740, size: float = 11, width: int = 85) -> str:
    """Paragraphs from the top of a page, broken as a word processor would."""
    out = []
    for paragraph in text.split("\n\n"):
        row = ""
        for word in [*paragraph.split(), ""]:
            if not word or len(row) + len(word) + 1 > width:
                out.append(shown(row, x, y, size))
                y -= size * 1.25
                row = word
            else:
                row = f"{row} {word}".strip()
        y -= size
    return "\n".join(out)


def pdf(pages: Sequence[str], *, extra: str = "", info: str = "", annotations: str = "") -> bytes:
    """`pages` are content streams with Helvetica as F1, transparency 0 as GS0 and a grey picture as Im0."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)}"
        f" /Kids [{' '.join(f'{6 + 2 * n} 0 R' for n in range(len(pages)))}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray"
        " /Length 1 >>\nstream\n7\nendstream",
        f"<< /Title ({info}) >>",
    ]
    for number, content in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {7 + 2 * number} 0 R"
            f" {annotations}"
            " /Resources << /Font << /F1 3 0 R >> /XObject << /Im0 4 0 R >>"
            " /ExtGState << /GS0 << /ca 0 >> >> >> >>"
        )
        objects.append(f"<< /Length {len(content.encode('latin-1'))} >>\nstream\n{content}\nendstream")
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R {extra} >>\n".encode()
    return bytes(out + f"startxref\n{table}\n%%EOF\n".encode())


def locked_pdf() -> bytes:
    words = "<" + "00" * 32 + ">"
    lock = (
        f"/Encrypt << /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O {words} /U {words} >> /ID [<00> <00>]"
    )
    return pdf([shown("Locked")], extra=lock)


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*runs: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def docx(body: str, *, files: dict[str, str] | None = None, doctype: str = "") -> bytes:
    spaces = (
        f'xmlns:w="{WORD}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    )
    held = {
        "word/document.xml": f"{doctype}<w:document {spaces}><w:body>{body}</w:body></w:document>",
        **{
            f"word/{name}.xml": f"<w:{name} {spaces}>{inner}</w:{name}>"
            for name, inner in (files or {}).items()
        },
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in held.items():
            package.writestr(name, text)
    return out.getvalue()


def paragraphs(text: str) -> str:
    return "".join(paragraph(run(" ".join(part.split()))) for part in text.split("\n\n"))
