"""The places of the demo county: its stations and branches as they are, its villages' names invented."""

from datetime import date
from random import Random

from julu_liaison.accounts.models import User
from julu_liaison.management.demo.county import Demo
from stations.models import Station
from stations.services import NewPlace, add_department, load_county, load_villages

OPENED = date(2022, 1, 1)
VILLAGES = 291
ROAD_STATION, ROAD_BRANCH, ROAD_VILLAGE = "GT", "GT01", "安家庄村"
DIGITS = "零一二三四五六七八九十"

# docs/domain.md §2; (code, name, division code, branches, the clerk's account)
TOWNSHIPS = (
    ("JL", "巨鹿镇", "130529100", 12, "julu"),
    ("WHZ", "王虎寨镇", "130529101", 8, "wanghuzhai"),
    ("XGC", "西郭城镇", "130529102", 5, "xiguocheng"),
    ("GT", "官亭镇", "130529103", 7, "guanting"),
    ("YT", "阎疃镇", "130529104", 7, "yantuan"),
    ("XLZ", "小吕寨镇", "130529105", 6, "xiaolvzhai"),
    ("SJY", "苏家营镇", "130529106", 7, "sujiaying"),
    ("GZ", "观寨镇", "130529107", 6, "guanzhai"),
    ("DC", "堤村乡", "130529200", 5, "dicun"),
    ("ZWT", "张王疃乡", "130529201", 7, "zhangwangtuan"),
    ("KFQ", "经济开发区", "", 2, "kaifaqu"),
)
DEPARTMENTS = (
    ("jiaotong", "县交通运输局"), ("shuili", "县水利局"), ("jiaoyu", "县教育局"), ("weijian", "县卫生健康局"),
    ("zhujian", "县住房和城乡建设局"), ("minzheng", "县民政局"), ("nongye", "县农业农村局"),
    ("huanbao", "县生态环境分局"), ("shichang", "县市场监督管理局"), ("gongdian", "县供电公司"),
    ("ziran", "县自然资源和规划局"), ("renshe", "县人力资源和社会保障局"), ("yibao", "县医疗保障局"),
    ("chengguan", "县城市管理综合行政执法局"), ("wenlv", "县文化广电和旅游局"), ("gongan", "县公安局"),
)  # fmt: skip
SIGNS_ALONE = "jiaotong"  # the one department whose officer answers without the head's signature

IN_TOWN = ("JL", "KFQ")  # communities instead of villages

FAMILIES = (
    "安家", "张家", "王家", "李家", "刘家", "孟家", "郭家", "杜家", "吕家", "苏家", "夏家", "贾家", "宋家", "马家",
    "田家", "贺家", "解家", "柳家", "段家", "姚家", "甄家", "路家", "尹家", "樊家", "耿家", "鲁家", "武家", "郝家",
)  # fmt: skip
LANDMARKS = (
    "柳林", "石桥", "枣园", "古槐", "大堤", "沙河", "清水", "双井", "高庙", "仁义", "永兴", "和顺", "长胜", "新丰",
    "白果", "青杨", "太平", "义和", "兴隆", "福泉", "杏林", "红旗", "三合", "广宁", "银河", "金台", "东升", "光明",
)  # fmt: skip
SIDES = ("", "东", "西", "南", "北", "前", "后", "大", "小")
ENDINGS = ("庄村", "营村", "寨村", "屯村", "疃村", "口村", "堤村", "铺村")
STREETS = (
    "健康", "黄巾", "迎宾", "新华", "光明", "西安", "育红", "和平", "富强", "兴业", "幸福", "文昌", "漳河", "银杏",
)  # fmt: skip
HOSTS = ("村民委员会", "党群服务中心", "中心小学", "卫生院", "农民专业合作社", "综合文化站")


def chinese_number(number: int) -> str:
    """Return 1 to 19 as in 第十二分站."""
    if number <= 10:
        return DIGITS[number]
    return f"十{DIGITS[number - 10]}"


def build_places(rng: Random, *, admin: User, staff: User, prefix: str = "", name: str = "巨鹿县") -> Demo:
    """Open the county's places for the accounts that will run it; codes of a further one begin with `prefix`."""
    villages = _village_names(rng, prefix)
    centre = load_county(place=_county(rng, prefix, name, villages), opened_on=OPENED)
    places = Station.objects.filter(county=centre).select_related("parent__parent", "county")
    return Demo(
        centre=centre,
        admin=admin,
        staff=staff,
        prefix=prefix,
        villages=villages,
        townships=list(places.townships().in_official_order()),
        branches=list(places.branches().order_by("parent__official_order", "official_order")),
    )


def _county(rng: Random, prefix: str, name: str, villages: dict[str, list[str]]) -> NewPlace:
    fields = {
        "official_order": int(prefix[1:-1]) if prefix else 0, "division_code": "" if prefix else "130529",
        "address": f"{name}人民政府院内", "phone": "0319-0000000", "duty_hours": "星期日上午9:00—11:30", "seats": 3,
        "is_demo": True,
    }  # fmt: skip
    townships = [_township(rng, prefix, order, villages) for order in range(len(TOWNSHIPS))]
    return NewPlace(f"{prefix}JLX", name, townships, fields)


def _township(rng: Random, prefix: str, order: int, villages: dict[str, list[str]]) -> NewPlace:
    code, name, division, count, _account = TOWNSHIPS[order]
    office = "管理委员会" if code == "KFQ" else "人民政府"
    fields = {
        "official_order": order + 1, "division_code": "" if prefix else division, "address": f"{name}{office}院内",
        "phone": f"0319-00000{order + 1:02d}",
    }  # fmt: skip
    branches = [_branch(rng, f"{prefix}{code}{number:02d}", name, number, villages) for number in range(1, count + 1)]
    return NewPlace(f"{prefix}{code}", name, branches, fields)


def _branch(rng: Random, code: str, township: str, number: int, villages: dict[str, list[str]]) -> NewPlace:
    """A branch relies on a body (依托单位) in one of its villages."""
    village = villages[code][0]
    body = HOSTS[0] if village == ROAD_VILLAGE else rng.choice(HOSTS)
    fields = {"official_order": number, "host": village + body, "address": f"{township}{village}{body}院内"}
    return NewPlace(code, f"第{chinese_number(number)}分站", [], fields)


def settle_villages(demo: Demo) -> None:
    """Write every branch's villages, 291 in all."""
    load_villages(names={branch: demo.villages[branch.code] for branch in demo.branches}, actor=demo.admin)


def _village_names(rng: Random, prefix: str) -> dict[str, list[str]]:
    """Return invented names by branch code, no name twice."""
    rural = [side + stem + end for stem in FAMILIES + LANDMARKS for side in SIDES for end in ENDINGS]
    rural.remove(ROAD_VILLAGE)
    urban = [f"{street}{side}社区" for street in STREETS for side in ("东", "西", "南", "北", "里", "苑")]
    rng.shuffle(rural)
    rng.shuffle(urban)
    branches = [(code, f"{prefix}{code}{n:02d}") for code, _, _, count, _ in TOWNSHIPS for n in range(1, count + 1)]
    counts = shares(rng, VILLAGES, len(branches))
    names = {}
    for (township, branch), count in zip(branches, counts, strict=True):
        pool = urban if township in IN_TOWN else rural
        names[branch] = [pool.pop() for _ in range(count)]
    names[prefix + ROAD_BRANCH][0] = ROAD_VILLAGE
    return names


def shares(rng: Random, total: int, parts: int) -> list[int]:
    """Return `parts` numbers around the mean that add up to `total`."""
    shares = [total // parts] * parts
    for index in rng.sample(range(parts), total % parts):
        shares[index] += 1
    for _ in range(parts // 2):
        one, other = rng.sample(range(parts), 2)
        if shares[one] > 2:
            shares[one] -= 1
            shares[other] += 1
    return shares


def add_departments(demo: Demo) -> None:
    for order, (code, name) in enumerate(DEPARTMENTS, start=1):
        demo.departments[code] = add_department(
            code=demo.prefix + code, name=name, county=demo.centre, actor=demo.admin, official_order=order,
            phone=f"0319-00001{order:02d}", signature_needed=code != SIGNS_ALONE,
        )  # fmt: skip
