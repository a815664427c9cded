"""The columns of a list of suggestions and opinions, and what their cells must hold."""

import re

from activities.rules import guess_category
from activities.states import Category
from julu_liaison.common.errors import DomainError
from julu_liaison.common.registers import RowReader
from julu_liaison.common.spreadsheets import Cell, Column
from julu_liaison.common.texts import clean_text, squeezed
from opinions.services.suggestions.filing import LONGEST_TITLE
from opinions.states import Kind

LONGEST_ORIGINAL = 40
KINDS = {
    "": (Kind.SUGGESTION, False), "建议": (Kind.SUGGESTION, False), "代表建议": (Kind.SUGGESTION, False),
    "建议批评和意见": (Kind.SUGGESTION, False), "议案": (Kind.SUGGESTION, True), "代表议案": (Kind.SUGGESTION, True),
    "社情民意": (Kind.OPINION, False), "意见": (Kind.OPINION, False), "群众意见": (Kind.OPINION, False),
}  # fmt: skip
CATEGORIES = {squeezed(label): value for value, label in Category.choices}

KIND = Column(
    "kind", "性质", ("类型", "种类", "建议性质"), width=10, help="建议、议案或社情民意,空着就是建议。", example="建议",
    choices=("建议", "议案", "社情民意"),
)  # fmt: skip
TITLE = Column(
    "title", "标题", ("案由", "建议标题", "建议名称", "题目", "名称", "建议题目"), required=True, shared=False, width=30,
    help=f"建议和议案必填,最多{LONGEST_TITLE}字。", example="关于整修安家庄村西田间道路的建议",
)  # fmt: skip
TEXT = Column(
    "text", "内容", ("建议内容", "具体内容", "主要内容", "正文", "内容摘要", "详细内容"), shared=False, width=50,
    help="可以分段。空着就用标题。请不要写群众的姓名和电话。", example="村西田间道路塌陷约一百米,请修复。",
)  # fmt: skip
CATEGORY = Column(
    "category", "类别", ("分类", "领域", "建议类别"), width=12, help="空着就按内容自动归类。", example="道路交通",
    choices=tuple(Category.labels),
)  # fmt: skip
LEAD = Column(
    "deputy", "领衔代表", ("代表", "代表姓名", "提出代表", "领衔人", "建议人", "提出人", "领衔代表姓名"), required=True,
    width=12, help="建议和议案必填。有重名的,请填分站。", example="张三",
)  # fmt: skip
BRANCH = Column(
    "branch", "分站", ("所属分站", "所在分站", "代表分站", "联络分站"), width=18,
    help="代表有重名时用来分清;没有代表的社情民意必填。名称见“分站名称”表,前面写上乡镇。", example="官亭镇第一分站",
)  # fmt: skip
COSIGNERS = Column(
    "cosigners", "附议代表", ("附议人", "联名代表", "联名人", "附议"), width=20,
    help="用顿号隔开。有重名的在后面写上分站,如 王芳(官亭镇第二分站)。", example="李四、王五",
)  # fmt: skip
RAISED = Column(
    "on", "提出日期", ("日期", "提出时间", "收到日期", "交来日期"), width=12,
    help="如 2026-01-20。空着就用上传时填的日期。", example="2026-01-20",
)  # fmt: skip
LEAD_OFFICE = Column(
    "department", "承办部门", ("承办单位", "主办单位", "主办部门", "承办"), width=18,
    help="只填一个,名称见“部门名称”表;空着就等县里交办。", example="县交通运输局",
)  # fmt: skip
OFFICES = Column(
    "assisting", "协办部门", ("协办单位", "会办单位", "会办部门", "协办"), width=18, help="几个部门用顿号隔开。",
    example="县水利局",
)  # fmt: skip
PUBLISHED = Column(
    "may_publish", "是否公开", ("公开", "同意公开", "可否公开", "是否同意公开"), width=10, help="是或否,空着就是“是”。",
    example="是", choices=("是", "否"),
)  # fmt: skip
ORIGINAL = Column(
    "original_number", "原编号", ("建议编号", "建议号", "案号", "原号"), width=10,
    help="交来时的编号,记在办理过程里。", example="012",
)  # fmt: skip

COLUMNS = (
    KIND, TITLE, TEXT, CATEGORY, LEAD, BRANCH, COSIGNERS, RAISED, LEAD_OFFICE, OFFICES, PUBLISHED, ORIGINAL,
)  # fmt: skip


def read_kind(cell: Cell) -> tuple[str, bool]:
    """`建议`, `议案`, `社情民意` → kind, and whether it is a motion."""
    text = re.sub(r"[、,\s]", "", squeezed(cell.text))
    if text not in KINDS:
        raise DomainError("性质请填建议、议案或社情民意。")
    return KINDS[text]


def read_story(cell: Cell) -> str:
    """A text with its paragraphs; what cannot be seen goes, and empty lines."""
    lines = [clean_text(line) for line in cell.text.splitlines()]
    return "\n".join(line for line in lines if line)


def category_of(reader: RowReader, text: str) -> str:
    """The category that is named; for none, and for one that is not ours, what the words are about."""
    named = reader.value(CATEGORY, lambda cell: squeezed(cell.text)) or ""
    if named in CATEGORIES:
        return CATEGORIES[named]
    guessed = guess_category(text, [])
    if named:
        reader.warn(CATEGORY, f"没有这个类别,按内容归到“{Category(guessed).label}”。")
    return guessed
