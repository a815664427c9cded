"""What villagers of the demo have sent in over the web these days and no clerk has looked at yet."""

from datetime import date, timedelta
from io import BytesIO
from random import Random
from uuid import UUID

from PIL import Image, ImageDraw

from julu_liaison.management.demo import words
from julu_liaison.management.demo.county import Demo, moment
from opinions.services.entries import enter_by_villager

FROM = ("GT01", "GT03", "YT02", "JL05")  # the clerks of the demo accounts find some waiting
SKY, ROAD, HOLE = "#a9c4d8", "#8d8a84", "#4c4842"


def send_in(demo: Demo, rng: Random, *, today: date) -> None:
    """One matter each from some villages, of the last two days; every other one with a picture."""
    for number, code in enumerate(FROM):
        branch, day = demo.branch(code), today - timedelta(days=1 + number % 2)
        village = rng.choice(demo.villages[branch.code])
        enter_by_villager(
            branch=branch, text=words.matter(rng, village, branch.parent.name).text, village=village,
            confidential=number % 3 == 0, photos=[] if number % 2 else [_picture(rng)],
            form_key=UUID(int=rng.getrandbits(128), version=4), at=moment(day, rng.randint(8, 19)),
        )  # fmt: skip


def _picture(rng: Random) -> bytes:
    """A road with holes, drawn."""
    picture = Image.new("RGB", (1200, 900), SKY)
    drawn = ImageDraw.Draw(picture)
    drawn.polygon([(0, 900), (480, 380), (720, 380), (1200, 900)], fill=ROAD)
    for _ in range(rng.randint(3, 6)):
        x, y = rng.randint(420, 720), rng.randint(500, 820)
        drawn.ellipse((x, y, x + y // 4, y + y // 10), fill=HOLE)
    file = BytesIO()
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()
