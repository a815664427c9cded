"""Names used by rosters, duty logs and activities."""

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
    ABSENT = "absent", "缺席"
    SUBSTITUTE = "substitute", "顶班"


SERVED = (Presence.PRESENT, Presence.LATE, Presence.LEFT_EARLY, Presence.SUBSTITUTE)
ON_LEAVE = (Presence.PRIVATE_LEAVE, Presence.SICK_LEAVE, Presence.OFFICIAL_LEAVE)


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


class LogState(TextChoices):
    FILED = "filed", "已登记"
    VOID = "void", "已作废"


class ShiftState(TextChoices):
    PLANNED = "planned", "已安排"
    NOT_HELD = "not_held", "未开展"


class RosterState(TextChoices):
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已公布"


class ActivityKind(TextChoices):
    STUDY = "study", "学习"
    TRAINING = "training", "培训"
    INSPECTION = "inspection", "视察"
    RESEARCH = "research", "调研"
    MEETING = "meeting", "会议"
    SUPERVISION = "supervision", "建议督办"
    PUBLICITY = "publicity", "普法宣传"
    HOUSEHOLD = "household", "入户服务"
    OTHER = "other", "其他活动"
