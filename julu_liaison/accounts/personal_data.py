"""What is held of people with an account, in this app and in the packages that keep sign-ins safe."""

from julu_liaison.common.personal_data import DUTY, NIGHTLY, SAFETY, WITH_ACCOUNT, Declaration, Held, Whose

SIGNING_IN = "核对登录的是不是本人,发现别人冒用"
SELF = "只有本人"

PERSONAL_DATA = Declaration(
    held=(
        Held(
            "account", "账号", Whose.ACCOUNT, "accounts.User", "username name phone county_code is_active created_at",
            "登录、写明每件事是谁办的、发通知", DUTY, WITH_ACCOUNT, "本人,县里管理账号的人,审计员",
            owner="pk", shown="username name phone is_active created_at", page="account", is_one=True,
            correctable="name phone",
        ),
        Held(
            "account_safety", "密码和上次登录", Whose.ACCOUNT, "accounts.User",
            "password password_changed_at must_change_password last_login",
            SIGNING_IN, SAFETY, f"密码只存不可还原的摘要;{WITH_ACCOUNT}", SELF,
            owner="pk", shown="password_changed_at last_login", page="account", is_one=True,
        ),
        Held(
            "sign_ins", "登录处", Whose.ACCOUNT, "accounts.Session",
            "session_key session_data expire_date user address agent started_at last_seen_at",
            SIGNING_IN, SAFETY, NIGHTLY, SELF,
            owner="user", shown="started_at last_seen_at address=网络地址 agent", page="account",
        ),
        Held(
            "tokens", "接口令牌", Whose.ACCOUNT, "accounts.ApiToken", "user digest created_at expires_at",
            "让别的程序替本人登录", DUTY, NIGHTLY, SELF, owner="user", shown="created_at=发的时间 expires_at=到期时间", page="account",
        ),
        Held(
            "second_factor", "第二步验证", Whose.ACCOUNT, "otp_totp.TOTPDevice",
            "user name confirmed created_at last_used_at key step t0 digits tolerance drift last_t"
            " throttling_failure_timestamp throttling_failure_count",
            SIGNING_IN, SAFETY, "本人取消时删去", SELF, owner="user", shown="created_at=设的时间 last_used_at=上次使用", page="account",
        ),
        Held(
            "recovery_codes", "恢复码", Whose.ACCOUNT, "otp_static.StaticDevice",
            "user name confirmed created_at last_used_at throttling_failure_timestamp throttling_failure_count",
            SIGNING_IN, SAFETY, "用过即删,只存摘要", SELF, owner="user", page="account",
        ),
        Held(
            "wrong_sign_ins", "输错密码的记录", Whose.ACCOUNT, "axes.AccessAttempt",
            "user_agent ip_address username http_accept path_info attempt_time get_data post_data failures_since_start",
            "连续输错时锁住账号", SAFETY, "登录成功或到时间后清除", "没有人,系统自动用",
            owner="username", by="username", shown="attempt_time=时间 ip_address=网络地址",
        ),
        Held(
            "sign_in_log", "登录记录", Whose.ACCOUNT, "axes.AccessLog",
            "user_agent ip_address username http_accept path_info attempt_time logout_time session_hash",
            SIGNING_IN, SAFETY, "不少于六个月", "审计员", owner="username", by="username",
            shown="attempt_time=登录时间 logout_time=退出时间 ip_address=网络地址",
        ),
        Held(
            "failure_log", "登录失败记录", Whose.ACCOUNT, "axes.AccessFailureLog",
            "user_agent ip_address username http_accept path_info attempt_time locked_out",
            SIGNING_IN, SAFETY, "不少于六个月", "审计员", owner="username", by="username", shown="attempt_time=时间 ip_address=网络地址",
        ),
    ),
    acts={"admin.LogEntry": "user"},
    nothing={
        "admin.LogEntry": "action_time content_type object_id object_repr action_flag change_message",
        "axes.AccessAttemptExpiration": "access_attempt expires_at",
        "otp_static.StaticToken": "device token",
    },
)  # fmt: skip
