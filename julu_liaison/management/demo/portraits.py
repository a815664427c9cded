"""Drawn portraits: plain, dignified, nobody's likeness. 3:4, sharp enough for the largest board."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from django.conf import settings
from PIL import Image, ImageDraw

from deputies.models import Deputy
from deputies.states import Gender

WIDTH, HEIGHT, SMOOTHING = 480, 640, 2
BACKGROUNDS = ("#C9D6E3", "#D8DEE4", "#B9CBDD", "#E3E6E8", "#CDD8D2")
SKINS = ("#F0CDAE", "#E8BF9C", "#DFB08A", "#F3D5BA")
HAIRS = ("#1F1B1A", "#2B2624", "#3A332F", "#5B5652", "#8D8986")
JACKETS = ("#22304A", "#2F3A45", "#3D3A37", "#1E3A34", "#4A2F38", "#54606B")
TOPS = ("#F4F4F1", "#DCE6F0", "#EFE3D6", "#C7D3DD")
TIES = ("#7A1F25", "#27466B", "#3F5B45")


def draw_portraits(rng: Random, deputies: list[Deputy]) -> None:
    """Draw the portrait of everybody, for print and for screens; the files appear once all of them are drawn."""
    media = Path(settings.MEDIA_ROOT)
    media.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=media) as folder:
        drawn = []
        for number, deputy in enumerate(deputies):
            image = portrait(rng, deputy.gender)
            for kind, picture, name in (("", image, deputy.photo), ("-small", image.reduce(2), deputy.photo_small)):
                drawn.append((Path(folder, f"{number}{kind}.jpg"), media / name))
                picture.save(drawn[-1][0], "JPEG", quality=88)
        for made, kept in drawn:
            kept.parent.mkdir(parents=True, exist_ok=True)
            made.chmod(settings.FILE_UPLOAD_PERMISSIONS)
            made.replace(kept)


def portrait(rng: Random, gender: str) -> Image.Image:
    """Return one portrait, 480 × 640."""
    image = Image.new("RGB", (WIDTH * SMOOTHING, HEIGHT * SMOOTHING), rng.choice(BACKGROUNDS))
    pen = _Pen(ImageDraw.Draw(image))
    is_woman = gender == Gender.FEMALE
    hair, skin = rng.choice(HAIRS), rng.choice(SKINS)
    half, length = rng.randint(88, 100), rng.randint(118, 132)
    if is_woman and rng.random() < 0.55:
        pen.oval(240, 300, half + 32, length + 48, hair)
    _draw_clothes(rng, pen, skin, tie=not is_woman and rng.random() < 0.5)
    pen.oval(240 - half, 285, 14, 24, skin)
    pen.oval(240 + half, 285, 14, 24, skin)
    pen.oval(240, 275, half, length, skin)
    _draw_hair(rng, pen, hair, half, length, is_woman)
    _draw_features(rng, pen, hair, glasses=rng.random() < 0.3)
    return image.reduce(SMOOTHING)


class _Pen:
    """Shapes by centre and half axes, in pixels of the finished picture."""

    def __init__(self, draw: ImageDraw.ImageDraw):
        self.draw = draw

    def oval(self, x: int, y: int, half_width: int, half_height: int, fill: str) -> None:
        box = [SMOOTHING * edge for edge in (x - half_width, y - half_height, x + half_width, y + half_height)]
        self.draw.ellipse(box, fill=fill)

    def arc(self, box: tuple, start: int, end: int, fill: str, width: int) -> None:
        self.draw.arc([SMOOTHING * edge for edge in box], start, end, fill=fill, width=SMOOTHING * width)

    def area(self, points: list[tuple[int, int]], fill: str) -> None:
        self.draw.polygon([(SMOOTHING * x, SMOOTHING * y) for x, y in points], fill=fill)

    def cap(self, box: tuple, fill: str) -> None:
        """The upper half of an oval."""
        self.draw.chord([SMOOTHING * edge for edge in box], 180, 360, fill=fill)

    def ring(self, x: int, y: int, radius: int) -> None:
        box = [SMOOTHING * edge for edge in (x - radius, y - radius * 0.8, x + radius, y + radius * 0.8)]
        self.draw.ellipse(box, outline="#2A2A2A", width=SMOOTHING * 4)


def _draw_clothes(rng: Random, pen: _Pen, skin: str, *, tie: bool) -> None:
    jacket, top = rng.choice(JACKETS), rng.choice(TOPS)
    pen.oval(240, 640, 218, 206, jacket)
    pen.area([(160, 436), (320, 436), (262, 640), (218, 640)], top)
    pen.area([(196, 350), (284, 350), (290, 438), (240, 482), (190, 438)], skin)
    pen.area([(190, 422), (240, 482), (205, 515), (165, 440)], top)
    pen.area([(290, 422), (240, 482), (275, 515), (315, 440)], top)
    if tie:
        pen.area([(228, 482), (252, 482), (258, 640), (222, 640)], rng.choice(TIES))
    pen.area([(165, 440), (120, 470), (216, 640), (222, 640)], jacket)
    pen.area([(315, 440), (360, 470), (264, 640), (258, 640)], jacket)


def _draw_hair(rng: Random, pen: _Pen, hair: str, half: int, length: int, is_woman: bool) -> None:
    top = 275 - length - rng.randint(8, 16)
    line = 275 - length + rng.randint(44, 66)
    pen.cap((240 - half - 7, top, 240 + half + 7, 2 * line - top), hair)
    sides = rng.randint(60, 90) if is_woman else rng.randint(12, 34)
    for sign in (-1, 1):
        outer, inner = 240 + sign * (half + 7), 240 + sign * (half - 12)
        pen.area([(outer, line - 1), (inner, line - 1), (240 + sign * (half - 2), line + sides)], hair)


def _draw_features(rng: Random, pen: _Pen, hair: str, *, glasses: bool) -> None:
    apart, brow = rng.randint(38, 44), rng.randint(22, 28)
    for x in (240 - apart, 240 + apart):
        pen.arc((x - 22, 268 - brow, x + 22, 292 - brow), 200, 340, hair, 5)
        pen.oval(x, 280, 13, 7, "#FFFFFF")
        pen.oval(x, 280, 7, 7, "#2B211C")
        if glasses:
            pen.ring(x, 281, 28)
    if glasses:
        pen.arc((224, 272, 256, 288), 200, 340, "#2A2A2A", 4)
    pen.arc((226, 290, 254, 326), 40, 140, "#B98563", 4)
    width = rng.randint(28, 36)
    pen.arc((240 - width, 318, 240 + width, 352), 25, 155, "#A4554C", 6)
