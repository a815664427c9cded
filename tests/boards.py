"""A branch's board for the tests, and looking at what was printed of it."""

import re
from datetime import date
from io import BytesIO

from pypdf import PdfReader

from deputies.posters import Rendition
from deputies.posters.boards import BoardFacts, BoardPerson, board_size, draw_board

NAMES = (
    "张建国 李桂芳 陈卫 王志强 刘玉梅 赵德明 孙㐂兰 周文 吴秀英 郑海涛 王磊 冯淑敏 欧阳志远 褚立新 卫红 蒋大伟 沈国栋"
)
RARE = "\U0002b740"  # 𫝀, in neither of the two fonts
QR_URL = "https://example.org/b/GT01/"


def person(number: int = 0, **changes) -> BoardPerson:
    """One of seventeen; the first is the head."""
    fields = {
        "code": f"D{number:04d}",
        "name": NAMES.split()[number],
        "levels_label": "县、镇人大代表",
        "is_head": number == 0,
        "employer": f"官亭镇第{number}中心小学",
        "position": f"第{number}组教师",
        "contact_scope": f"联系安家庄村{number}组选民,听取道路、水利意见",
        "phone": f"199000{number:05d}",
        "photo": None,
    }
    return BoardPerson(**fields | changes)


def board(people: int | list[BoardPerson] = 6, **changes) -> BoardFacts:
    """A branch's board for that many, or for these, deputies."""
    fields = {
        "county_code": "JLX",
        "place_code": "GT01",
        "title": "官亭镇人大代表联络站第一分站",
        "subtitle": "代表联系群众公示栏",
        "people": [person(number) for number in range(people)] if isinstance(people, int) else people,
        "duty_hours": "每星期日 上午9:00—11:30",
        "place": "官亭镇便民服务中心一楼",
        "station_phone": "0319-5550100",
        "upcoming": [(date(2026, 11, 29), ["王志强", "刘玉梅"]), (date(2026, 12, 6), ["张建国", "陈卫"])],
        "qr_url": QR_URL,
        "maker": "巨鹿县人大常委会",
        "edition_label": "第3版",
        "edited_on": date(2026, 11, 20),
    }
    return BoardFacts(**fields | changes)


def pages(pdf: bytes) -> list[str]:
    """Each page's text without the white space, which only says where lines were broken."""
    return [re.sub(r"[\s\u2060]+", "", page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages]


def texts_of(deputy: BoardPerson) -> list[str]:
    fields = (deputy.name, deputy.levels_label, deputy.employer, deputy.position, deputy.contact_scope, deputy.phone)
    return [re.sub(r"\s", "", text) for text in fields]


def render_board(facts: BoardFacts, size: str, *, png: bool = False) -> bytes:
    return draw_board(facts, board_size(size), Rendition(png=png)).content
