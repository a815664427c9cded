"""What every page's frame shows: the site's name, whose place it is, the way to one's own pages."""

from typing import NamedTuple

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from julu_liaison.handbook import help_for
from julu_liaison.notices.models import Notice
from julu_liaison.notices.services import mark_read_of
from stations.models import Department, Station
from stations.querysets import Scope, scope_of
from stations.states import Role

PLATFORM = "人大代表联络平台"
MODES = ("standard", "large", "dark")
STAFF = (Role.COUNTY_ADMIN, Role.COUNTY_STAFF)

# A section's first page is where its name in the navigation leads; the others stand in a second row beside it.
SECTIONS_OF = {
    "county": (
        ("工作台", (("今天要办的", "console"), ("全县总览", "overview"), ("外发消息", "messages"), ("运行情况", "health"))),
        ("意见建议", (
            ("意见建议", "opinions"), ("督办件", "supervised"), ("延期审批", "extensions"), ("办理情况", "opinion-figures"),
            ("群众信息", "villager-requests"), ("导入", "console-opinions-import"), ("办理期限", "terms"),
        )),
        ("接待", (
            ("没登记的分站", "console-sundays"), ("排班", "console-roster"), ("请假换班", "station-leave"),
            ("工作日志", "duty-logs"), ("接待登记", "visits"), ("补录期限", "late-logs"),
        )),
        ("活动", (
            ("活动", "activities"), ("工作计划", "console-plans"), ("民生实事", "projects"), ("服务记录", "station-service"),
        )),
        ("代表", (
            ("代表", "console-deputies"), ("分站和群众", "branches"), ("免除履职", "exemptions"), ("信息更正", "corrections"),
            ("导入导出", "console-import"),
        )),
        ("积分", (
            ("代表得分", "points"), ("加分申报", "claims"), ("复核", "appeals"), ("当月记录", "months"), ("年度结账", "point-years"),
            ("季度对账单", "county-statements"), ("任期履职", "county-terms"), ("缺席预警", "points-alerts"), ("怎么记分", "rules"),
        )),
        ("公示牌", (("印制", "boards"), ("悬挂", "hanging"), ("月初检查", "boards-ready"), ("补字", "glyphs"))),
        ("报表", (("月报", "month-reports"), ("下载报表", "reports"), ("履职情况", "summary"))),
        ("设置", (("站点", "places"), ("节假日", "calendar"), ("资料维护", "admin:index"))),
    ),
    "auditor": (
        ("工作台", (
            ("今天要办的", "console"), ("全县总览", "overview"), ("操作记录", "audit"), ("外发消息", "messages"), ("运行情况", "health"),
        )),
        ("意见建议", (
            ("意见建议", "opinions"), ("督办件", "supervised"), ("办理情况", "opinion-figures"), ("办理期限", "terms"),
        )),
        ("接待", (
            ("没登记的分站", "console-sundays"), ("排班", "console-roster"), ("请假换班", "station-leave"),
            ("工作日志", "duty-logs"), ("接待登记", "visits"),
        )),
        ("活动", (("活动", "activities"), ("工作计划", "console-plans"), ("服务记录", "station-service"))),
        ("代表", (("代表", "console-deputies"), ("分站和群众", "branches"))),
        ("积分", (
            ("代表得分", "points"), ("加分申报", "claims"), ("复核", "appeals"), ("当月记录", "months"), ("年度结账", "point-years"),
            ("季度对账单", "county-statements"), ("任期履职", "county-terms"), ("缺席预警", "points-alerts"), ("怎么记分", "rules"),
        )),
        ("公示牌", (("印制情况", "boards"), ("悬挂", "hanging"), ("月初检查", "boards-ready"), ("补字", "glyphs"))),
        ("报表", (("月报", "month-reports"), ("下载报表", "reports"), ("履职情况", "summary"))),
        ("设置", (("站点", "places"), ("节假日", "calendar"), ("资料维护", "admin:index"))),
    ),
    "administrator": (("账号和岗位", (("账号和岗位", "admin:index"),)), ("运行情况", (("运行情况", "health"),))),
    "clerk": (
        ("本周", (("本周", "station-home"), ("接待预告", "announcements"), ("外发消息", "messages"))),
        ("接待", (
            ("登记接待日", "sunday"), ("排班", "roster"), ("请假换班", "station-leave"), ("工作日志", "duty-logs"),
            ("接待登记", "visits"),
        )),
        ("群众意见", (
            ("意见建议", "opinions"), ("登记意见", "opinion-new"), ("提建议", "suggestion-new"), ("群众信息", "villager-requests"),
            ("办理情况", "opinion-figures"),
        )),
        ("活动", (("活动", "activities"), ("工作计划", "work-plan"), ("服务记录", "station-service"))),
        ("代表", (
            ("代表", "console-deputies"), ("分站和群众", "branches"), ("履职档案", "station-archive"), ("名册", "console-export"),
        )),
        ("积分", (
            ("代表得分", "points"), ("加分申报", "claims"), ("复核", "appeals"), ("当月记录", "months"), ("积分公示", "point-years"),
            ("任期履职", "county-terms"), ("怎么记分", "rules"),
        )),
        ("公示牌", (("印制", "boards"), ("悬挂", "hanging"), ("月初检查", "boards-ready"))),
        ("报表", (("月报", "month-reports"), ("下载报表", "reports"), ("本站总览", "overview"), ("履职情况", "summary"))),
    ),
    "department": (
        ("待办", (("待办", "office"),)),
        ("全部办件", (("全部办件", "opinions"),)),
        ("常用答复", (("常用答复", "sample-answers"),)),
        ("办理情况", (("办理情况", "opinion-figures"),)),
    ),
    "head": (
        ("首页", (("首页", "me"),)),
        ("接待", (
            ("登记接待日", "sunday"), ("工作日志", "duty-logs"), ("请假换班", "station-leave"), ("接待登记", "visits"),
            ("接待预告", "announcements"), ("月报", "month-reports"),
        )),
        ("值班", (("我的值班", "my-duty"), ("排班表", "my-roster"), ("日历", "my-calendar"))),
        ("意见", (
            ("意见建议", "opinions"), ("登记意见", "my-opinion-new"), ("提建议", "my-suggestion-new"),
            ("办理情况", "opinion-figures"),
        )),
        ("活动", (
            ("活动", "my-activities"), ("服务记录", "my-service"), ("档案", "my-archive"), ("我的得分", "my-score"),
            ("加分申报", "claims-mine"),
        )),
    ),
    "deputy": (
        ("首页", (("首页", "me"),)),
        ("值班", (
            ("我的值班", "my-duty"), ("排班表", "my-roster"), ("接待预告", "announcements"), ("日历", "my-calendar"),
        )),
        ("意见", (("意见建议", "opinions"), ("登记意见", "my-opinion-new"), ("提建议", "my-suggestion-new"))),
        ("活动", (("活动", "my-activities"), ("服务记录", "my-service"))),
        ("档案", (("履职档案", "my-archive"), ("我的得分", "my-score"), ("加分申报", "claims-mine"))),
    ),
}  # fmt: skip
WITH_TABS = ("head", "deputy")
# Pages that belong to an entry though their address begins otherwise
ELSEWHERE = {"/station/swaps/": "station-leave", "/me/swaps/": "my-duty", "/me/leave/": "my-duty"}

# The same of a deputy's pages at the desk, by the end of their address; and of what deputies reach from their score.
OF_A_DEPUTY = {"/score/": "points", "/statements/": "county-statements", "/terms/": "county-terms"}
BESIDES = {"/points/": "my-score"}

ICONS = {"首页": "home", "接待": "pen", "值班": "calendar", "意见": "paper", "活动": "people", "档案": "folder"}


class NavItem(NamedTuple):
    """One entry of the main navigation."""

    label: str
    url: str
    is_current: bool

    @property
    def icon(self) -> str:
        """The icon's name; only the deputies' tab bar draws icons."""
        return ICONS.get(self.label, "paper")


def frame(request) -> dict:
    """Context of base.html: `nav`, `subnav` (the current section's pages), `tabs` (a deputy's tab bar?), `mode`,
    `platform`, `place_name`, `unread`, `help` (where the handbook is about this page).

    `site_name` says the same as `platform`; Django's login page puts the host's name in its place.
    Works on error pages too, before anybody is signed in and before a county is set up.
    """
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    scope = scope_of(user) if known else Scope()
    kind = kind_of(scope)
    nav, subnav = _navigation(SECTIONS_OF.get(kind, ()), request.path)
    place, county = _place_and_county(scope)
    platform = f"{county.name}{PLATFORM}" if county else PLATFORM
    return {
        "nav": nav,
        "subnav": subnav,
        "tabs": kind in WITH_TABS,
        "mode": mode_of(request),
        "platform": platform,
        "site_name": platform,
        "place_name": str(place or ""),
        "unread": _unread(request) if known else 0,
        "help": help_for(kind, request.resolver_match.url_name if request.resolver_match else ""),
    }


def _unread(request) -> int:
    """How many notices wait. Those that lead to this very page are read by opening it; while there are none, nothing is
    written."""
    full = request.get_full_path()
    here = (full, full.partition("?")[0])
    found = Notice.objects.filter(user=request.user, read_at=None).aggregate(
        all=Count("pk"), here=Count("pk", filter=Q(link__in=here))
    )
    if found["here"] and request.method == "GET":
        return found["all"] - mark_read_of(user=request.user, links=here, at=timezone.now())
    return found["all"]


def mode_of(request) -> str:
    """Return `standard`, `large` or `dark` as the cookie says."""
    chosen = request.COOKIES.get("mode")
    return chosen if chosen in MODES else "standard"


def kind_of(scope: Scope) -> str:
    """Return whose pages the person is shown: of the first role, from the county down to the deputy."""
    for roles, kind in (
        (STAFF, "county"),
        ((Role.AUDITOR,), "auditor"),
        ((Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN), "administrator"),
        ((Role.CLERK,), "clerk"),
        ((Role.DEPARTMENT_HEAD, Role.DEPARTMENT_OFFICER), "department"),
        ((Role.BRANCH_HEAD,), "head"),
        ((Role.DEPUTY,), "deputy"),
    ):
        if scope.has(*roles):
            return kind
    return ""


def first_page(scope: Scope) -> str:
    """The name of the page that a person comes to after signing in."""
    sections = SECTIONS_OF.get(kind_of(scope))
    return sections[0][1][0][1] if sections else "notices"


def _navigation(sections: tuple, path: str) -> tuple[list[NavItem], list[NavItem]]:
    """The page with the longest address that begins the current one is the current page, its section the current section."""
    resolved = [(label, [(name, reverse(view)) for name, view in pages]) for label, pages in sections]
    urls = [url for _label, pages in resolved for _name, url in pages]
    path = next((reverse(view) for begin, view in ELSEWHERE.items() if path.startswith(begin)), path)
    if path.startswith("/deputies/"):
        ends = [reverse(view) for end, view in OF_A_DEPUTY.items() if path.endswith(end)]
        path = next((url if url in urls else reverse("points") for url in ends), path)
    if not any(path.startswith(url) for url in urls):
        path = next((reverse(view) for begin, view in BESIDES.items() if path.startswith(begin)), path)
    current = max((url for url in urls if path.startswith(url)), key=len, default=None)
    nav = [NavItem(label, pages[0][1], current in dict(pages).values()) for label, pages in resolved]
    around = next((pages for _label, pages in resolved if current in dict(pages).values()), [])
    subnav = [NavItem(name, url, url == current) for name, url in around] if len(around) > 1 else []
    return nav, subnav


def _place_and_county(scope: Scope) -> tuple[Station | Department | None, Station | None]:
    """Return where the person serves (the highest place) and its county; without a login the only county."""
    for keys in (scope.administered, scope.townships, scope.branches):
        if keys:
            place = Station.objects.select_related("county").get(pk=min(keys))
            return place, place.county
    if scope.departments:
        office = Department.objects.select_related("county").get(pk=min(scope.departments))
        return office, office.county
    counties = list(Station.objects.centres()[:2])
    return None, counties[0] if len(counties) == 1 else None
