"""What notices are about, on what ways they leave the house, and how far a message has come."""

from django.db.models import TextChoices


class Kind(TextChoices):
    """What a notice is about: what a person may or may not turn off."""

    DUTY = "duty", "接待和排班"
    DEADLINE = "deadline", "办理期限"
    TICKET = "ticket", "意见建议"
    ACTIVITY = "activity", "活动"
    RECORD = "record", "工作日志和月报"
    POINTS = "points", "积分"
    OFFICE = "office", "岗位和公示牌"


# A duty that was taken on and a term that the law or the county sets: one may choose how to hear of them, not whether.
MANDATORY = frozenset({Kind.DUTY, Kind.DEADLINE})


class Channel(TextChoices):
    """On what way a message leaves the house; the inbox on the site has every notice anyway."""

    MAIL = "mail", "邮件"
    SMS = "sms", "短信"
    GROUP = "group", "工作群"


class Pace(TextChoices):
    AT_ONCE = "at_once", "有一条发一条"
    DAILY = "daily", "每天早上汇总成一条"


class SmsChoice(TextChoices):
    """Which notices come as a text message. 'None' is no choice: duty and terms have to reach everybody."""

    NEEDED = "needed", "只发接待提醒和期限提醒"
    ALL = "all", "全部发"


class GatewayKind(TextChoices):
    WECOM = "wecom", "企业微信群机器人"
    DINGTALK = "dingtalk", "钉钉群机器人"
    SMS = "sms", "短信平台"
    WEBHOOK = "webhook", "其他系统(Webhook)"


GROUP_ROBOTS = frozenset({GatewayKind.WECOM, GatewayKind.DINGTALK})


class MessageState(TextChoices):
    """How far a message has come.

    CLAIMED: a worker has it and has not begun to send; if it dies, another one takes it. ON_WIRE: the sending itself; if
    the worker dies now nobody knows whether it arrived (UNCLEAR), unless the receiver can tell repeats apart.
    """

    WAITING = "waiting", "等待发送"
    CLAIMED = "claimed", "准备发送"
    ON_WIRE = "on_wire", "正在发送"
    DELIVERED = "delivered", "已送达"
    FAILED = "failed", "没有发出去"
    UNCLEAR = "unclear", "不确定是否送到"
    DROPPED = "dropped", "不用发了"


# DELIVERED, as it is said of each way: a mail server and a text message service only take a message over.
DELIVERED_WORDS = {Channel.MAIL: "已发出", Channel.SMS: "已交给短信平台", Channel.GROUP: "已送达"}

UNFINISHED = frozenset({MessageState.WAITING, MessageState.CLAIMED, MessageState.ON_WIRE})
