"""What a cell must hold. Readers turn it into a value; they raise DomainError with a sentence that says what to do."""

import re
from datetime import date, datetime

from openpyxl.utils.datetime import from_excel

from julu_liaison.common.errors import DomainError
from julu_liaison.common.spreadsheets import Cell
from julu_liaison.common.texts import checked_name, checked_phone, clean_text, half_width, phone_digits, squeezed

SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?(\d{1,2})")
DAY = re.compile(r"(\d{4})[年./\-](\d{1,2})[月./\-](\d{1,2})日?(?:T?\d{1,2}:\d{2}(?::\d{2})?)?")
DAY_RUN_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})")
SERIAL = re.compile(r"\d{4,5}(\.\d+)?")
SERIALS = range(3654, 73051)  # 1910 to 2099
YEARS = range(1900, 3000)
YES_NO = {"是": True, "要": True, "有": True, "对": True, "√": True, "Y": True, "YES": True, "TRUE": True, "1": True,
          "否": False, "不": False, "不要": False, "无": False, "不是": False, "×": False, "N": False, "NO": False,
          "FALSE": False, "0": False}  # fmt: skip
LARGEST_NUMBER = 99_999


def demand_value(cell: Cell) -> None:
    """Refuse formulas and error values, which hold no fact of their own."""
    if cell.kind == "e":
        raise DomainError("这一格是错误值,请改成要填的内容。")
    if cell.kind == "f":
        raise DomainError("这一格是公式,请“选择性粘贴”为数值。")


def read_text(cell: Cell) -> str:
    return clean_text(cell.text)


def read_code(cell: Cell) -> str:
    """A code or an account: half-width, without spaces."""
    return half_width(squeezed(cell.text))


def read_name(cell: Cell) -> str:
    return checked_name(cell.text)


def read_phone(cell: Cell) -> tuple[str, str]:
    """Return a phone as digits (landlines keep their hyphens), and a warning or an empty string."""
    text = phone_digits(cell.text)
    if not text:
        return "", ""
    warning = ""
    if match := SCIENTIFIC.fullmatch(text):
        whole, decimals, power = match[1], match[2] or "", int(match[3])
        text = (whole + decimals).ljust(power + 1, "0")
        if len(decimals) < power:
            warning = f"号码写成了科学计数法,读作{text},请核对后几位。"
    return checked_phone(text), warning


def read_yes_no(cell: Cell) -> bool | None:
    text = squeezed(cell.text).upper()
    if text and text not in YES_NO:
        raise DomainError("请填是或否。")
    return YES_NO[text] if text else None


def read_number(cell: Cell) -> int | None:
    text = squeezed(cell.text)
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) > LARGEST_NUMBER:
        raise DomainError(f"请填0到{LARGEST_NUMBER}的整数。")
    return int(text)


def read_day(cell: Cell, epoch: datetime) -> date | None:
    """`2026-03-01`, `2026.3.1`, `2026年3月1日`, `20260301`, a date or a date's serial."""
    if isinstance(cell.value, datetime):
        return _sensible(cell.value.date())
    if isinstance(cell.value, date):
        return _sensible(cell.value)
    text = squeezed(cell.text)
    if not text:
        return None
    if match := DAY.fullmatch(text) or DAY_RUN_TOGETHER.fullmatch(text):
        try:
            return _sensible(date(int(match[1]), int(match[2]), int(match[3])))
        except ValueError as error:
            raise DomainError("没有这一天,请核对,写成 2026-03-01 这样。") from error
    if day := day_of_serial(text, epoch):
        return day
    raise DomainError("日期看不懂,请写成 2026-03-01 这样。")


def day_of_serial(text: str, epoch: datetime) -> date | None:
    """Return the day that a spreadsheet's number for a date means, or None for any other number or text."""
    if not SERIAL.fullmatch(text) or int(float(text)) not in SERIALS:
        return None
    day = from_excel(float(text), epoch)
    return date(day.year, day.month, day.day)


def _sensible(day: date) -> date:
    if day.year not in YEARS:
        raise DomainError("年份不对,请核对,写成 2026-03-01 这样。")
    return day
