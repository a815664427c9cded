"""The shape of the register of personal data (个人信息保护法 art. 17, 45, 51); it knows no app.

Each app says beside its rules what its tables hold of whom (`PERSONAL_DATA`); `julu_liaison.personal` joins them, draws
everybody's own report from them, and a test fails for a column that none of them names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import TextChoices

from julu_liaison.common.errors import DomainError
from julu_liaison.common.working_days import Calendar

# Why it may be held (art. 13), and for how long: words that several apps share.
DUTY = "履行法定职责(代表法、监督法)"
CONSENT = "本人同意,可以随时撤回"
SAFETY = "网络安全法:登录和操作要留记录"
OFFICIAL = "履职记录是公务档案,按档案规定长期保存,不能删除;写错的可以更正"
WITH_ACCOUNT = "岗位结束、账号停用后保留备查"
NIGHTLY = "过期后每天夜里自动清除"

# In what way a person without an account asks for something: chosen, since free words could name somebody.
ASKED_HOW = ("本人当面提出", "本人打电话提出", "本人来信提出", "家属代为提出")
ANSWERED_WITHIN = 15  # working days; the law says 及时 (art. 50)
LONGEST_HOLIDAYS = timedelta(days=60)  # so many working days never take longer, whatever holidays lie between


def answer_day(today: date) -> date:
    """Return the day by which whoever asks on `today` has to be answered (one query)."""
    return Calendar.load(today, today + LONGEST_HOLIDAYS).add_working_days(today, ANSWERED_WITHIN)


def demand_how(how: str) -> None:
    """Raise DomainError unless `how` is one of ASKED_HOW."""
    if how not in ASKED_HOW:
        raise DomainError("请选是怎么提出的。", fields={"how": "请选是怎么提出的"})


class Whose(TextChoices):
    """Whom a row is about."""

    ACCOUNT = "account", "有账号的人"
    DEPUTY = "deputy", "人大代表"
    VILLAGER = "villager", "群众"
    OFFICIAL = "official", "督办领导"


@dataclass(frozen=True)
class Held:
    """One kind of personal data: columns of one model, of whom, what for, on what ground, how long, who sees it.

    `owner` is the look-up from a row to the account that it is about (several parted by `|`), compared with the account's
    attribute `by`; empty: of people without one. `shown` are look-ups of what belongs into that person's own report; of
    all else only how many rows there are is told, since their words may be about somebody else: of a villager's row the
    account is merely the deputy whose work it is. `page` names the address where the person reads them. `correctable`
    are those of the shown columns that may be asked to be corrected (the others have ways of their own: the log, 复核),
    and `named_by` tells the rows of a line apart.
    """

    key: str
    title: str
    whose: Whose
    model: str
    columns: str
    purpose: str
    basis: str
    kept: str
    seen_by: str
    owner: str = ""
    by: str = "pk"
    shown: str = ""
    page: str = ""
    is_one: bool = False  # one row a person: its values stand on the page
    correctable: str = ""
    named_by: str = ""

    @property
    def shown_names(self) -> list[str]:
        return [part.partition("=")[0] for part in self.shown.split()]

    @property
    def own_titles(self) -> dict[str, str]:
        """Titles for columns whose model has none in Chinese, written `column=标题`."""
        return {name: title for name, _sign, title in (part.partition("=") for part in self.shown.split()) if title}


@dataclass(frozen=True)
class Declaration:
    """What one app holds: the register's lines, and every other column of its tables by the reason why it is no line.

    `acts`: who did something in office (recorded by, decided by); what it was is read in the audit trail. `nothing`: no
    personal data at all. Both map a model to its columns, parted by spaces.
    """

    held: tuple[Held, ...] = ()
    acts: Mapping[str, str] = field(default_factory=dict)
    nothing: Mapping[str, str] = field(default_factory=dict)

    def columns(self) -> list[tuple[str, str]]:
        """Every (model, column) named, as often as it is."""
        lines = [(one.model, one.columns) for one in self.held]
        return [
            (model, column)
            for model, columns in [*lines, *self.acts.items(), *self.nothing.items()]
            for column in columns.split()
        ]
