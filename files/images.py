"""An image, made anew: what leaves here was written by us, with nothing of the sender's but the picture.

Runs in a limited process alone (see `apart`). Metadata, later frames, and whatever was glued on are gone.
"""

from typing import BinaryIO

from PIL import Image

from files.kinds import Unfit

MOST_PIXELS = 40_000_000
MOST_SIDE = 12_000
KEPT_PIXELS = 12_000_000  # enough for print; a camera's 40 million would need four times the time and memory
DAMAGED = "The image is damaged and cannot be read. Save it again as a PNG or JPEG"
STRIP = 256  # rows
EXTENSIONS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}

Image.MAX_IMAGE_PIXELS = None  # `_check` asks, in words; the process has its limits besides
Image.preinit()
Image.init()


def remake(source: BinaryIO, made: BinaryIO, format_name: str, most_bytes: int) -> tuple[str, dict]:
    """Write the picture into `made`; the ending of its name and what was found."""
    source.seek(0)
    try:
        image: Image.Image = Image.open(source, formats=(format_name,))
        width, height = image.size
        _check(width, height, KEPT_PIXELS if format_name == "WEBP" else MOST_PIXELS)
        moves = bool(getattr(image, "is_animated", False)) and format_name in {"GIF", "WEBP", "PNG"}
        picture = _upright(_smaller(image))
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        IndexError,
        KeyError,
        TypeError,
    ) as fault:
        raise Unfit(DAMAGED) from fault
    target = format_name if format_name in EXTENSIONS else "PNG"
    if target == "WEBP" and picture.mode in {"RGBA", "LA"}:
        target = "PNG"  # WebP would take twice the memory to write it
    _write(picture, made, target)
    if made.tell() > most_bytes:
        target = "WEBP"
        made.seek(0)
        made.truncate()
        _write(picture, made, target)
    return EXTENSIONS[target], {
        "width": picture.width,
        "height": picture.height,
        "was": [width, height],
        "signals": [{"kind": "moved", "count": 1, "names": []}] if moves else [],
    }


def _check(width: int, height: int, most: int) -> None:
    """Before a single pixel is decoded. The decoder of WebP holds the picture three times."""
    if not width or not height:
        raise Unfit(DAMAGED)
    if width > MOST_SIDE or height > MOST_SIDE or width * height > most:
        raise Unfit(
            f"The image is {width:,} by {height:,} pixels. It must have {most // 1_000_000} million pixels "
            f"or fewer, and {MOST_SIDE:,} or fewer on each side. Make it smaller"
        )


def _smaller(image: Image.Image) -> Image.Image:
    """Decoded, of one of the plain modes, and no larger than is kept."""
    orientation = image.getexif().get(0x0112)
    if image.width * image.height > KEPT_PIXELS and image.format in {"JPEG", "MPO"}:
        image.draft("RGB", (image.width // 2, image.height // 2))
    image.load()
    image = _reduced(image)
    if "transparency" in image.info:
        plain = image.convert("RGBA")
    elif image.mode in {"RGB", "RGBA", "L", "LA"}:
        plain = image
    else:
        plain = _eight_bits(image).convert("L" if image.mode in {"1", "I;16", "I", "F"} else "RGB")
    plain.info = {} if orientation is None else {"orientation": orientation}
    return plain


def _reduced(image: Image.Image) -> Image.Image:
    """Strip by strip: done at once, it would hold the whole picture in memory twice."""
    step = 1
    while (image.width // step) * (image.height // step) > KEPT_PIXELS:
        step += 1
    if step == 1:
        return image
    mode = {"P": "RGBA", "1": "L", "I;16": "L"}.get(image.mode, image.mode)
    width, height = image.width // step, image.height // step
    smaller = Image.new(mode, (width, height))
    for top in range(0, height, STRIP):
        rows = min(STRIP, height - top)
        strip = _eight_bits(image.crop((0, top * step, width * step, (top + rows) * step))).convert(mode)
        smaller.paste(strip.reduce(step), (0, top))
    return smaller


def _eight_bits(image: Image.Image) -> Image.Image:
    """Pillow cuts 16 bits of grey off at 255, where they should be divided."""
    return image.convert("I").point(lambda grey: grey / 256) if image.mode == "I;16" else image


def _upright(image: Image.Image) -> Image.Image:
    """As the camera was held. The note that said so goes with the rest."""
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    turn = turns.get(image.info.pop("orientation", 1))
    return image.transpose(turn) if turn is not None else image


def _write(picture: Image.Image, made: BinaryIO, target: str) -> None:
    if target == "JPEG":
        plain = picture if picture.mode in {"RGB", "L"} else picture.convert("RGB")
        plain.save(made, "JPEG", quality=88, exif=b"", icc_profile=None)
    elif target == "WEBP":
        plain = picture if picture.mode in {"RGB", "RGBA"} else picture.convert("RGBA")
        plain.save(made, "WEBP", quality=85, method=2, exif=b"", icc_profile=b"", xmp=b"")
    else:
        picture.save(made, "PNG", compress_level=4, icc_profile=None)
    made.flush()
