"""Names used by rosters, leave, duty logs, visits, activities and service records."""

from django.db.models import TextChoices


class Form(TextChoices):
    """How a service was held (服务形式)."""

    ONSITE = "onsite", "现场接待"
    MEETING = "meeting", "召开见面会"
    VISIT = "visit", "走访调研"
    HOUSEHOLD = "household", "入户服务"
    PHONE = "phone", "电话接待"
    ONLINE = "online", "线上接待"


class Presence(TextChoices):
    """What one deputy did on one occasion (到岗情况)."""

    PRESENT = "present", "到岗"
    LATE = "late", "迟到"
    LEFT_EARLY = "left_early", "早退"
    PRIVATE_LEAVE = "private_leave", "事假"
    SICK_LEAVE = "sick_leave", "病假"
    OFFICIAL_LEAVE = "official_leave", "公假"
    MATERNITY_LEAVE = "maternity_leave", "产假"
    OTHER_LEAVE = "other_leave", "其他假"
    ABSENT = "absent", "缺席"
    SUBSTITUTE = "substitute", "顶班"


SERVED = (Presence.PRESENT, Presence.LATE, Presence.LEFT_EARLY, Presence.SUBSTITUTE)
ON_LEAVE = (
    Presence.PRIVATE_LEAVE, Presence.SICK_LEAVE, Presence.OFFICIAL_LEAVE, Presence.MATERNITY_LEAVE, Presence.OTHER_LEAVE,
)  # fmt: skip
AWAY = (*ON_LEAVE, Presence.ABSENT)
ATTENDED = (Presence.PRESENT, Presence.LATE, Presence.LEFT_EARLY)
# What presence an approved leave becomes in a log or an activity is the leave's own kind: LeaveKind is a part of Presence.
LEAVE_KINDS = [(kind.value, kind.label) for kind in ON_LEAVE]


class Category(TextChoices):
    """What a matter is about (类别)."""

    ROAD = "road", "道路交通"
    WATER = "water", "农田水利"
    UTILITIES = "utilities", "饮水用电"
    WELFARE = "welfare", "社保救助"
    EDUCATION = "education", "教育"
    HEALTH = "health", "医疗"
    ELDERLY = "elderly", "养老"
    ENVIRONMENT = "environment", "环境卫生"
    HOUSING = "housing", "住房"
    FOOD = "food", "食品安全"
    LAND = "land", "土地"
    OTHER = "other", "其他"


class Rating(TextChoices):
    """What the villager or the deputy says of a result (满意度)."""

    SATISFIED = "satisfied", "满意"
    BASIC = "basic", "基本满意"
    UNSATISFIED = "unsatisfied", "不满意"


class LogState(TextChoices):
    FILED = "filed", "已登记"
    VOID = "void", "已作废"


class ShiftState(TextChoices):
    """`not_held`: the day came and nothing was held; `cancelled`: called off before the day, with the reason."""

    PLANNED = "planned", "已安排"
    NOT_HELD = "not_held", "未开展"
    CANCELLED = "cancelled", "已取消"


CALLED_OFF = (ShiftState.NOT_HELD, ShiftState.CANCELLED)


class RosterState(TextChoices):
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已公布"


class LeaveState(TextChoices):
    ASKED = "asked", "待批"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "没有批准"
    WITHDRAWN = "withdrawn", "已撤回"


class SwapState(TextChoices):
    """A duty is offered to the branch, taken by one deputy, and confirmed."""

    OFFERED = "offered", "等人接"
    TAKEN = "taken", "有人接了,待确认"
    CONFIRMED = "confirmed", "已换班"
    REFUSED = "refused", "没有换成"
    WITHDRAWN = "withdrawn", "已撤回"


class RefusalReason(TextChoices):
    """Why a visit's matter is not accepted (不予受理); where to go instead is in `rules.visits`."""

    LITIGATION = "litigation", "已经进入诉讼"
    REVIEW = "review", "已经申请行政复议"
    ARBITRATION = "arbitration", "已经申请仲裁"
    PETITION = "petition", "信访部门正在办理"
    PRIVATE = "private", "纯属个人之间的事"
    OTHER = "other", "不属于人大代表受理"


class Handling(TextChoices):
    """How a visit's matter was handled (办理方式)."""

    ANSWERED = "answered", "当场解答"
    SETTLED = "settled", "当场解决"
    OPINION = "opinion", "登记为意见办理"
    REFERRED = "referred", "告知其他渠道"


class ActivityKind(TextChoices):
    STUDY = "study", "学习"
    TRAINING = "training", "培训"
    INSPECTION = "inspection", "视察"
    RESEARCH = "research", "调研"
    LAW_CHECK = "law_check", "执法检查"
    MEETING = "meeting", "会议"
    CONGRESS = "congress", "人代会"
    SUPERVISION = "supervision", "建议督办"
    PUBLICITY = "publicity", "普法宣传"
    HOUSEHOLD = "household", "入户服务"
    MEDIATION = "mediation", "矛盾调解"
    REPORTING = "reporting", "代表述职"
    OTHER = "other", "其他活动"


# Activities that are a form of service at the branch (docs/domain.md §3), not a meeting.
SERVICE_ACTIVITIES = (
    ActivityKind.RESEARCH, ActivityKind.PUBLICITY, ActivityKind.HOUSEHOLD, ActivityKind.MEDIATION,
    ActivityKind.REPORTING,
)  # fmt: skip


class ActivityState(TextChoices):
    ANNOUNCED = "announced", "已通知"
    HELD = "held", "已举行"
    CANCELLED = "cancelled", "已取消"


class SignUp(TextChoices):
    """What a deputy answered to an activity's notice (报名)."""

    COMING = "coming", "参加"
    NOT_COMING = "not_coming", "不能参加"


class FileKind(TextChoices):
    NOTICE = "notice", "通知"
    MATERIAL = "material", "材料"
    MINUTES = "minutes", "纪要"
    PHOTO = "photo", "照片"
    OTHER = "other", "其他"


class ServiceKind(TextChoices):
    """What a service outside of Sundays and activities was (服务记录)."""

    MEDIATION = "mediation", "矛盾调解"
    HOUSEHOLD = "household", "入户服务"
    PUBLICITY = "publicity", "普法宣传"
    ERRAND = "errand", "帮办代办"
    OTHER = "other", "其他服务"


class Covers(TextChoices):
    """What an exemption is from."""

    ALL = "all", "值班和活动"
    DUTY = "duty", "接待日值班"
    ACTIVITIES = "activities", "活动"


class ReportState(TextChoices):
    """How far a place's monthly report has come (月报状态): the head confirms, the station accepts, the county locks."""

    DRAFT = "draft", "待确认"
    CONFIRMED = "confirmed", "站长已确认"
    ACCEPTED = "accepted", "联络站已审"
    LOCKED = "locked", "已锁定"
