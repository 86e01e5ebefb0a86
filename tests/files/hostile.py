"""What is sent to harm, by accident or on purpose: the words it is refused with, or how it is defused."""

# ruff: noqa: E501 (a table: a line for each)

import zlib
from typing import NamedTuple

from files.kinds import ODP, PPTX
from tests.files import samples
from tests.files.samples import pdf, picture, source_zip, zipped

SCRIPT = b"<script>alert(document.domain)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><title>x</title>" + SCRIPT
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACRO = "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"


class Case(NamedTuple):
    name: str
    data: bytes
    refused: str = ""  # words of the refusal; none: it is taken, and defused
    kind: str = ""  # as what it is taken
    signals: tuple[str, ...] = ()


EMPTY = "The file is empty"
MARKUP = "HTML, SVG and XML are not taken"
PROGRAM = "This is a program"
BEFORE = "Something stands before"
NOT_TEXT = "Choose a PDF, slides"
DAMAGED_IMAGE = "The image is damaged"
DAMAGED_ZIP = "The zip is damaged"
DAMAGED_PDF = "The PDF is damaged"
DAMAGED_SLIDES = "The slides are damaged"
GLUED = "Something that is no part of this PDF"
OTHER_ARCHIVE = "Of archives only zip is taken"
FILM = "Films and sound are not taken"
PICTURE = "This kind of image is not taken"
OVER = "Of Office documents only slides are taken"
PIXELS = "million pixels or fewer"
MACROS = "The slides hold macros"
TOO_MUCH = "takes too long or too much memory"


CASES: list[Case] = [
    # Nothing, or too little
    Case("empty.pdf", b"", EMPTY),
    Case("blank.txt", b" \n\t\r\n", "nothing but white space"),
    Case("one-nul.txt", b"\0", "characters that no text has"),
    Case("header-only.pdf", b"%PDF-1.7\n", DAMAGED_PDF),
    Case("header-only.png", b"\x89PNG\r\n\x1a\n", DAMAGED_IMAGE),
    Case("header-only.jpg", b"\xff\xd8\xff\xe0", DAMAGED_IMAGE),
    Case("header-only.gif", b"GIF89a", DAMAGED_IMAGE),
    Case("header-only.webp", b"RIFF\4\0\0\0WEBP", DAMAGED_IMAGE),
    Case("header-only.zip", b"PK\x03\x04", DAMAGED_ZIP),
    Case("empty.zip", b"PK\x05\x06" + bytes(18), "The zip is empty"),
    # Truncated
    Case("half.pdf", pdf(pages=20)[:600], DAMAGED_PDF),
    Case("half.png", picture(size=(400, 300))[:900], DAMAGED_IMAGE),
    Case("half.jpg", picture("JPEG", (400, 300))[:900], DAMAGED_IMAGE),
    Case("half.webp", picture("WEBP", (400, 300))[:300], DAMAGED_IMAGE),
    Case("half.gif", picture("GIF", (400, 300), "P")[:1200], DAMAGED_IMAGE),
    Case("half.zip", source_zip()[:-30], DAMAGED_ZIP),
    Case("half.pptx", samples.pptx()[:-40], DAMAGED_ZIP),
    # Of a kind that is not taken, whatever they are called
    Case("logo.svg", SVG, MARKUP),
    Case("logo.png", SVG, MARKUP),
    Case("logo.txt", b"\xef\xbb\xbf  \n<!-- a -->\n<!-- b --><svg onload=alert(1)>", MARKUP),
    Case("prefixed.svg", b'<?xml version="1.0"?><s:svg xmlns:s="http://www.w3.org/2000/svg"/>', MARKUP),
    Case("page.html", HTML, MARKUP),
    Case("page.pdf", HTML, MARKUP),
    Case("page.md", b"\n\n<HTML><body onload=alert(1)>", MARKUP),
    Case("frame.csv", b"<iframe src=javascript:alert(1)>", MARKUP),
    Case("start.txt", SCRIPT, MARKUP),
    Case("entities.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', MARKUP),
    Case("style.xsl", b"<xsl:stylesheet version='1.0'></xsl:stylesheet>", MARKUP),
    Case("slides.pdf.exe", b"MZ\x90\0" + bytes(60), PROGRAM),
    Case("tool.pdf", b"\x7fELF\2\1\1" + bytes(60), PROGRAM),
    Case("App.class", b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(60), PROGRAM),
    Case("module.wasm", b"\0asm\1\0\0\0", PROGRAM),
    Case("app.jar", zipped(("META-INF/MANIFEST.MF", "Main-Class: A\n"), ("A.class", b"\xca\xfe\xba\xbe")), PROGRAM),
    Case("app.apk", zipped(("AndroidManifest.xml", b"\3\0"), ("classes.dex", b"dex\n")), PROGRAM),
    Case("source.tar.gz", b"\x1f\x8b\x08" + bytes(30), OTHER_ARCHIVE),
    Case("source.7z", b"7z\xbc\xaf\x27\x1c" + bytes(30), OTHER_ARCHIVE),
    Case("source.zip", b"Rar!\x1a\7\0" + bytes(30), OTHER_ARCHIVE),
    Case("old.ppt", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "Old Office files"),
    Case("film.mp4", b"\0\0\0\x18ftypmp42" + bytes(30), FILM),
    Case("sound.wav", b"RIFF\x24\0\0\0WAVEfmt " + bytes(20), FILM),
    Case("photo.heic", b"\0\0\0\x18ftypheic" + bytes(30), PICTURE),
    Case("scan.tiff", b"II*\0\x08\0\0\0" + bytes(30), PICTURE),
    Case("people.sqlite", b"SQLite format 3\0" + bytes(100), "Databases are not taken"),
    Case("letter.rtf", b"{\\rtf1\\ansi hello}", "Rich text is not taken"),
    Case("page.ps", b"%!PS-Adobe-3.0\n", "PostScript is not taken"),
    Case("latin.txt", "naïve café".encode("latin-1"), NOT_TEXT),
    Case("wide.txt", "hello".encode("utf-16"), "The text is not UTF-8"),
    Case("binary.csv", samples.noise(3000), NOT_TEXT),
    Case("escapes.txt", b"\x1b]0;title\x07\x1b[2J", "characters that no text has"),
    # Two things at once
    Case("late.pdf", b"\n\n" + pdf(), BEFORE),
    Case("script-first.pdf", b"hello " + SCRIPT + pdf(), BEFORE),
    Case("pdf-and-zip.pdf", pdf() + source_zip(), GLUED),
    Case("pdf-in-comment.pdf", pdf()[:-6] + zipped(*samples.SOURCE, comment=b"\n%%EOF\n"), GLUED),
    Case("pdf-and-script.pdf", pdf() + SCRIPT, GLUED),
    Case("prepended.zip", b"hello\n" + source_zip(), BEFORE),
    Case("exe-and-zip.zip", b"MZ" + bytes(100) + source_zip(), PROGRAM),
    Case("trailing.zip", source_zip() + HTML, DAMAGED_ZIP),
    Case("inserted.zip", source_zip().replace(b"PK\x01\x02", HTML + b"PK\x01\x02", 1), BEFORE),
    Case("gifar.gif", picture("GIF", mode="P") + source_zip(), kind="image"),
    Case("jpeg-and-zip.jpg", picture("JPEG") + source_zip(), kind="image"),
    Case("png-and-script.png", picture() + SCRIPT, kind="image"),
    Case("jpeg-with-script.jpg", picture("JPEG", comment=SCRIPT), kind="image"),
    Case("png-with-php.png", samples.noted("<?php system($_GET['c']); ?>"), kind="image"),
    Case("bmp-script.gif", b"GIF89a/*" + b"*/=1;alert(1)//" + bytes(30), DAMAGED_IMAGE),
    Case("text-with-script.txt", b"hello\n" + SCRIPT + b"\n", kind="text"),
    Case("formula.csv", b"=cmd|'/c calc'!A0,1\n", kind="text"),
    # Pictures that choke
    Case("bomb.png", samples.png_of(10_000, 10_000, 10_000), PIXELS),
    Case("bomb-169.png", samples.png_of(13_000, 13_000, 13_000), PIXELS),
    Case("thin.png", samples.png_of(60_000, 10, 10), PIXELS),
    Case("claims.png", samples.png_of(2**31 - 1, 2**31 - 1, 0), PIXELS),
    Case("claims.gif", samples.gif_of(65_535, 65_535), PIXELS),
    Case("no-size.png", samples.png_of(0, 0, 0), DAMAGED_IMAGE),
    Case("lies.png", samples.png_of(6_000, 6_000, 3), kind="image"),
    Case("text-bomb.png", picture()[:-12] + samples.chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(200_000_000), 9)) + picture()[-12:], DAMAGED_IMAGE),
    # Zips that choke, or that harm whoever unpacks them
    Case("bomb.zip", samples.bomb(), "more than 500 MB"),
    Case("ratio.zip", zipped(("zeros.bin", bytes(60_000_000))), "times as large"),
    Case("overlapping.zip", samples.overlapping_zip(), "lie over one another"),
    Case("nested.zip", samples.nested(), kind="zip", signals=("archive", "no_licence")),
    Case("crowd.zip", samples.raw_zip([b"%d" % n for n in range(10_001)]), "10,001 files"),
    Case("password.zip", samples.with_password(source_zip()), "The zip has a password"),
    Case("prepended-wide.zip", b"PK\x03\x04" + samples.wide_zip(), DAMAGED_ZIP),
    Case("climbs.zip", samples.raw_zip([b"../../etc/cron.d/x", b"LICENSE"]), kind="zip", signals=("outside",)),
    Case("absolute.zip", samples.raw_zip([b"/etc/passwd", b"LICENSE"]), kind="zip", signals=("outside",)),
    Case("drive.zip", samples.raw_zip([b"C:\\boot.ini", b"LICENSE"]), kind="zip", signals=("outside",)),
    Case("backslash.zip", samples.raw_zip([b"a\\..\\..\\b", b"LICENSE"]), kind="zip", signals=("outside",)),
    Case("nul.zip", samples.raw_zip([b"notes.txt\0.exe", b"LICENSE"]), kind="zip", signals=("program", "odd_name")),
    Case("reversed.zip", samples.raw_zip(["notes\u202etxt.exe".encode(), b"LICENSE"]), kind="zip", signals=("program", "odd_name")),
    Case("link.zip", samples.raw_zip([b"LICENSE"], b"/etc/passwd", mode=0o120777), kind="zip", signals=("link",)),
    Case("doubled.zip", samples.raw_zip([b"a.txt", b"A.TXT", b"LICENSE"]), kind="zip", signals=("same_name",)),
    Case("keys.zip", zipped((".env", "K=1"), ("x/id_rsa", "k"), ("LICENSE", "x")), kind="zip", signals=("secret",)),
    # Documents
    Case("locked.pdf", samples.locked_pdf(), "protected by a password"),
    Case("looping.pdf", samples.looping_pdf(), kind="pdf"),
    Case("no-pages.pdf", pdf(pages=0), DAMAGED_PDF),
    Case("many-pages.pdf", samples.wide_pdf(501), "more than 500 pages"),
    Case("garbage.pdf", b"%PDF-1.7\n" + samples.noise(5000) + b"\n%%EOF", DAMAGED_PDF),
    Case("script.pdf", pdf(catalogue="/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), kind="pdf", signals=("script",)),
    Case("attached.pdf", pdf(catalogue="/Names<</EmbeddedFiles<</Names[]>>>>"), kind="pdf", signals=("attached",)),
    Case("macros.pptm", samples.pptx(main=MACRO), MACROS),
    Case("macros.pptx", samples.pptx(("ppt/vbaProject.bin", b"x")), MACROS),
    Case("control.pptx", samples.pptx(("ppt/activeX/activeX1.xml", "<a/>")), MACROS),
    Case("macros.odp", samples.odp(("Basic/Standard/a.xml", "<a/>")), MACROS),
    Case("entities.pptx", samples.pptx(types='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), DAMAGED_SLIDES),
    Case("broken.pptx", samples.pptx(types="<Types"), DAMAGED_SLIDES),
    Case("large-list.pptx", samples.pptx(types=" " * 2_000_000), DAMAGED_SLIDES),
    Case("sheet.pptx", zipped(("[Content_Types].xml", samples.content_types(XLSX)), ("xl/workbook.xml", "<w/>")), OVER),
    Case("letter.docx", zipped(("[Content_Types].xml", samples.content_types(DOCX)), ("word/document.xml", "<w/>")), OVER),
    Case("book.odp", samples.odp(mimetype="application/epub+zip"), OVER),
    Case("claims.pptx", zipped(("[Content_Types].xml", samples.content_types(f"{PPTX}.main+xml"))), DAMAGED_SLIDES),
    Case("claims.odp", zipped(("mimetype", ODP), stored=True), DAMAGED_SLIDES),
    # Too large for what they are
    Case("large.txt", b"words " * 900_000, "A text file must be 5 MB or smaller"),
    Case("large.png", picture() + bytes(10_000_000), "An image must be 10 MB or smaller"),
    Case("large.pdf", pdf() + bytes(25_000_000), "A PDF must be 25 MB or smaller"),
    Case("large.pptx", samples.pptx(("ppt/media/a.bin", samples.noise(26_000_000))), "Slides must be 25 MB or smaller"),
]  # fmt: skip

# Names that files are sent under, each for a small text.
NAMES: dict[str, str] = {
    "../../etc/passwd": "passwd.txt",
    "..\\..\\windows\\win.ini": "win.txt",
    "/absolute/notes.txt": "notes.txt",
    "C:\\Users\\ben\\notes.md": "notes.md",
    "notes\u202etxt.exe": "notestxt.txt",
    "zero\u200bwidth\ufeff.txt": "zerowidth.txt",
    "tab\tand\nline.txt": "tab and line.txt",
    '"><script>alert(1)</script>.txt': "script.txt",
    "con.txt": "file con.txt",
    ".htaccess": "file.txt",
    "...": "file.txt",
    "": "file.txt",
    "a" * 300 + ".md": "a" * 117 + ".md",
    "cafe\u0301.txt": "café.txt",
    "a\r\nSet-Cookie: x=1.txt": "a Set-Cookie x=1.txt",
    "report.pdf": "report.txt",
    "report.tar.gz": "report.tar.txt",
    "z" + "\u0301" * 60 + "o.txt": "ź\u0301\u0301o.txt",
    "what?*|<>.txt": "what.txt",
    "name.": "name.txt",
}
