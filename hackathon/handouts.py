"""The files of the demo's teams, drawn here: nobody's slides or screenshots lie in the repository."""

import io
import zipfile

from PIL import Image, ImageDraw

TEAL, PAPER, LINE = (14, 74, 82), (255, 255, 255), (177, 180, 182)
SOURCE = {
    "LICENSE": "MIT\n",
    "README.md": "# Letter Sorter\n\nPuts letters in an order of urgency, and says why.\n",
    "sorter/main.py": "from sorter.words import URGENT\n",
    "sorter/words.py": "URGENT = ['eviction', 'bailiff']\n",
    "sorter/.env": "MODEL_KEY=put-yours-here\n",
    "letters/made-up.csv": "number,words\n1,made up\n",
}


def drawn(name: str) -> bytes:
    """Slides (.pdf), a screenshot (.png), source code (.zip) or notes, by the ending of the name."""
    ending = name.rpartition(".")[2]
    made = {"pdf": slides, "png": screen, "zip": source}.get(ending)
    return (
        made() if made else b"# What we measured\n\n44 of 50 urgent letters found, 19 raised that were not.\n"
    )


def slides() -> bytes:
    """Two pages with a line of text each."""
    pages = ["Letter Sorter: the urgent ones today", "44 of 50 found; a caseworker decides every time"]
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 2/Kids[4 0 R 6 0 R]>>"]
    objects.append("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    for number, words in enumerate(pages):
        text = f"BT /F1 28 Tf 60 300 Td ({words}) Tj ET"
        shows = f"/Resources<</Font<</F1 3 0 R>>>>/Contents {5 + 2 * number} 0 R"
        objects.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 960 540]{shows}>>")
        objects.append(f"<</Length {len(text)}>>stream\n{text}\nendstream")
    out, places = b"%PDF-1.7\n", []
    for number, words in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{words}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + end.encode()


def screen() -> bytes:
    """A page with a list of letters."""
    picture = Image.new("RGB", (960, 600), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 960, 60), fill=TEAL)
    pen.text((24, 18), "Letter Sorter", fill=PAPER, font_size=22)
    for row, words in enumerate(("An eviction on Thursday", "A payment that stopped", "A change of address")):
        top = 100 + row * 120
        pen.rectangle((24, top, 936, top + 90), outline=LINE, width=2)
        pen.text((48, top + 30), f"{row + 1}   {words}", fill=TEAL, font_size=24)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def source() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, words in SOURCE.items():
            made.writestr(zipfile.ZipInfo(name, (2026, 5, 3, 10, 0, 0)), words)
    return out.getvalue()
