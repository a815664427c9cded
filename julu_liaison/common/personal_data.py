"""The shape of the register of personal data (个人信息保护法 art. 17, 45, 51); it knows no app.

Each app says beside its rules what its tables hold of whom (`PERSONAL_DATA`); `julu_liaison.personal` joins them, draws
everybody's own report from them, and a test fails for a column that none of them names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import TextChoices

# Why it may be held (art. 13), and for how long: words that several apps share.
DUTY = "履行法定职责(代表法、监督法)"
CONSENT = "本人同意,可以随时撤回"
SAFETY = "网络安全法:登录和操作要留记录"
OFFICIAL = "履职记录是公务档案,按档案规定长期保存,不能删除;写错的可以更正"
WITH_ACCOUNT = "岗位结束、账号停用后保留备查"
NIGHTLY = "过期后每天夜里自动清除"


class Whose(TextChoices):
    """Whom a row is about."""

    ACCOUNT = "account", "有账号的人"
    DEPUTY = "deputy", "人大代表"
    VILLAGER = "villager", "群众"


@dataclass(frozen=True)
class Held:
    """One kind of personal data: columns of one model, of whom, what for, on what ground, how long, who sees it.

    `owner` is the look-up from a row to the key of the account that it is about; empty: of people without one (villagers).
    `shown` are the columns whose values belong into that person's own report; of all else only how many rows there are
    is told, since their words may be about somebody else. `page` names the address where the person reads them.
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
    shown: str = ""
    page: str = ""
    is_one: bool = False  # one row a person: its values stand on the page

    @property
    def column_names(self) -> list[str]:
        return self.columns.split()

    @property
    def shown_names(self) -> list[str]:
        return self.shown.split()


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
