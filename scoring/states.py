"""Names of the ledger's blocks and items, of what becomes of claims and appeals, and of a year's stages."""

from django.db.models import TextChoices


class Block(TextChoices):
    BASE = "base", "基础履职项目"
    BONUS = "bonus", "履职加分项目"


class Item(TextChoices):
    """What a rule is about; the value in points is data of the year's scheme (docs/domain.md §5)."""

    CONGRESS_MISSED = "congress_missed", "无故缺席人代会(半天)"
    STUDY_MISSED = "study_missed", "无故缺席视察、调研、执法检查、培训、学习"
    MEETING_MISSED = "meeting_missed", "无故缺席其他会议、集体活动"
    DUTY_MISSED = "duty_missed", "接待日缺席且无人顶班"
    IDLE_MONTH = "idle_month", "当月没有到分站履职"
    PRIVATE_LEAVE = "private_leave", "事假"
    SICK_LEAVE = "sick_leave", "病假"
    OFFICIAL_LEAVE = "official_leave", "公假"
    MATERNITY_LEAVE = "maternity_leave", "产假"
    OTHER_LEAVE = "other_leave", "其他假"
    LATE_OR_EARLY = "late_or_early", "迟到或早退"
    MOTION_LED = "motion_led", "领衔提出议案"
    MOTION_SIGNED = "motion_signed", "附议议案"
    SUGGESTION_LED = "suggestion_led", "领衔提出建议、批评和意见"
    SUGGESTION_SIGNED = "suggestion_signed", "附议建议"
    SUGGESTION_SUPERVISED = "suggestion_supervised", "建议被确定为督办件"
    SUGGESTION_EXCELLENT = "suggestion_excellent", "建议被评为优秀"
    SPOKE = "spoke", "会议发言或受邀列席"
    COURSE = "course", "完成云上学习课程"
    OPINION_ENTERED = "opinion_entered", "线上提交社情民意并经核实"
    HONOUR_NATIONAL = "honour_national", "国家级荣誉"
    HONOUR_PROVINCE = "honour_province", "省级荣誉"
    HONOUR_CITY = "honour_city", "市级荣誉"
    HONOUR_COUNTY = "honour_county", "县级荣誉"
    MEDIA_NATIONAL = "media_national", "国家级媒体宣传"
    MEDIA_PROVINCE = "media_province", "省级媒体宣传"
    MEDIA_CITY = "media_city", "市级媒体宣传"
    MEDIA_COUNTY = "media_county", "县级媒体宣传"


LEAVE_ITEMS = frozenset(
    {Item.PRIVATE_LEAVE, Item.SICK_LEAVE, Item.OFFICIAL_LEAVE, Item.MATERNITY_LEAVE, Item.OTHER_LEAVE}
)
BASE_ITEMS = LEAVE_ITEMS | {
    Item.CONGRESS_MISSED, Item.STUDY_MISSED, Item.MEETING_MISSED, Item.DUTY_MISSED, Item.IDLE_MONTH,
    Item.LATE_OR_EARLY,
}  # fmt: skip
# What no record of the system shows: claimed with evidence, checked and decided.
CLAIMED_ITEMS = (
    Item.SPOKE, Item.COURSE, Item.SUGGESTION_EXCELLENT,
    Item.HONOUR_NATIONAL, Item.HONOUR_PROVINCE, Item.HONOUR_CITY, Item.HONOUR_COUNTY,
    Item.MEDIA_NATIONAL, Item.MEDIA_PROVINCE, Item.MEDIA_CITY, Item.MEDIA_COUNTY,
)  # fmt: skip


class Source(TextChoices):
    """What kind of record an entry comes from."""

    LOG = "log", "工作日志"
    ACTIVITY = "activity", "活动"
    OPINION = "opinion", "意见建议"
    LEAVE = "leave", "请假"
    MONTH = "month", "月度履职"
    CLAIM = "claim", "加分申报"
    APPEAL = "appeal", "复核"


class VersionState(TextChoices):
    DRAFT = "draft", "草稿"
    APPLIED = "applied", "已执行"
    DROPPED = "dropped", "已放弃"


class ClaimState(TextChoices):
    """A bonus is claimed → checked by the station → decided by the county."""

    CLAIMED = "claimed", "待联络站核对"
    RETURNED = "returned", "退回补充"
    CHECKED = "checked", "待县里审定"
    APPROVED = "approved", "已加分"
    REFUSED = "refused", "没有通过"
    WITHDRAWN = "withdrawn", "已撤回"
    REVOKED = "revoked", "已取消加分"


CLAIM_OPEN = (ClaimState.CLAIMED, ClaimState.RETURNED, ClaimState.CHECKED)


class AppealKind(TextChoices):
    WRONG = "wrong", "记错了"
    DOUBLE = "double", "记重了"
    MISSING = "missing", "漏记了"


class AppealState(TextChoices):
    RAISED = "raised", "待答复"
    GRANTED = "granted", "已更正"
    REFUSED = "refused", "维持不变"
    WITHDRAWN = "withdrawn", "已撤回"


class YearStage(TextChoices):
    """Where a year stands on a day. Stored is only when publicity began and when the year was closed."""

    RUNNING = "running", "进行中"
    LATE = "late", "年度已过,补报材料"
    READY = "ready", "等待公示"
    PUBLISHED = "published", "公示中"
    CLOSING = "closing", "公示已满,等待结账"
    CLOSED = "closed", "已结账"
