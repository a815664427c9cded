"""What an installation lacks, in words for whoever sets it up: `manage.py doctor`.

Each check looks at one thing and says what to do; what stops the work is BAD, what is only worth knowing a HINT.
"""

import os
import re
import shutil
import smtplib
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from django.conf import settings
from django.core.mail import get_connection
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from julu_liaison.backup import backups_in
from julu_liaison.backup.keeping import day_of
from julu_liaison.common.fonts import font_files, missing_glyphs
from julu_liaison.common.models import AuditLog, CalendarDay
from julu_liaison.common.working_days import today_here
from julu_liaison.disks import last_backup
from julu_liaison.health import health_of
from opinions.models import Opinion
from stations.models import Posting, Station
from stations.states import Role

SAMPLE = "巨鹿县人大代表联络分站公示牌0123456789"
CLOCKS_APART = timedelta(seconds=30)  # ours and the database's
CLOCK_BACK = timedelta(seconds=30)  # behind the last thing that was recorded
HOLIDAYS_KNOWN_FROM = 12  # the State Council announces the next year's holidays in November
MAIL_SECONDS = 5
STRUCTURE = "数据库结构"


class Level(Enum):
    GOOD, HINT, BAD = "好", "注意", "要处理"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `words`: how it stands and, unless it is GOOD, what to do."""

    topic: str
    level: Level
    words: str


def examine(*, at: datetime) -> Iterator[Finding]:
    """Look at everything, one finding after the other. Of a database that does not answer or is not
    up to date nothing more is asked."""
    yield from _secrets()
    yield from _addresses()
    yield from _folders()
    yield _fonts()
    yield _mail()
    database = _database(at)
    yield from database
    if database[-1].topic != STRUCTURE or database[-1].level is Level.BAD:
        return
    yield _sealed_words()
    yield from _running(at)
    yield from _holidays(at)
    yield from _backups(at)
    yield from _people(at)


def _found(topic: str, *, bad: str = "", hint: str = "", good: str = "正常") -> Finding:
    if bad:
        return Finding(topic, Level.BAD, bad)
    return Finding(topic, Level.HINT, hint) if hint else Finding(topic, Level.GOOD, good)


def _only_here(words: str) -> dict[str, str]:
    """What must not be in production is worth knowing anywhere else."""
    return {"bad" if settings.PRODUCTION else "hint": words}


def _secrets() -> Iterator[Finding]:
    if settings.SECRET_KEY == settings.DEVELOPMENT_SECRET:
        yield _found("密钥", **_only_here("SECRET_KEY 还是开发用的,正式使用前请换成至少32个随机字符"))
    else:
        yield _found("密钥")
    without = (
        ""
        if settings.FIELD_KEYS
        else "没有设 FIELD_KEYS,群众姓名电话的密钥由 SECRET_KEY 推出来;以后换 SECRET_KEY 就打不开了,建议单独设"
    )
    yield _found("群众资料加密", hint=without)


def _addresses() -> Iterator[Finding]:
    local = settings.SITE_URL.startswith(("http://127.0.0.1", "http://localhost"))
    plain = settings.SITE_URL.startswith("http://")
    if local:
        yield _found("网站地址", **_only_here("SITE_URL 还是本机地址,印出来的二维码手机打不开,请写成手机能访问的地址"))
    else:
        yield _found("网站地址", hint="SITE_URL 不是 https,手机日历订阅不了" if plain else "", good=settings.SITE_URL)
    if settings.PRODUCTION:
        yield from _front_door()
        manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
        yield _found("静态文件", bad="" if manifest.is_file() else "还没有收集,页面会没有样式,请运行 manage.py prepare")


def _front_door() -> Iterator[Finding]:
    """Who stands between the readers and us, and whether a flood is kept out."""
    behind = settings.HTTPS and not settings.TLS_CERT
    lost = behind and not settings.REST_FRAMEWORK["NUM_PROXIES"]
    words = "https 由前面的代理解开,却没有设 NUM_PROXIES,全县的人会被当成同一个地址限流,请设成代理的层数(一般是1)"
    yield _found("代理", bad=words if lost else "")
    yield _found("限流", bad="" if settings.THROTTLE else "THROTTLE 关着,谁都可以不停地提交,请去掉这个设置")


def _folders() -> Iterator[Finding]:
    for topic, folder in (("数据文件夹", settings.DATA_DIR), ("上传文件夹", settings.MEDIA_ROOT)):
        yield _found(topic, bad=_unwritable(Path(folder)), good=str(folder))


def _unwritable(folder: Path) -> str:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return f"{folder} 写不进去({error.strerror}),请检查权限、磁盘是不是满了或只读"


def _fonts() -> Finding:
    lacking = [str(path) for path in font_files() if not path.is_file()]
    if lacking:
        return _found("印刷字体", bad=f"缺少字体文件 {'、'.join(lacking)},请重新安装或改 PRINT_FALLBACK_FONTS")
    return _found("印刷字体", bad="字体里缺少常用字,请重新安装程序" if missing_glyphs(SAMPLE) else "")


def _mail() -> Finding:
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        return _found("邮件", hint="没有设 EMAIL_URL,邮件通知发不出去;不用邮件可以不管")
    server = get_connection(timeout=MAIL_SECONDS)
    try:
        server.open()
        server.close()
    except (OSError, smtplib.SMTPException) as error:
        return _found(
            "邮件", bad=f"连不上 {settings.EMAIL_HOST}:{settings.EMAIL_PORT}({type(error).__name__}),请核对 EMAIL_URL"
        )
    return _found("邮件", good=f"{settings.EMAIL_HOST} 能连上")


def _database(at: datetime) -> list[Finding]:
    try:
        with connection.cursor() as cursor:
            found = _postgresql(cursor, at) if connection.vendor == "postgresql" else [_sqlite()]
        return [*found, _migrations()]
    except Error as error:
        return [_found("数据库", bad=f"连不上({type(error).__name__}),请检查 DATABASE_URL 和数据库有没有启动")]


def _sqlite() -> Finding:
    return _found("数据库", **_only_here("用的是内置的 SQLite,只适合试用;正式使用请换 PostgreSQL"))


def _postgresql(cursor, at: datetime) -> list[Finding]:
    cursor.execute(
        "SELECT current_setting('server_version'), pg_encoding_to_char(encoding), datcollate, clock_timestamp()"
        " FROM pg_database WHERE datname = current_database()"
    )
    version, encoding, collate, clock = cursor.fetchone()
    wrong = "" if encoding == "UTF8" else f"数据库的编码是{encoding},存不下中文,请建 UTF8 的数据库"
    other = (
        "" if collate in ("C.UTF-8", "C.utf8") else f"数据库的排序规则是{collate},请用 C.UTF-8 建库,否则中文搜索会慢"
    )
    apart = abs(clock - at)
    late = f"本机和数据库的时钟差{int(apart.total_seconds())}秒,请打开自动对时" if apart > CLOCKS_APART else ""
    return [_found("数据库", bad=wrong, hint=other, good=f"PostgreSQL {version}"), _found("时钟", bad=late)]


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _found(STRUCTURE, bad=f"有{len(waiting)}步升级没有做,请运行 manage.py prepare" if waiting else "")


def _sealed_words() -> Finding:
    """Whether the keys open what is in the database: a restored copy may have come without them."""
    try:
        Opinion.objects.exclude(villager_name="").order_by("-pk").first()
    except ValueError:
        return _found("群众资料能打开", bad="现在的密钥打不开群众的姓名和电话,请把原来的 SECRET_KEY、FIELD_KEYS 设回来")
    return _found("群众资料能打开")


def _running(at: datetime) -> Iterator[Finding]:
    health = health_of(at=at)
    yield _found("后台队列", bad="" if health.queue.answers else "连不上,请检查 REDIS_URL 和 Redis 有没有启动")
    yield _found("后台进程", bad="没有在运行,请启动 worker 和 beat" if health.is_stopped else "")
    failed = "、".join(task.label for task in health.tasks if task.is_failed or task.is_unfinished)
    yield _found("定时任务", bad=f"上次没有做成:{failed},请看后台进程的日志" if failed else "")
    for disk in health.disks:
        yield _found(f"硬盘({disk.what})", bad=f"{disk.words},快满了,请清理或者扩容" if disk.is_low else "", good=disk.words)
    latest = AuditLog.objects.order_by("-pk").values_list("at", flat=True).first()
    back = latest is not None and latest > at + CLOCK_BACK
    yield _found("时间", bad="本机时间比最后一条操作记录还早,时钟可能被往回拨了,请核对日期" if back else "")


def _holidays(at: datetime) -> Iterator[Finding]:
    today = today_here(at)
    years = [today.year, *([today.year + 1] if today.month >= HOLIDAYS_KNOWN_FROM else [])]
    for year in years:
        known = CalendarDay.objects.filter(date__year=year).exists()
        yield _found(
            f"{year}年节假日", bad="" if known else "还没有录入,排班和期限会按普通周末算;请到“设置—节假日”录入"
        )


def _backups(at: datetime) -> Iterator[Finding]:
    if not settings.BACKUP_DIR:
        yield _found("备份", **_only_here("没有设 BACKUP_DIR,夜里不会备份;请指到另一块硬盘上的文件夹"))
        return
    folder = Path(settings.BACKUP_DIR)
    if unwritable := _unwritable(folder):
        yield _found("备份", bad=unwritable)
        return
    today = today_here(at)
    days = [(day, path.name) for path in backups_in(folder) if (day := day_of(path)) and day <= today]
    stale = last_backup(today=today).is_late
    said = f"最近一份是{days[-1][1]}" if days else "还没有备份"
    yield _found("备份", bad=f"{said},请检查夜里的备份,或运行 manage.py backup {folder}" if stale else "", good=said)
    same_disk = os.stat(folder).st_dev == os.stat(settings.DATA_DIR).st_dev
    yield _found("备份的位置", hint="和数据在同一块硬盘上,硬盘坏了会一起丢,请换一块" if same_disk else "")
    if connection.vendor == "postgresql":
        yield _found("备份程序", bad=_dump_problem())


def _dump_problem() -> str:
    """pg_dump refuses a server that is newer than itself."""
    program = shutil.which("pg_dump")
    if program is None:
        return "本机没有 pg_dump,请安装和数据库同版本的 postgresql-client"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603 - from PATH
    major = int(re.findall(r"\d+", said)[0])
    server = connection.pg_version // 10_000
    return f"pg_dump 是{major}版,数据库是{server}版,请安装同版本的 postgresql-client" if major < server else ""


def _people(at: datetime) -> Iterator[Finding]:
    if not Station.objects.centres().exists():
        first = "请运行 manage.py open_county 编号 县名 账号 姓名" if settings.PRODUCTION else "试用请运行 manage.py seed_demo"
        yield _found("站点", hint=f"还没有录入县和站点;{first}")
        return
    admins = Posting.objects.in_force(today_here(at)).filter(role__in=[Role.COUNTY_ADMIN, Role.SYSTEM_ADMIN])
    yield _found("管理员", bad="" if admins.exists() else "没有县管理员在岗,谁也不能开账号")
    if Station.objects.filter(is_demo=True).exists():
        yield _found("演示数据", **_only_here("这是演示县,账号密码是公开的,不能放在外网上正式使用"))
