"""Makes the files in this folder, with Pillow 13.0.0: an encoder that shares no code with ours.

    python generate.py

The PNG beside a JPEG or WebP is Pillow's reading of it, to compare with.
"""

from pathlib import Path

from PIL import Image, ImageOps

HERE = Path(__file__).parent
WIDTH, HEIGHT = 40, 28


def scene() -> Image.Image:
    """A slope in red and green with a blue box: smooth, and with edges."""
    image = Image.new("RGB", (WIDTH, HEIGHT))
    for y in range(HEIGHT):
        for x in range(WIDTH):
            blue = 220 if 10 <= x < 26 and 6 <= y < 20 else 30
            image.putpixel((x, y), (x * 6, y * 9, blue))
    return image


def save(image: Image.Image, name: str, **options: object) -> None:
    path = HERE / name
    image.save(path, **options)
    Image.open(path).convert("RGB").save(path.with_suffix(".png"), optimize=True)


save(scene(), "progressive.jpg", quality=90, progressive=True, subsampling="4:2:0")
save(scene(), "baseline.jpg", quality=90, subsampling="4:2:2")
save(scene().convert("L"), "grey.jpg", quality=90)
save(scene().convert("CMYK"), "cmyk.jpg", quality=90)
save(scene(), "lossy.webp", quality=90)

frames = [Image.new("RGBA", (9, 7), colour) for colour in [(10, 200, 30, 255), (250, 0, 0, 255)]]
frames[0].paste((0, 0, 0, 0), (0, 0, 4, 7))
frames[0].save(HERE / "animated.webp", save_all=True, append_images=frames[1:], lossless=True)

palette = Image.new("P", (4, 1))
palette.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7])
palette.putdata([0, 1, 2, 3])
palette.save(HERE / "palette.png", bits=2, transparency=1)

bits = Image.new("1", (3, 1))
bits.putdata([0, 255, 0])
bits.save(HERE / "one_bit.png")

small = scene().resize((9, 7))
small.save(HERE / "small.bmp")
small.quantize(8).save(HERE / "small.gif")

# A picture that Pillow turns upright into the same one, stored in each of the eight ways.
upright = scene().crop((0, 0, 23, 16))
upright.save(HERE / "upright.png")
STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
for orientation in range(1, 9):
    turn = STORED.get(orientation)
    stored = upright.copy() if turn is None else upright.transpose(turn)
    exif = Image.Exif()
    exif[0x112] = orientation
    for name, options in [
        ("png", {}),
        ("webp", {"lossless": True}),
        ("jpg", {"quality": 95, "subsampling": "4:4:4"}),
    ]:
        path = HERE / f"upright_{orientation}.{name}"
        stored.save(path, exif=exif, **options)
        seen = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
        assert seen.size == upright.size
        assert name == "jpg" or seen.tobytes() == upright.tobytes()
