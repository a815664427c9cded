"""Names of levels and roles; the words of domain.md §1."""

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
