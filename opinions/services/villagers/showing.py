"""What the link shows a villager of the own data: masked, with who has looked at it, and what became of requests."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from julu_liaison.common.models import AuditLog
from julu_liaison.common.secrets import masked_name, masked_phone
from julu_liaison.common.working_days import today_here
from opinions.models import HopFile, Opinion, VillagerRequest
from opinions.rules.asked import needs_contact
from opinions.states import STILL_ASKED, AskedFor, State
from stations.models import Posting
from stations.states import DEPARTMENT_ROLES, Role

LOOKED = ("look_at_villager", "reveal_villager")
# Who looked is told by the office they hold, never by name.
OFFICES = {
    Role.BRANCH_HEAD: "分站站长", Role.CLERK: "联络站工作人员", Role.DEPUTY: "代表",
    **dict.fromkeys((Role.COUNTY_ADMIN, Role.COUNTY_STAFF), "县人大工作人员"),
    **dict.fromkeys(DEPARTMENT_ROLES, "承办部门工作人员"),
}  # fmt: skip
OTHERS = "其他工作人员"


@dataclass(frozen=True)
class Looks:
    """How often people of one kind of office looked, and when last."""

    office: str
    times: int
    last: datetime


@dataclass(frozen=True)
class OwnData:
    """Everything on the villager's page. `given_to`: offices besides the people's congress that can read who it is."""

    ticket: Opinion
    name: str
    phone: str
    village: str
    photos: int
    looks: Sequence[Looks]
    given_to: Sequence[str]
    requests: Sequence[VillagerRequest]
    waits: bool  # the matter goes on, so that the phone is still needed

    @property
    def is_known(self) -> bool:
        return bool(self.name or self.phone or self.village)

    @property
    def may_ask(self) -> list[str]:
        """What can be asked for: each once at a time."""
        asked = {one.kind for one in self.requests if one.state in STILL_ASKED}
        return [kind.value for kind in AskedFor if kind not in asked] if self.is_known else []


def own_data_of(ticket: Opinion) -> OwnData:
    """Return what the link of `ticket` shows of its villager; a fixed number of queries."""
    is_given = ticket.department is not None and not ticket.confidential and ticket.state != State.REGISTERED
    return OwnData(
        ticket=ticket, name=masked_name(ticket.villager_name), phone=masked_phone(ticket.villager_phone),
        village=masked_name(ticket.villager_village), photos=_photos(ticket), looks=looks_at(_marks_of(ticket)),
        given_to=[ticket.department.name] if ticket.department and is_given else [],
        requests=list(ticket.villager_requests.order_by("-pk")[:5]), waits=needs_contact(ticket),
    )  # fmt: skip


def _photos(ticket: Opinion) -> int:
    return HopFile.objects.filter(hop__opinion=ticket, hop__move="register").count() if ticket.from_web else 0


def _marks_of(ticket: Opinion) -> list[str]:
    """What the audit trail calls the ticket and the visit behind it."""
    return [str(ticket.uid), *([str(ticket.visit.uid)] if ticket.visit else [])]


def looks_at(marks: Iterable[str]) -> list[Looks]:
    """Return who looked at the identity in tickets and visits (their uids), by office, the latest first; two queries."""
    rows = AuditLog.objects.filter(action__in=LOOKED, target_kind__in=("opinion", "visit"), target_key__in=list(marks))
    seen = list(rows.exclude(actor=None).order_by("at").values_list("actor", "at"))
    offices = Posting.objects.by_account({actor for actor, _at in seen})
    times: Counter[str] = Counter()
    last: dict[str, datetime] = {}
    for actor, at in seen:
        office = _office_on(offices.get(actor, []), today_here(at))
        times[office] += 1
        last[office] = at
    return [Looks(office, times[office], last[office]) for office in sorted(last, key=lambda one: last[one], reverse=True)]


def _office_on(postings: Sequence[Posting], on: date) -> str:
    """What the person was on that day; of several offices the first that OFFICES names."""
    roles = {one.role for one in postings if one.started_on <= on and (one.ended_on is None or on <= one.ended_on)}
    return next((words for role, words in OFFICES.items() if role in roles), OTHERS)
