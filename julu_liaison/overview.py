"""What every page's frame shows: the site's name, whose place it is, the way to one's own pages."""

from typing import NamedTuple

from django.urls import reverse

from julu_liaison.notices.models import Notice
from stations.models import Department, Station
from stations.querysets import Scope, scope_of
from stations.states import Role

PLATFORM = "人大代表联络平台"
MODES = ("standard", "large", "dark")
STAFF = (Role.COUNTY_ADMIN, Role.COUNTY_STAFF)

COUNTY_PAGES = (
    ("工作台", "console"), ("意见建议", "opinions"), ("代表", "console-deputies"), ("站点", "places"),
    ("分站", "branches"), ("导入导出", "console-import"), ("公示牌", "boards"), ("月报", "reports"),
    ("资料维护", "admin:index"),
)  # fmt: skip
AUDITOR_PAGES = (
    ("工作台", "console"), ("意见建议", "opinions"), ("代表", "console-deputies"), ("站点", "places"),
    ("分站", "branches"), ("月报", "reports"), ("资料维护", "admin:index"),
)  # fmt: skip
ADMINISTRATOR_PAGES = (("账号和岗位", "admin:index"),)
CLERK_PAGES = (
    ("本周", "station-home"), ("接待登记", "sunday"), ("群众意见", "opinions"), ("代表", "console-deputies"),
    ("分站", "branches"), ("履职档案", "station-archive"), ("名册", "console-export"), ("月报", "reports"),
)  # fmt: skip
DEPARTMENT_PAGES = (("待办", "opinions"),)
HEAD_PAGES = (
    ("首页", "me"), ("接待登记", "sunday"), ("意见", "opinions"), ("得分", "my-score"), ("档案", "my-archive"),
)  # fmt: skip
DEPUTY_PAGES = (("首页", "me"), ("意见", "opinions"), ("得分", "my-score"), ("档案", "my-archive"))

ICONS = {"首页": "home", "接待登记": "pen", "意见": "paper", "得分": "chart", "档案": "folder"}


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
    """Context of base.html: `nav`, `tabs` (a deputy's tab bar?), `mode`, `platform`, `place_name`, `unread`.

    `site_name` says the same as `platform`; Django's login page puts the host's name in its place.
    Works on error pages too, before anybody is signed in and before a county is set up.
    """
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    scope = scope_of(user) if known else Scope()
    pages = pages_for(scope)
    place, county = _place_and_county(scope)
    platform = f"{county.name}{PLATFORM}" if county else PLATFORM
    return {
        "nav": _navigation(pages, request.path),
        "tabs": pages in (HEAD_PAGES, DEPUTY_PAGES),
        "mode": mode_of(request),
        "platform": platform,
        "site_name": platform,
        "place_name": str(place or ""),
        "unread": Notice.objects.filter(user=user, read_at=None).count() if known else 0,
    }


def mode_of(request) -> str:
    """Return `standard`, `large` or `dark` as the cookie says."""
    chosen = request.COOKIES.get("mode")
    return chosen if chosen in MODES else "standard"


def pages_for(scope: Scope) -> tuple:
    """Return (label, url name) of the pages for the person's first role, from the county down to the deputy."""
    for roles, pages in (
        (STAFF, COUNTY_PAGES),
        ((Role.AUDITOR,), AUDITOR_PAGES),
        ((Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN), ADMINISTRATOR_PAGES),
        ((Role.CLERK,), CLERK_PAGES),
        ((Role.DEPARTMENT_HEAD, Role.DEPARTMENT_OFFICER), DEPARTMENT_PAGES),
        ((Role.BRANCH_HEAD,), HEAD_PAGES),
        ((Role.DEPUTY,), DEPUTY_PAGES),
    ):
        if scope.has(*roles):
            return pages
    return ()


def _navigation(pages: tuple, path: str) -> list[NavItem]:
    """The entry with the longest address that begins the page's own is the current one."""
    urls = [(label, reverse(name)) for label, name in pages]
    current = max((url for _label, url in urls if path.startswith(url)), key=len, default=None)
    return [NavItem(label, url, url == current) for label, url in urls]


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
