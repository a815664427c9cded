"""The 865 invented deputies of the demo county: mandates, branches, work, phones, consent."""

from dataclasses import dataclass
from datetime import date
from random import Random

from deputies.services import NewDeputy, NewMandate, load_deputies
from deputies.states import MandateLevel, MembershipRole
from julu_liaison.management.demo.county import Demo
from julu_liaison.management.demo.names import Name, NameGiver
from julu_liaison.management.demo.places import LANDMARKS, OPENED
from julu_liaison.management.demo.portraits import HEIGHT, WIDTH
from stations.models import Station

PERSONS, SMALLEST, LARGEST = 865, 9, 15
HELD = {  # docs/domain.md §2: 944 mandates
    MandateLevel.PROVINCE: 2, MandateLevel.CITY: 26, MandateLevel.COUNTY: 226, MandateLevel.TOWNSHIP: 690,
}  # fmt: skip
CITY_ONLY = 10
TERMS = {
    MandateLevel.PROVINCE: ("第十四届", date(2023, 1, 11)),
    MandateLevel.CITY: ("第十六届", OPENED),
    MandateLevel.COUNTY: ("第十七届", OPENED),
    MandateLevel.TOWNSHIP: ("第十七届", OPENED),
}
CONSENT = {"photo": 0.95, "phone": 0.85}
FIRST_PHONE = 1000


@dataclass(frozen=True)
class Work:
    """A kind of work: {t} township, {v} village, {x} an invented firm's name; and what such a person knows about."""

    share: int
    employers: tuple[str, ...]
    positions: tuple[str, ...]
    matters: tuple[str, ...]


WORKS = (
    Work(24, ("{v}党支部",), ("党支部书记", "党支部书记、村委会主任", "支部委员"), ("道路交通", "农田水利", "土地")),
    Work(12, ("{v}村民委员会",), ("村委会主任", "村委会委员", "会计", "妇联主席"), ("社保救助", "环境卫生", "养老")),
    Work(18, ("{v}",), ("村民", "种粮大户", "养殖户", "农机手"), ("农田水利", "道路交通", "土地")),
    Work(10, ("{t}中心小学", "{t}初级中学", "{t}中心幼儿园"), ("教师", "校长", "教务主任"), ("教育", "食品安全")),
    Work(8, ("{t}卫生院", "{v}卫生室"), ("医生", "护士", "院长", "乡村医生"), ("医疗", "养老")),
    Work(9, ("{v}{x}金银花种植专业合作社", "{v}{x}杏树种植专业合作社"), ("理事长", "技术员"), ("农田水利", "土地")),
    Work(
        11,
        ("{x}机械制造有限公司", "{x}食品有限公司", "{x}橡塑制品有限公司", "{x}纺织有限公司"),
        ("总经理", "车间主任", "班组长", "技术工人"),
        ("其他", "环境卫生", "饮水用电"),
    ),
    Work(4, ("{t}综合服务中心", "{t}司法所", "{t}农业服务站"), ("主任", "科员", "农艺师"), ("社保救助", "农田水利")),
    Work(4, ("{v}超市", "{v}农资门市部"), ("负责人",), ("食品安全", "饮水用电")),
)
ALL_MATTERS = (
    "道路交通", "农田水利", "饮水用电", "社保救助", "教育", "医疗", "养老", "环境卫生", "住房", "食品安全", "土地",
)  # fmt: skip


def elect(rng: Random, demo: Demo, names: NameGiver, *, with_contacts: bool = True) -> None:
    """Load the county's deputies. Further counties go without phones (a block of 10,000) and portraits."""
    sizes = branch_sizes(rng, len(demo.branches))
    groups = names.deputies(rng, sizes)
    people = [
        (branch, name, MembershipRole.MEMBER if place else MembershipRole.HEAD)
        for branch, group in zip(demo.branches, groups, strict=True)
        for place, name in enumerate(group)
    ]
    levels = _levels(rng, [role == MembershipRole.HEAD for _branch, _name, role in people])
    phones = rng.sample(range(FIRST_PHONE, 10_000), len(people))
    new = []
    for index, (branch, name, role) in enumerate(people):
        columns = _columns(rng, demo, branch, name)
        if with_contacts:
            columns |= _contacts(rng, phones[index], index)
        mandates = tuple(_mandate(level, branch, demo) for level in sorted(levels[index]))
        new.append(NewDeputy(columns=columns, mandates=mandates, branch=branch, role=role, started_on=OPENED))
    for person, deputy in zip(new, load_deputies(county=demo.centre, people=new, actor=demo.admin), strict=True):
        demo.members.setdefault(person.branch.pk, []).append(deputy)


def branch_sizes(rng: Random, branches: int) -> list[int]:
    """Return 9 to 15 for every branch, 865 in all: some have more than twelve, the places of four Sundays."""
    sizes = [rng.randint(SMALLEST, LARGEST) for _ in range(branches)]
    while sum(sizes) != PERSONS:
        step = 1 if sum(sizes) < PERSONS else -1
        index = rng.randrange(branches)
        if SMALLEST <= sizes[index] + step <= LARGEST:
            sizes[index] += step
    return sizes


def _levels(rng: Random, heads: list[bool]) -> list[set[str]]:
    """Return everybody's levels: 226 with a county mandate (all heads), the others city or township; some hold two."""
    levels: list[set[str]] = [set() for _ in heads]
    others = [index for index, is_head in enumerate(heads) if not is_head]
    rng.shuffle(others)
    county = [index for index, is_head in enumerate(heads) if is_head]
    wanted = HELD[MandateLevel.COUNTY] - len(county)
    county, others = county + others[:wanted], others[wanted:]
    city, township = others[:CITY_ONLY], others[CITY_ONLY:]
    rng.shuffle(county)
    both = HELD[MandateLevel.TOWNSHIP] - len(township)
    township = township + county[:both]
    city = city + county[both : both + HELD[MandateLevel.CITY] - CITY_ONLY]
    province = county[-HELD[MandateLevel.PROVINCE] :]
    for level, holders in (
        (MandateLevel.COUNTY, county), (MandateLevel.TOWNSHIP, township), (MandateLevel.CITY, city),
        (MandateLevel.PROVINCE, province),
    ):  # fmt: skip
        for index in holders:
            levels[index].add(level)
    return levels


def _mandate(level: str, branch: Station, demo: Demo) -> NewMandate:
    term, started_on = TERMS[MandateLevel(level)]
    constituency = {
        MandateLevel.PROVINCE: "邢台市选举单位",
        MandateLevel.CITY: f"{demo.centre.name}选举单位",
        MandateLevel.COUNTY: f"{branch.parent.name}第{branch.official_order}选区",
        MandateLevel.TOWNSHIP: f"{demo.villages[branch.code][0]}选区",
    }[MandateLevel(level)]
    return NewMandate(level, term, constituency, started_on)


def _columns(rng: Random, demo: Demo, branch: Station, name: Name) -> dict:
    work = rng.choices(WORKS, [work.share for work in WORKS])[0]
    village = rng.choice(demo.villages[branch.code])
    words = {"t": branch.parent.name, "v": village, "x": rng.choice(LANDMARKS)}
    more = [matter for matter in ALL_MATTERS if matter not in work.matters]
    scope = list(work.matters[: rng.randint(1, 2)]) + rng.sample(more, rng.randint(1, 2))
    return {
        "name": name.name, "gender": name.gender, "ethnicity": name.ethnicity,
        "employer": rng.choice(work.employers).format(**words), "position": rng.choice(work.positions),
        "contact_scope": "、".join(scope),
    }  # fmt: skip


def _contacts(rng: Random, phone: int, index: int) -> dict:
    columns = {"phone": f"1990000{phone:04d}", **portrait_columns(index)}
    for subject, share in CONSENT.items():
        if rng.random() < share:
            columns |= {
                f"{subject}_consent_on": OPENED, f"{subject}_consent_evidence": f"签字同意书第{index + 1}号",
            }  # fmt: skip
    return columns


def portrait_columns(index: int) -> dict:
    """Return where the portrait of the `index`-th person (from 0) is kept; it is its own original, not cut at all."""
    photo = f"photos/demo/{index + 1:04d}.jpg"
    return {
        "photo": photo, "photo_small": f"photos/demo-small/{index + 1:04d}.jpg", "photo_original": photo,
        "photo_crop": [0, 0, WIDTH, HEIGHT],
    }  # fmt: skip
