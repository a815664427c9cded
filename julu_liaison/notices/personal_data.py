"""What is held of whoever gets notices."""

from julu_liaison.common.personal_data import CONSENT, DUTY, Declaration, Held, Whose

PERSONAL_DATA = Declaration(
    held=(
        Held(
            "notices", "通知", Whose.ACCOUNT, "notices.Notice",
            "user place_code kind text link fit_for_outside urgent created_at read_at routed_at",
            "告诉本人要办的事", DUTY, "看过一年以后清除", "只有本人", owner="user", shown="created_at kind read_at",
            page="notices",
        ),
        Held(
            "subscription", "通知设置", Whose.ACCOUNT, "notices.Subscription",
            "user email email_confirmed_at by_mail sms pace muted",
            "按本人的意思用邮件、短信告诉", CONSENT, "本人改了就改", "只有本人;邮箱加密保存", owner="user",
            shown="email email_confirmed_at by_mail sms pace", page="notice-settings", is_one=True,
        ),
        Held(
            "messages", "发出去的邮件和短信", Whose.ACCOUNT, "notices.Message",
            "user place_code channel gateway is_digest urgent state created_at due_at attempts claimed_until ended_at error",
            "送到本人手里,没送到时重发", DUTY, "结束半年以后清除", "县人大办公室、所在联络站,看不到内容", owner="user",
            shown="created_at channel state",
        ),
    ),
    nothing={
        "notices.Message": "uid notices",
        "notices.Gateway": "uid place_code kind name address is_active created_at",
    },
)  # fmt: skip
