"""The handbook's pictures, taken while its tasks are done in the browser, so that none shows a page that is no more.

Each picture has the words of the controls it shows beside it in docs/handbook/images/pictures.json. A test that comes by and
finds other words fails; `HANDBOOK_PICTURES=new` takes the pictures anew: `make handbook`.
"""

import json
import os
import re
from io import BytesIO

from PIL import Image
from playwright.sync_api import Locator, Page

from deputies.models import Deputy
from julu_liaison.accounts.models import User
from julu_liaison.handbook import PICTURES

ANEW = os.environ.get("HANDBOOK_PICTURES") == "new"
LIST = PICTURES / "pictures.json"
COLOURS = 96  # of 256; a page has few, and the file is a third of the size
# Headings, buttons and labels: what the text beside the picture speaks of. Data differs from day to day.
WORDS = """(here) => [...here.querySelectorAll('h1, h2, h3, button, label, legend, th, summary')]
    .filter((one) => one.offsetParent !== null).map((one) => one.innerText.trim())"""
# Numbers, days of the week, and dates, which have a year only where it is another one.
CHANGES = re.compile(r"(?:\d{4}年(?=\d+月\d+日))?[\d,.:/-]+|(?<=[周期])[一二三四五六日]")

# What the people of the cast are called in the pictures, by account; generated, like everybody's names in the demo county.
NAMES = {
    "xian": "刘文博", "xian2": "高雅琴", "xitong": "孟凡林", "anquan": "曹立新", "shenji": "冯玉珍", "guanting": "王秀兰",
    "yantuan": "宋淑敏", "jiaotong": "韩志刚", "jiaotong2": "董建军", "shuili": "崔海燕", "zhanzhang": "赵国庆", "daibiao": "李春梅",
}  # fmt: skip
# … and deputies without an account, by what the cast calls them
OTHERS = {"钱站长": "钱玉山", "孙站长": "孙立成"}


def name_people() -> None:
    """Give the cast names that a reader takes for people."""
    for called, name in OTHERS.items():
        Deputy.objects.filter(name=called).update(name=name)
    for username, name in NAMES.items():
        User.objects.filter(username=username).update(name=name)
        Deputy.objects.filter(user__username=username).update(name=name)


def take_picture(page: Page, name: str, *, of: Locator | None = None, marked: Locator | None = None) -> None:
    """Take the picture `name` of the handbook: of the window, or `of` an element, with a frame around what is `marked`.

    Fails where it is not the picture that the handbook shows.
    """
    found = _words(page, of)
    if ANEW:
        _save(page, name, found, of, marked)
    known = json.loads(LIST.read_text()).get(name)
    assert known, f"the handbook has no picture {name}: HANDBOOK_PICTURES=new takes it"
    assert found == known["words"], f"{name} shows another page: read what the handbook says, then `make handbook`"


def _words(page: Page, of: Locator | None) -> list[str]:
    said = (of or page.locator("body")).evaluate(WORDS)
    return sorted({re.sub(r"\s+", " ", CHANGES.sub("_", words)) for words in said if words})


def _save(page: Page, name: str, words: list[str], of: Locator | None, marked: Locator | None) -> None:
    if marked:
        marked.evaluate("(one) => { one.style.outline = '3px solid #d4380d'; one.style.outlineOffset = '2px'; }")
    taken = of.screenshot() if of else page.screenshot()
    if marked:
        marked.evaluate("(one) => { one.style.outline = ''; one.style.outlineOffset = ''; }")
    picture = Image.open(BytesIO(taken)).convert("RGB")
    scale = page.evaluate("window.devicePixelRatio")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURES / name, optimize=True)
    known = json.loads(LIST.read_text())
    known[name] = {"size": [round(side / scale) for side in picture.size], "words": words}
    LIST.write_text(json.dumps(dict(sorted(known.items())), ensure_ascii=False, indent=1) + "\n")
