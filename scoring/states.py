"""Names of the ledger's blocks and of the rules that facts can earn."""

from django.db.models import TextChoices


class Block(TextChoices):
    BASE = "base", "基础履职项目"
    BONUS = "bonus", "履职加分项目"


class Item(TextChoices):
    """What a rule is about; the value in points is data of the year's scheme (domain.md §5)."""

    CONGRESS_MISSED = "congress_missed", "无故缺席人代会(半天)"
    STUDY_MISSED = "study_missed", "无故缺席视察、调研、执法检查、培训、学习"
    MEETING_MISSED = "meeting_missed", "无故缺席其他会议、集体活动"
    DUTY_MISSED = "duty_missed", "接待日缺席且无人顶班"
    IDLE_MONTH = "idle_month", "当月没有到分站履职"
    PRIVATE_LEAVE = "private_leave", "事假"
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


class Source(TextChoices):
    LOG = "log", "工作日志"
    ACTIVITY = "activity", "活动"
    OPINION = "opinion", "意见建议"
