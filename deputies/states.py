"""Names of mandate levels, membership roles and what is printed."""

from django.db.models import TextChoices


class MandateLevel(TextChoices):
    """省 / 市 / 县 / 乡; a 镇 counts as 乡."""

    PROVINCE = "province", "省"
    CITY = "city", "市"
    COUNTY = "county", "县"
    TOWNSHIP = "township", "乡"


LEVEL_ORDER = (MandateLevel.PROVINCE, MandateLevel.CITY, MandateLevel.COUNTY, MandateLevel.TOWNSHIP)


class MembershipRole(TextChoices):
    HEAD = "head", "站长"
    MEMBER = "member", "成员"


class ContactForm(TextChoices):
    VISIT = "visit", "上门走访"
    MEETING = "meeting", "见面"
    PHONE = "phone", "电话"
    ONLINE = "online", "微信等线上"


class ServiceRole(TextChoices):
    """As what a deputy served (四大员)."""

    PUBLICIST = "publicist", "宣传员"
    LIAISON = "liaison", "联络员"
    MEDIATOR = "mediator", "调解员"
    SERVANT = "servant", "服务员"


class Gender(TextChoices):
    MALE = "男", "男"
    FEMALE = "女", "女"


class Product(TextChoices):
    """What is printed centrally and hung at places (统一制作、统一悬挂)."""

    BOARD = "board", "公示牌"
    BRANCH_PLATE = "branch_plate", "分站牌"
    STATION_PLATE = "station_plate", "联络站牌"
    DUTY_POSTER = "duty_poster", "值班公告"


class Readiness(TextChoices):
    """How a branch's board stands for a month: it hangs and says what is true, or why not yet."""

    READY = "ready", "就绪"
    NEVER = "never", "没有印过"
    UNHUNG = "unhung", "印好没挂"
    CHANGED = "changed", "内容已变"
    REFUSED = "refused", "印不了"


class CorrectionState(TextChoices):
    """How far a request to correct what is held of somebody has come (更正申请)."""

    ASKED = "asked", "等办理"
    DONE = "done", "已更正"
    REFUSED = "refused", "没有更正"
    WITHDRAWN = "withdrawn", "已撤回"


ACCOUNT_TOPIC = "account"  # of the register of personal data: settled by whoever keeps up accounts, not by the deputies' office
