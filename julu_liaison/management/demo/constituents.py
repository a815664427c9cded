"""Whom the demo county's deputies keep in touch with: invented voters, and contacts with them over the year."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from deputies.models import Constituent, Deputy, Mandate
from deputies.rules import CONSTITUENCY_LEVELS
from deputies.services import NewConstituent, NewContact, load_constituents, load_contacts
from deputies.states import ContactForm
from julu_liaison.management.demo.county import Demo, moment
from julu_liaison.management.demo.names import NameGiver
from julu_liaison.management.demo.places import OPENED
from stations.models import Village

HOW_MANY = {5: 80, 4: 8, 3: 6, 2: 2, 0: 4}  # constituents of a deputy: shares
CONTACTS = {0: 6, 1: 20, 2: 34, 4: 30, 6: 10}  # with one constituent a year: shares of deputies
HAS_PHONE = 0.85
FORMS = {ContactForm.VISIT: 45, ContactForm.PHONE: 30, ContactForm.MEETING: 20, ContactForm.ONLINE: 5}
STANDINGS = (
    "", "", "", "种植大户", "养殖户", "独居老人", "低保户", "外出务工", "个体经营", "退役军人", "党员", "村民组长",
)  # fmt: skip
MATTERS = (
    "", "", "", "问了今年的收成和灌溉", "讲了医保缴费的时间", "反映胡同口路灯不亮,已带回", "问了孩子上学的路上是否安全",
    "说了土地流转的价格", "看望,没有困难要反映", "希望村里多组织体检", "问了低保怎样申请", "讲了防火和用电安全",
)  # fmt: skip


def get_acquainted(demo: Demo, rng: Random, *, first: date, today: date) -> None:
    """Give most county and township deputies five constituents each, and contacts from `first` up to `today`."""
    at, names, phones = moment(today, 18), NameGiver(), _phones(rng)
    villages = _villages(demo)
    called = set(_called(demo, today))
    for township in demo.townships:
        people = [
            person
            for branch in demo.branches_of(township)
            for deputy in demo.members[branch.pk]
            if deputy.pk in called
            for person in _voters(rng, deputy, villages[branch.pk], names, phones, first)
        ]
        clerk = demo.clerks[township.pk]
        known = load_constituents(county=demo.centre, people=people, actor=clerk, at=at)
        contacts = list(_contacts(rng, known, first, today))
        load_contacts(county=demo.centre, contacts=contacts, actor=clerk, at=at)


def _called(demo: Demo, today: date) -> Iterator[int]:
    """Keys of the deputies who keep in touch with constituents."""
    mandates = Mandate.objects.in_force(today).filter(deputy__county=demo.centre, level__in=CONSTITUENCY_LEVELS)
    yield from mandates.values_list("deputy", flat=True)


def _villages(demo: Demo) -> dict[int, list[Village]]:
    villages = defaultdict(list)
    for village in Village.objects.filter(branch__county=demo.centre).order_by("pk"):
        villages[village.branch_id].append(village)
    return villages


def _phones(rng: Random) -> Iterator[str]:
    """Phones of the unassigned block that no deputy has."""
    taken = set(Deputy.objects.exclude(phone="").values_list("phone", flat=True))
    free = [phone for phone in (f"1990000{number:04d}" for number in range(1000, 10_000)) if phone not in taken]
    rng.shuffle(free)
    yield from free


def _voters(
    rng: Random, deputy: Deputy, villages: list[Village], names: NameGiver, phones: Iterator[str], first: date
) -> Iterator[NewConstituent]:
    days = (first - OPENED).days
    for _ in range(_drawn(rng, HOW_MANY)):
        yield NewConstituent(
            deputy=deputy,
            name=names.person(rng, women=0.45).name,
            phone=next(phones) if rng.random() < HAS_PHONE else "",
            village=rng.choice(villages),
            note=rng.choice(STANDINGS),
            started_on=OPENED + timedelta(days=rng.randint(days // 2, days)),
        )


def _contacts(rng: Random, known: list[Constituent], first: date, today: date) -> Iterator[NewContact]:
    """Some deputies are often in touch, some hardly ever; every voter of one deputy alike, more or less."""
    days = (today - first).days
    eagerness = {key: _drawn(rng, CONTACTS) for key in sorted({row.deputy_id for row in known})}
    for row in known:
        wanted = eagerness[row.deputy_id]
        for day in sorted(rng.randint(0, days) for _ in range(rng.randint(wanted // 2, wanted))):
            yield NewContact(row, first + timedelta(days=day), _drawn(rng, FORMS), rng.choice(MATTERS))


def _drawn(rng: Random, shares: dict):
    return rng.choices(list(shares), list(shares.values()))[0]
