"""Names of levels and roles; the words of docs/domain.md §1."""

from django.db.models import TextChoices


class Level(TextChoices):
    CENTRE = "centre", "县人大常委会网格指挥中心"
    TOWNSHIP = "township", "乡镇人大代表联络站"
    BRANCH = "branch", "人大代表联络分站"


class Role(TextChoices):
    COUNTY_ADMIN = "county_admin", "县级管理员"
    COUNTY_STAFF = "county_staff", "县级工作人员"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDITOR = "auditor", "审计员"
    CLERK = "clerk", "联络站工作人员"
    BRANCH_HEAD = "branch_head", "分站站长"
    DEPUTY = "deputy", "人大代表"
    DEPARTMENT_OFFICER = "department_officer", "部门经办人"
    DEPARTMENT_HEAD = "department_head", "部门负责人"


class Right(TextChoices):
    """What a posting lets its holder do at its place (权限). Who sees is a matter of scope, not of these."""

    MAINTAIN = "maintain", "维护资料"
    SET_RULES = "set_rules", "制定规则"
    MANAGE_ACCOUNTS = "manage_accounts", "管理账号"
    APPOINT = "appoint", "安排岗位"
    READ_AUDIT = "read_audit", "查阅操作记录"
    DIRECT_OPINIONS = "direct_opinions", "交办督办意见"
    HANDLE_OPINIONS = "handle_opinions", "办理意见"
    ANSWER_OPINIONS = "answer_opinions", "答复意见"
    SIGN_ANSWERS = "sign_answers", "签发答复"
    FILE_LOGS = "file_logs", "登记接待"
    VOID_LOGS = "void_logs", "作废日志"
    CONFIRM_LOGS = "confirm_logs", "确认日志"
    ALLOW_LATE_LOGS = "allow_late_logs", "批准补录"
    PLAN_ROSTERS = "plan_rosters", "排班"
    APPROVE_LEAVE = "approve_leave", "批准请假"
    REVEAL_VILLAGERS = "reveal_villagers", "查看群众身份"
    FIND_VILLAGERS = "find_villagers", "按电话查找群众信息"
    RECORD_ACTIVITIES = "record_activities", "记录活动"
    MAKE_REPORTS = "make_reports", "出报表"
    CONFIRM_MONTHS = "confirm_months", "确认月报"
    ACCEPT_MONTHS = "accept_months", "审核月报"
    LOCK_MONTHS = "lock_months", "锁定月报"
    PRINT_BOARDS = "print_boards", "印公示牌"
    CHECK_CLAIMS = "check_claims", "核对加分申报"
    DECIDE_POINTS = "decide_points", "审定积分"
    MANAGE_GATEWAYS = "manage_gateways", "设置发送通道"


COUNTY_WORK = frozenset(
    {Right.MAINTAIN, Right.DIRECT_OPINIONS, Right.VOID_LOGS, Right.PLAN_ROSTERS, Right.RECORD_ACTIVITIES,
     Right.MAKE_REPORTS, Right.PRINT_BOARDS, Right.ALLOW_LATE_LOGS, Right.APPROVE_LEAVE, Right.REVEAL_VILLAGERS,
     Right.CHECK_CLAIMS, Right.DECIDE_POINTS, Right.ACCEPT_MONTHS, Right.LOCK_MONTHS}
)  # fmt: skip
# Roles are bundles of rights. A right counts at the posting's own place and, as each `can_…` says, for what is below it.
RIGHTS_OF: dict[str, frozenset[Right]] = {
    Role.COUNTY_ADMIN: COUNTY_WORK
    | {Right.SET_RULES, Right.MANAGE_ACCOUNTS, Right.APPOINT, Right.MANAGE_GATEWAYS, Right.FIND_VILLAGERS},
    Role.COUNTY_STAFF: COUNTY_WORK,
    Role.SYSTEM_ADMIN: frozenset({Right.MANAGE_ACCOUNTS}),
    Role.SECURITY_ADMIN: frozenset({Right.APPOINT}),
    Role.AUDITOR: frozenset({Right.READ_AUDIT, Right.MAKE_REPORTS}),
    Role.CLERK: frozenset(
        {Right.HANDLE_OPINIONS, Right.FILE_LOGS, Right.VOID_LOGS, Right.PLAN_ROSTERS, Right.RECORD_ACTIVITIES,
         Right.MAKE_REPORTS, Right.PRINT_BOARDS, Right.CONFIRM_LOGS, Right.APPROVE_LEAVE, Right.REVEAL_VILLAGERS,
         Right.CHECK_CLAIMS, Right.CONFIRM_MONTHS, Right.ACCEPT_MONTHS, Right.MANAGE_GATEWAYS}
    ),
    Role.BRANCH_HEAD: frozenset(
        {Right.HANDLE_OPINIONS, Right.FILE_LOGS, Right.RECORD_ACTIVITIES, Right.CONFIRM_LOGS, Right.APPROVE_LEAVE,
         Right.REVEAL_VILLAGERS, Right.CONFIRM_MONTHS}
    ),
    Role.DEPUTY: frozenset(),
    Role.DEPARTMENT_OFFICER: frozenset({Right.ANSWER_OPINIONS}),
    Role.DEPARTMENT_HEAD: frozenset({Right.ANSWER_OPINIONS, Right.SIGN_ANSWERS}),
}  # fmt: skip
# System, security and audit administration (三员分立, 等保): where a county separates them, one person holds one of
# these roles and no other at the county, and the county administrator neither opens accounts nor appoints.
SEPARATED_ROLES = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR)
SEPARATED_RIGHTS = frozenset({Right.MANAGE_ACCOUNTS, Right.APPOINT, Right.READ_AUDIT})


LEVEL_OF_ROLE = {
    Role.COUNTY_ADMIN: Level.CENTRE,
    Role.COUNTY_STAFF: Level.CENTRE,
    Role.SYSTEM_ADMIN: Level.CENTRE,
    Role.SECURITY_ADMIN: Level.CENTRE,
    Role.AUDITOR: Level.CENTRE,
    Role.CLERK: Level.TOWNSHIP,
    Role.BRANCH_HEAD: Level.BRANCH,
    Role.DEPUTY: Level.BRANCH,
}
DEPARTMENT_ROLES = (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)
COUNTY_ROLES = (Role.COUNTY_ADMIN, Role.COUNTY_STAFF)
# Given by an administrator; the postings of head and deputy follow from memberships.
OFFICE_ROLES = tuple(role for role in Role if role not in (Role.BRANCH_HEAD, Role.DEPUTY))
