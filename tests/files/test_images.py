"""Pictures made anew: what they show stays, and nothing else does."""

import io

import pytest
from PIL import Image

from files import images
from files.kinds import Unfit
from tests.files.samples import picture

MOST = 10_000_000


def made_anew(data: bytes, kind: str, most: int = MOST) -> tuple[Image.Image, str, dict]:
    out = io.BytesIO()
    extension, look = images.remake(io.BytesIO(data), out, kind, most)
    return Image.open(io.BytesIO(out.getvalue())), extension, look


@pytest.mark.parametrize("turn", range(1, 9))
def test_remake_turns_a_photo_as_the_camera_was_held(turn):
    """A red corner: it must be at the top left, whichever way the camera noted."""
    upright = Image.new("RGB", (64, 32), "white")
    upright.paste("red", (0, 0, 16, 16))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transposition that undoes each
    stored = upright.transpose(Image.Transpose(back[turn])) if turn > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = turn
    out = io.BytesIO()
    stored.save(out, "JPEG", exif=exif, quality=100)

    remade, _, look = made_anew(out.getvalue(), "JPEG")

    assert (remade.size, look["width"], look["height"]) == ((64, 32), 64, 32)
    red, green, _ = remade.getpixel((4, 4))
    assert red > 200
    assert green < 60
    assert min(remade.getpixel((60, 28))) > 230


@pytest.mark.parametrize(
    ("kind", "mode", "extension", "kept"),
    [
        ("PNG", "RGB", "png", "RGB"),
        ("PNG", "RGBA", "png", "RGBA"),
        ("PNG", "P", "png", "RGB"),
        ("PNG", "L", "png", "L"),
        ("PNG", "LA", "png", "LA"),
        ("PNG", "1", "png", "L"),
        ("PNG", "I;16", "png", "L"),
        ("GIF", "P", "png", "RGB"),
        ("JPEG", "L", "jpg", "L"),
        ("JPEG", "CMYK", "jpg", "RGB"),
        ("WEBP", "RGB", "webp", "RGB"),
        ("WEBP", "RGBA", "png", "RGBA"),
    ],
)
def test_remake_takes_every_kind_of_pixel(kind, mode, extension, kept):
    drawn = (
        Image.new("L", (20, 10), 128).convert("I").point(lambda grey: grey * 257) if mode == "I;16" else None
    )
    if drawn is not None:
        out = io.BytesIO()
        drawn.convert("I;16").save(out, kind)
        data = out.getvalue()
    else:
        data = picture(kind, mode=mode)

    remade, ending, _ = made_anew(data, kind)

    assert (ending, remade.mode) == (extension, kept)
    if drawn is not None:
        assert remade.getpixel((1, 1)) == 128


@pytest.mark.parametrize(
    ("size", "kept"),
    [((4_000, 3_000), (4_000, 3_000)), ((5_000, 4_000), (2_500, 2_000)), ((12_000, 1_001), (6_000, 500))],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_remake_keeps_what_is_enough_for_print(kind, size, kept):
    remade, _, look = made_anew(picture(kind, size, "L"), kind)

    assert abs(remade.width - kept[0]) <= 1
    assert abs(remade.height - kept[1]) <= 1
    assert look["was"] == list(size)


def test_remake_of_a_picture_that_grows_too_large_packs_it_harder():
    noisy = Image.effect_noise((600, 400), 80).convert("RGB")
    out = io.BytesIO()
    noisy.save(out, "PNG")

    remade, extension, _ = made_anew(out.getvalue(), "PNG", most=200_000)

    assert (extension, remade.format, remade.size) == ("webp", "WEBP", (600, 400))


@pytest.mark.parametrize("size", [(12_001, 10), (10, 12_001), (8_000, 5_001)])
def test_remake_of_too_many_pixels_says_how_many_there_may_be(size):
    with pytest.raises(
        Unfit, match=r"It must have 40 million pixels or fewer, and 12,000 or fewer on each side"
    ):
        made_anew(picture("PNG", size, "1"), "PNG")


def test_remake_never_tries_another_format_than_it_was_told():
    with pytest.raises(Unfit, match="damaged"):
        made_anew(picture("GIF", mode="P"), "PNG")
