"""Images in every mode and format: what is sent can be seen whole, is small, and is the same every time."""

from __future__ import annotations

import base64
import io
import random
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from nbclaude.context.images.backgrounds import DARK
from nbclaude.context.images.limits import (
    LARGE_IMAGES,
    STANDARD_IMAGES,
    ImageLimits,
    check_amount,
    fitted_size,
    image_tokens,
)
from nbclaude.context.images.prepared import RECENT, check_images, image_size, prepare_image
from nbclaude.errors import ConfigurationError

RED = (255, 0, 0)
WHITE = (255, 255, 255)


def encoded(image: Image.Image, format_name: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def drawing(width: int = 640, height: int = 480) -> Image.Image:
    image = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(image)
    for i in range(0, width, 40):
        pen.line((i, 0, width - i, height), fill=(i % 256, 0, 120), width=3)
    return image


def photo(width: int = 600, height: int = 400) -> Image.Image:
    noise = random.Random(7).randbytes(width * height * 3)
    sky = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    return Image.blend(sky, Image.frombytes("RGB", (width, height), noise), 0.2)


@pytest.mark.parametrize(
    ("size", "limits", "expected"),
    [
        ((640, 480), STANDARD_IMAGES, (640, 480)),
        ((28, 28), STANDARD_IMAGES, (28, 28)),
        ((1568, 784), STANDARD_IMAGES, (1568, 784)),
        ((3136, 784), STANDARD_IMAGES, (1568, 392)),
        ((1568, 1568), STANDARD_IMAGES, (1092, 1092)),
        ((8000, 8000), STANDARD_IMAGES, (1092, 1092)),
        ((8000, 8000), LARGE_IMAGES, (1932, 1932)),
        ((5152, 2898), LARGE_IMAGES, (2576, 1449)),
        ((100_000, 1), STANDARD_IMAGES, (1568, 1)),
        ((1, 100_000), STANDARD_IMAGES, (1, 1568)),
    ],
)
def test_the_size_is_the_largest_that_the_model_sees_whole(
    size: tuple[int, int], limits: ImageLimits, expected: tuple[int, int]
) -> None:
    assert fitted_size(*size, limits) == expected


def test_no_size_breaks_a_limit_or_grows() -> None:
    numbers = random.Random(3)
    for _ in range(2000):
        width, height = numbers.randint(1, 9000), numbers.randint(1, 9000)
        w, h = fitted_size(width, height, STANDARD_IMAGES)
        assert w <= width and h <= height
        assert max(w, h) <= 1568
        assert image_tokens(w, h) <= 1568


def test_tokens_are_counted_in_squares_of_28_pixels() -> None:
    assert image_tokens(28, 28) == 1
    assert image_tokens(29, 28) == 2
    assert image_tokens(640, 480) == 23 * 18


@pytest.mark.parametrize(
    ("format_name", "media_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("GIF", "image/gif")],
)
def test_a_file_that_is_fit_goes_as_it_is(format_name: str, media_type: str) -> None:
    data = encoded(drawing(), format_name)
    prepared = prepare_image(data, STANDARD_IMAGES)
    assert prepared.data == data
    assert prepared.media_type == media_type
    assert prepared.size == (640, 480)
    assert prepared.notes == ()


def test_an_opaque_png_with_an_alpha_channel_goes_as_it_is() -> None:
    data = encoded(drawing().convert("RGBA"))
    assert prepare_image(data).data == data


def test_the_block_has_the_shape_of_the_api() -> None:
    data = encoded(drawing())
    assert prepare_image(data).block() == {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": base64.b64encode(data).decode()},
    }


def test_the_attachment_says_what_it_is() -> None:
    attachment = prepare_image(encoded(drawing(1600, 1200))).attachment("photo.png")
    assert attachment.label == "photo.png"
    assert attachment.summary == "image 1270×952"
    assert attachment.notes == ("downscaled from 1600×1200 to 1270×952",)
    assert attachment.kind == "image"
    assert [block["type"] for block in attachment.blocks] == ["image"]


@pytest.mark.sweep
def test_a_large_image_is_downscaled_to_what_the_model_can_use() -> None:
    data = encoded(drawing(4000, 3000), compress_level=1)
    small, large = prepare_image(data, STANDARD_IMAGES), prepare_image(data, LARGE_IMAGES)
    assert (small.size, small.tokens) == ((1270, 952), 46 * 34)
    assert (large.size, large.tokens) == ((2212, 1659), 79 * 60)
    assert opened(small.data).size == small.size
    assert small.notes == ("downscaled from 4000×3000 to 1270×952",)


def test_a_flat_drawing_becomes_a_small_png_with_exactly_its_colours() -> None:
    image = drawing()
    prepared = prepare_image(image)
    assert prepared.media_type == "image/png"
    assert opened(prepared.data).mode == "P"
    assert opened(prepared.data).convert("RGB").tobytes() == image.tobytes()
    assert len(prepared.data) < len(encoded(image))


@pytest.mark.sweep
def test_a_photo_becomes_a_jpeg_or_webp_that_nobody_could_tell_from_it() -> None:
    image = photo().resize((1200, 800), Image.Resampling.BICUBIC)
    prepared = prepare_image(encoded(image))
    assert prepared.media_type in ("image/jpeg", "image/webp")
    assert len(prepared.data) < 0.5 * len(encoded(image))
    seen = opened(prepared.data).convert("RGB").tobytes()
    error = sum(abs(a - b) for a, b in zip(seen, image.tobytes(), strict=True)) / len(seen)
    assert error < 6  # of 255


def test_a_transparent_background_becomes_white() -> None:
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 30, 40))
    image.paste((0, 0, 0, 128), (50, 0, 60, 40))
    prepared = prepare_image(encoded(image))
    seen = opened(prepared.data).convert("RGB")
    assert (seen.getpixel((5, 5)), seen.getpixel((40, 5)), seen.getpixel((55, 5))) == (
        RED,
        WHITE,
        (127, 127, 127),
    )
    assert prepared.notes == ("transparent background on white",)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "YCbCr", "LA", "PA", "RGBA", "HSV"])
def test_every_mode_of_eight_bits_shows_the_same_picture(mode: str) -> None:
    image = Image.new("RGB", (40, 40), "white")
    image.paste((0, 0, 0), (0, 0, 20, 40))
    seen = opened(prepare_image(image.convert(mode)).data).convert("RGB")
    assert (seen.getpixel((5, 5)), seen.getpixel((35, 5))) == ((0, 0, 0), WHITE)


def test_a_palette_with_a_transparent_colour_is_put_on_white() -> None:
    image = Image.new("P", (20, 20), 0)
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.paste(1, (0, 0, 10, 20))
    seen = opened(prepare_image(encoded(image, "PNG", transparency=0)).data).convert("RGB")
    assert (seen.getpixel((2, 2)), seen.getpixel((15, 2))) == (RED, WHITE)


def test_a_cmyk_jpeg_is_readable() -> None:
    data = encoded(Image.new("CMYK", (30, 30), (0, 255, 255, 0)), "JPEG", quality=95)
    prepared = prepare_image(data)
    # A CMYK file may go as it is only if the API could read it: no one promises that.
    assert opened(prepared.data).mode == "RGB"
    red, green, blue = opened(prepared.data).getpixel((10, 10))
    assert red > 240 and green < 15 and blue < 15


def test_grey_that_is_multiplied_by_its_transparency() -> None:
    image = Image.new("LA", (2, 1), (100, 255))
    image.putpixel((1, 0), (100, 0))
    prepared = prepare_image(image.convert("La"))
    seen = opened(prepared.data).convert("L")
    assert [seen.getpixel((x, 0)) for x in (0, 1)] == [100, 255]
    assert prepared.notes == ("transparent background on white",)


def test_a_value_of_sixteen_bits_that_is_seen_through() -> None:
    image = Image.new("I;16", (3, 1))
    for x, value in enumerate((0, 500, 1000)):
        image.putpixel((x, 0), value)
    prepared = prepare_image(encoded(image, transparency=0))
    seen = opened(prepared.data).convert("L")
    assert [seen.getpixel((x, 0)) for x in range(3)] == [255, 127, 255]
    assert prepared.notes == (
        "values 0 to 1000 shown as black to white",
        "transparent background on white",
    )


@pytest.mark.parametrize("mode", ["LAB", "CMYK"])
def test_colours_of_printers_and_of_measurements(mode: str) -> None:
    rgb = Image.new("RGB", (8, 8), (200, 40, 40))
    if mode == "LAB":
        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        image = ImageCms.applyTransform(rgb, ImageCms.buildTransform(*profiles, "RGB", "LAB"))
        assert image is not None
    else:
        image = rgb.convert("CMYK")
    pixel = opened(prepare_image(encoded(image, "TIFF")).data).convert("RGB").getpixel((3, 3))
    assert isinstance(pixel, tuple)
    assert all(abs(a - b) < 12 for a, b in zip(pixel, (200, 40, 40), strict=True))


@pytest.mark.parametrize("mode", ["I;16", "I;16B", "I", "F"])
def test_numbers_are_stretched_from_black_to_white(mode: str) -> None:
    values = [100, 1000, 2000, 4195]
    if mode.startswith("I;16"):
        image = Image.frombytes(
            mode, (4, 1), b"".join(v.to_bytes(2, "big" if mode == "I;16B" else "little") for v in values)
        )
    else:
        image = Image.new(mode, (4, 1))
        image.putdata(values)
    prepared = prepare_image(image)
    assert list(opened(prepared.data).convert("L").tobytes()) == pytest.approx([0, 56, 118, 255], abs=1)
    assert prepared.notes == ("values 100 to 4195 shown as black to white",)


def test_a_sixteen_bit_png_is_converted() -> None:
    image = Image.new("I;16", (2, 1))
    image.putpixel((1, 0), 65535)
    prepared = prepare_image(encoded(image))
    assert opened(prepared.data).mode == "L"
    assert opened(prepared.data).tobytes() == b"\x00\xff"


def test_values_that_are_not_finite_are_black_and_said() -> None:
    image = Image.frombytes("F", (4, 1), struct.pack("<4f", 1.0, float("nan"), 3.0, float("inf")))
    prepared = prepare_image(image)
    assert list(opened(prepared.data).tobytes()) == [0, 0, 255, 0]
    assert prepared.notes == (
        "values that are not finite shown as black",
        "values 1 to 3 shown as black to white",
    )


def test_one_value_everywhere_is_no_division_by_zero() -> None:
    assert opened(prepare_image(Image.new("F", (2, 2), 5.0)).data).convert("L").tobytes() == bytes(4)


def test_three_frames_of_an_animation_go_and_the_model_is_told() -> None:
    colors = ("red", "green", "blue", "yellow", "black")
    frames = [Image.new("RGB", (20, 20), color) for color in colors]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    for source in (data, opened(data)):
        prepared = prepare_image(source)
        shown = [opened(each.data).convert("RGB") for each in (prepared, *prepared.more)]
        assert [each.getpixel((1, 1)) for each in shown] == [RED, (0, 0, 255), (0, 0, 0)]
        assert prepared.notes == ("frame 1 of 5, frame 3 of 5, frame 5 of 5",)
        attachment = prepared.attachment("spin.gif")
        assert attachment.summary == "image 20×20, 3 frames"
        assert [block.get("text") for block in attachment.blocks] == [
            *("spin.gif: frame 1 of 5", None, "spin.gif: frame 3 of 5", None, "spin.gif: frame 5 of 5", None),
        ]


def test_of_an_animation_that_ends_too_early_what_is_there_goes() -> None:
    frames = [Image.effect_noise((90, 90), 50 + number) for number in range(9)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    prepared = prepare_image(data[: len(data) // 4])
    assert prepared.caption.startswith("frame 1 of ")


def test_the_frame_that_the_user_looks_at_is_the_one_that_goes() -> None:
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "green", "blue")]
    image = opened(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    image.seek(2)
    prepared = prepare_image(image)
    assert opened(prepared.data).convert("RGB").getpixel((1, 1)) == (0, 0, 255)
    assert prepared.notes == ("frame 3 of 3",)
    assert image.tell() == 2


def test_exif_is_dropped_and_its_orientation_applied() -> None:
    image = Image.new("RGB", (60, 30), "white")
    image.paste(RED, (0, 0, 20, 30))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise
    exif[0x010E] = "home address"
    prepared = prepare_image(encoded(image, "JPEG", exif=exif, quality=95))
    seen = opened(prepared.data)
    assert b"home address" not in prepared.data
    assert prepared.size == (30, 60)
    red, green, _blue = seen.convert("RGB").getpixel((15, 5))
    assert red > 240 and green < 20


def test_exif_alone_is_reason_enough_to_draw_an_image_anew() -> None:
    exif = Image.Exif()
    exif[0x010E] = "home address"
    assert b"home address" not in prepare_image(encoded(drawing(), "PNG", exif=exif)).data


def _with_texts(**texts: str) -> bytes:
    chunks = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        chunks.add_text(name, text, zip=name == "Zipped")
    return encoded(drawing(), "PNG", pnginfo=chunks)


def _with_chunk(name: bytes) -> bytes:
    data, body = encoded(drawing(), "PNG"), b"Jane Doe"
    chunk = struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return data[:33] + chunk + data[33:]


def _with_segment(marker: bytes) -> bytes:
    data, body = encoded(drawing(), "JPEG"), b"Jane Doe"
    return data[:2] + b"\xff" + marker + struct.pack(">H", len(body) + 2) + body + data[2:]


@pytest.mark.parametrize(
    "data",
    [
        _with_texts(Comment="Jane Doe"),
        _with_texts(Software="Jane Doe's"),
        _with_texts(Software="Matplotlib version3.10.0, https://matplotlib.org/", Author="Jane Doe"),
        _with_texts(Zipped="Jane Doe"),
        _with_chunk(b"prVt"),
        _with_chunk(b"tEXt"),
        encoded(drawing(), "JPEG", comment=b"Jane Doe"),
        _with_segment(b"\xea"),
        _with_segment(b"\xed"),
        encoded(drawing(), "GIF", comment=b"Jane Doe"),
    ],
)
def test_texts_in_a_file_stay_behind(data: bytes) -> None:
    prepared = prepare_image(data)
    assert prepared.data != data
    assert b"Jane Doe" not in prepared.data
    image = opened(prepared.data)
    assert not getattr(image, "text", None) and "comment" not in image.info
    if data.startswith(b"\x89PNG"):
        assert opened(data).convert("RGB").tobytes() == image.convert("RGB").tobytes()


@pytest.mark.parametrize(
    "data",
    [
        encoded(drawing(), "PNG", dpi=(100, 100)),
        _with_texts(Software="Matplotlib version3.10.0, https://matplotlib.org/"),
        _with_texts(Software="Matplotlib version3.11.0.dev1+g12, https://matplotlib.org/"),
        encoded(drawing(), "JPEG", dpi=(72, 72), icc_profile=b"x" * 200),
        encoded(drawing(), "GIF"),
        encoded(drawing(), "GIF", loop=0),
        encoded(drawing(), "WEBP", lossless=True),
    ],
)
def test_a_file_that_tells_nothing_goes_byte_for_byte(data: bytes) -> None:
    assert prepare_image(data).data == data


def test_the_users_image_stays_as_it_was() -> None:
    image = Image.new("RGBA", (3000, 20), (0, 0, 0, 0))
    image.info["comment"] = "mine"
    before = image.tobytes()
    prepare_image(image)
    assert (image.tobytes(), image.size, image.mode, image.info) == (
        before,
        (3000, 20),
        "RGBA",
        {"comment": "mine"},
    )


@pytest.mark.parametrize(
    "make", [drawing, photo, lambda: drawing(1700, 1200)], ids=["drawing", "photo", "large"]
)
@pytest.mark.sweep
def test_the_same_image_gives_the_same_bytes(make: Any) -> None:
    assert prepare_image(make()).data == prepare_image(make()).data


@pytest.mark.parametrize("format_name", ["BMP", "TIFF", "PPM", "ICO", "JPEG2000"])
def test_formats_that_the_api_does_not_take_are_converted(format_name: str) -> None:
    prepared = prepare_image(encoded(drawing(64, 64), format_name))
    assert prepared.media_type == "image/png"
    assert prepared.size == (64, 64)


def test_a_file_that_would_start_a_program_is_no_image() -> None:
    with pytest.raises(ConfigurationError, match="not an image"):
        prepare_image(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n", label="x.eps")


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@pytest.mark.parametrize(("width", "height"), [(11_000, 10_000), (60_000, 60_000)])
def test_a_decompression_bomb_is_refused_unopened(width: int, height: int) -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with pytest.raises(ConfigurationError, match=r"bomb\.png: .*smaller version"):
        prepare_image(data, label="bomb.png")


@pytest.mark.parametrize(
    "data", [b"", b"not an image", encoded(photo())[:2000], encoded(photo(), "JPEG")[:200]]
)
def test_broken_bytes_give_a_clear_error(data: bytes) -> None:
    with pytest.raises(ConfigurationError, match="chart: the image cannot be read"):
        prepare_image(data, label="chart")


def test_an_image_without_pixels_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no pixels"):
        prepare_image(Image.new("RGB", (0, 5)))


def test_an_image_is_compressed_to_the_limit_of_the_server() -> None:
    limits = ImageLimits(max_base64_bytes=40_000)
    prepared = prepare_image(photo(), limits)
    assert len(prepared.block()["source"]["data"]) <= 40_000
    assert opened(prepared.data).size == prepared.size
    assert prepared.notes[-1].startswith("compressed to 0.0")


def test_the_size_of_bytes() -> None:
    assert image_size(encoded(drawing(30, 20))) == (30, 20)
    assert image_size(b"<svg/>") is None


def block_of(width: int, height: int) -> dict[str, Any]:
    data = base64.b64encode(encoded(Image.new("1", (width, height)))).decode()
    return {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}


def test_twenty_large_images_pass_and_the_twenty_first_does_not() -> None:
    small, large = block_of(10, 10), block_of(2001, 10)
    check_images([small] * 19 + [large])
    check_images([small] * 600)
    with pytest.raises(ConfigurationError, match=r"21 images, one of them 2001 px long"):
        check_images([small] * 20 + [large])


def test_images_are_counted_wherever_they_stand() -> None:
    url = {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}}
    result = {"type": "tool_result", "tool_use_id": "t", "content": [block_of(9, 9), url]}
    limits = ImageLimits(max_images=2)
    check_images([result, {"type": "text", "text": "hi"}], limits)
    with pytest.raises(ConfigurationError, match=r"3 images; the model takes 2"):
        check_images([result, url], limits)


def test_the_size_of_the_request_counts_documents_too() -> None:
    pdf = {
        "type": "document",
        "source": {"type": "base64", "media_type": "application/pdf", "data": "A" * 3000},
    }
    check_images([pdf], ImageLimits(max_request_bytes=3000))
    with pytest.raises(ConfigurationError, match="server takes"):
        check_images([pdf, block_of(9, 9)], ImageLimits(max_request_bytes=3000))


def test_too_much_is_refused_before_it_is_all_there() -> None:
    blocks = [prepare_image(encoded(drawing(40, 30))).block()] * 3
    assert len(check_amount(blocks, STANDARD_IMAGES, all_there=False)) == 3
    with pytest.raises(ConfigurationError, match=r"at least 3 images; the model takes 2"):
        check_amount(blocks, ImageLimits(max_images=2), all_there=False)
    with pytest.raises(ConfigurationError, match=r"come to at least 0\.0 MB; the server takes 0 MB"):
        check_amount(blocks, ImageLimits(max_request_bytes=100), all_there=False)


@pytest.mark.sweep
def test_a_large_photo_is_read_small_and_told_by_its_own_size() -> None:
    exif = Image.Exif()
    exif[0x112] = 6  # to be turned by 90 degrees
    buffer = io.BytesIO()
    Image.new("RGB", (6000, 4000), "red").save(buffer, "JPEG", exif=exif)
    prepared = prepare_image(buffer.getvalue())
    assert prepared.notes == ("downscaled from 4000×6000 to 896×1344",)
    opened = Image.open(buffer)
    prepare_image(opened)
    assert opened.size == (6000, 4000)


def test_an_image_that_is_sent_again_is_not_prepared_again() -> None:
    wide = encoded(drawing(1700, 40))
    first = prepare_image(wide)
    assert prepare_image(bytes(bytearray(wide)), label="the same file read again") is first
    assert prepare_image(wide, LARGE_IMAGES).size == (1700, 40)
    assert prepare_image(wide, background=DARK) is not first
    assert prepare_image(wide) is first
    for width in range(RECENT):
        prepare_image(encoded(drawing(8 + width, 8)))
    again = prepare_image(wide)
    assert again is not first
    assert again == first
    for _ in range(2):  # what cannot be prepared is refused each time, by the name that it has then
        with pytest.raises(ConfigurationError, match=r"x\.png: the image cannot be read"):
            prepare_image(wide[:200], label="x.png")
