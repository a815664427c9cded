"""The columns of the deputies' register (代表名册), and what each cell must hold.

Readers turn a cell into a value; they raise DomainError with a sentence that says what to do.
"""

import re
from datetime import date, datetime

from deputies.models import Deputy, Mandate
from deputies.states import LEVEL_ORDER, Gender, MandateLevel, MembershipRole
from julu_liaison.common.errors import DomainError
from julu_liaison.common.registers.cells import day_of_serial
from julu_liaison.common.spreadsheets import Cell, Column
from julu_liaison.common.texts import clean_text, half_width, squeezed
from stations.rules.columns import BRANCH, STATION

NAME = Column(
    "name",
    "姓名",
    ("代表姓名", "名字"),
    required=True,
    shared=False,
    width=14,
    example="张三",
    help="必填。照身份证填,生僻字照原样;两个字的名字中间有没有空格都可以。",
)
GENDER = Column("gender", "性别", width=6, help="男或女。", example="女", choices=("男", "女"))
ETHNICITY = Column("ethnicity", "民族", width=8, help="照户口本填。", example="汉族")
BIRTH = Column(
    "birth_month",
    "出生年月",
    ("出生日期", "出生时间", "出生", "生日"),
    width=11,
    example="1978-05",
    help="写到月,如 1978-05、1978.05、1978年5月。",
)
LEVELS = Column(
    "levels",
    "代表层级",
    ("层级", "代表级别", "级别", "代表类别"),
    required=True,
    width=12,
    example="县、乡",
    help="必填。省、市、县、乡,几个层级用顿号隔开;镇就是乡。",
)
TERM = Column(
    "term",
    "届次",
    ("届别", "届", "代表届次"),
    width=12,
    example="第十七届",
    help="各层级不一样时,按层级从高到低用分号隔开,如 第十七届;第十二届。",
)
CONSTITUENCY = Column(
    "constituency",
    "选区",
    ("选举单位", "所在选区", "原选区", "选区名称"),
    width=16,
    example="官亭第三选区",
    help="各层级不一样时,写法同届次。",
)
CERTIFICATE = Column(
    "certificate_number",
    "代表证号",
    ("代表证", "证号", "代表证编号", "代表证号码"),
    width=14,
    example="冀巨县代0123",
    help="各层级不一样时,写法同届次。",
)
EMPLOYER = Column(
    "employer", "工作单位", ("单位", "所在单位"), width=24, help="印在公示牌上。", example="官亭镇中心小学"
)
POSITION = Column("position", "职务", ("单位职务", "工作职务"), width=14, help="印在公示牌上。", example="教师")
PHONE = Column(
    "phone",
    "联系电话",
    ("电话", "手机", "手机号", "手机号码", "电话号码", "联系方式"),
    width=15,
    example="19900001234",
    help="11位手机号,或带区号的座机 0319-1234567。同一分站有同名的必须填。",
)
SCOPE = Column(
    "contact_scope", "联系内容", ("联系领域", "联系范围"), width=20, help="印在公示牌上。", example="教育、道路"
)
ROLE = Column(
    "role",
    "分站职务",
    ("站内职务", "分站内职务", "驻站职务"),
    width=10,
    choices=("站长", "成员"),
    example="成员",
    help="站长或成员,空着就是成员。站长要有县级代表资格,每个分站一位。",
)
NOTE = Column("note", "备注", ("说明",), width=20)

COLUMNS = (
    NAME, GENDER, ETHNICITY, BIRTH, LEVELS, TERM, CONSTITUENCY, CERTIFICATE, EMPLOYER, POSITION, PHONE, SCOPE, STATION,
    BRANCH, ROLE, NOTE,
)  # fmt: skip
TITLES = {column.key: column.title for column in COLUMNS}
# Columns whose text stands in the Deputy's column of the same name.
PLAIN = (NAME, GENDER, ETHNICITY, BIRTH, EMPLOYER, POSITION, PHONE, SCOPE, NOTE)
SEATS = (TERM, CONSTITUENCY, CERTIFICATE)  # one text for all levels or one each; columns of Mandate
PRINTED = (NAME, EMPLOYER, POSITION, SCOPE)

LONGEST = {column.key: Deputy._meta.get_field(column.key).max_length for column in PLAIN}
LONGEST |= {column.key: Mandate._meta.get_field(column.key).max_length for column in SEATS}

SIMPLE_LEVELS = {"省": MandateLevel.PROVINCE, "市": MandateLevel.CITY, "县": MandateLevel.COUNTY,
                 "区": MandateLevel.COUNTY, "乡": MandateLevel.TOWNSHIP, "镇": MandateLevel.TOWNSHIP}  # fmt: skip
LEVEL_WORDS = re.compile(r"人民代表大会|人大代表|人大|代表|级|[()]")
LEVEL_JOINTS = re.compile(r"[、,，;；/\\|+&和及兼与.·]+")
SEAT_JOINTS = re.compile(r"[;；\r\n]")

ROLES = {"": MembershipRole.MEMBER, "站长": MembershipRole.HEAD, "分站站长": MembershipRole.HEAD,
         "成员": MembershipRole.MEMBER, "分站成员": MembershipRole.MEMBER, "代表": MembershipRole.MEMBER,
         "驻站代表": MembershipRole.MEMBER}  # fmt: skip
GENDERS = {"男": Gender.MALE, "男性": Gender.MALE, "女": Gender.FEMALE, "女性": Gender.FEMALE}

YEAR_MONTH = re.compile(r"(\d{4})[年./\-](\d{1,2})(?:[月./\-](?:(\d{1,2})日?)?)?(?:T?\d{1,2}:\d{2}(?::\d{2})?)?")
RUN_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})?")
EARLIEST_BIRTH = 1900
LAST_YEAR = 2100


def read_gender(cell: Cell) -> str:
    text = squeezed(cell.text)
    if text and text not in GENDERS:
        raise DomainError("性别请填男或女。")
    return GENDERS[text].value if text else ""


def read_role(cell: Cell) -> str:
    text = squeezed(cell.text)
    if text not in ROLES:
        raise DomainError("分站职务请填站长或成员。")
    return ROLES[text]


def read_levels(cell: Cell) -> list[str]:
    """`县、乡`, `县,镇人大代表`, `县乡` → levels in official order; 镇 counts as 乡."""
    words = [word for word in LEVEL_JOINTS.split(LEVEL_WORDS.sub("", squeezed(cell.text))) if word]
    if not words:
        raise DomainError("没有填代表层级,请填省、市、县、乡中的一个或几个。")
    found = set()
    for word in words:
        if not set(word) <= set(SIMPLE_LEVELS):
            raise DomainError("代表层级只有省、市、县、乡,几个层级用顿号隔开,如“县、乡”。")
        found |= {SIMPLE_LEVELS[character] for character in word}
    return [level for level in LEVEL_ORDER if level in found]


def read_seats(cell: Cell, title: str, levels: list[str]) -> list[str]:
    """One text for all `levels`, or one each split by semicolons. Returns one a level; empty ones are unknown."""
    parts = SEAT_JOINTS.split(cell.text) if len(levels) > 1 else [cell.text]
    if len(parts) == 1:
        parts = parts * len(levels)
    if len(parts) != len(levels):
        raise DomainError(f"{title}要么填一个,要么{len(levels)}个层级各填一个,用分号隔开。")
    return [half_width(clean_text(part)) for part in parts]


def read_birth_month(cell: Cell, epoch: datetime, today: date) -> date | None:
    """Return the first day of the month: `1978.05`, `1978年5月`, `197805`, `19780501`, a date or a date's serial."""
    month = _birth_month(cell, epoch)
    if month and (month.year < EARLIEST_BIRTH or month > today):
        raise DomainError(f"{month.year}年{month.month}月不像出生年月,请核对。")
    return month


def _birth_month(cell: Cell, epoch: datetime) -> date | None:
    if isinstance(cell.value, date):  # a datetime is one, too
        return date(cell.value.year, cell.value.month, 1)
    text = squeezed(cell.text)
    if not text:
        return None
    if isinstance(cell.value, float) and not cell.value.is_integer() and cell.value < LAST_YEAR:
        text = _year_point_month(cell)
    match = YEAR_MONTH.fullmatch(text) or RUN_TOGETHER.fullmatch(text)
    if match:
        return _first_of_month(int(match[1]), int(match[2]), int(match[3] or 1))
    if day := day_of_serial(text, epoch):
        return day.replace(day=1)
    raise DomainError("出生年月看不懂,请写成 1978-05 这样。")


def _year_point_month(cell: Cell) -> str:
    """1978.05 and 1978.5 as numbers; 1978.1 may be 1978.10 without its zero, and only a format 0.00 tells."""
    text = f"{cell.value:.2f}"
    if not text.endswith("0"):
        return text
    if text.endswith(".10") and "0.00" not in cell.number_format:
        raise DomainError(f"“{text[:-1]}”看不出是1月还是10月,请改成{text[:4]}-01或{text[:4]}-10。")
    return text if text.endswith(".10") else text[:-1]


def _first_of_month(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day).replace(day=1)
    except ValueError as error:
        raise DomainError("没有这个年月,请核对,写成 1978-05 这样。") from error
