"""What the doctor says of an installation: each lack in words, and exit 1 only for what stops the work."""

import io
import socket
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection

from julu_liaison import doctor
from julu_liaison.common import audit
from julu_liaison.common.models import CalendarDay
from julu_liaison.common.queue import QueueState
from julu_liaison.doctor import Level, examine
from opinions.models import Opinion
from stations.models import Posting
from stations.states import Role
from tests.cast import SUNDAY, moment

TODAY = date(2031, 3, 2)  # later than anything that the cast's making records
NOW = moment(TODAY, 12)


@pytest.fixture
def said(cast, media, settings, tmp_path, monkeypatch):
    """Examine the cast's installation: `said()["备份"]` → the finding of that topic."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr("julu_liaison.health.queue_state", lambda: QueueState(True, 0))
    if connection.vendor == "postgresql":
        monkeypatch.setattr(doctor, "CLOCKS_APART", timedelta(days=100_000))
    return lambda at=NOW: {finding.topic: finding for finding in examine(at=at)}


def test_a_trial_installation_has_hints_only_where_it_may(said):
    CalendarDay.objects.create(date=date(2031, 10, 1), kind="holiday", name="国庆节")
    found = said()
    assert {topic for topic, one in found.items() if one.level is Level.BAD} <= {"后台进程"}
    for topic in ("密钥", "网站地址", "备份", "邮件"):
        assert found[topic].level is Level.HINT, topic


def test_in_production_the_same_is_bad(said, settings):
    settings.PRODUCTION, settings.STATIC_ROOT = True, Path(settings.DATA_DIR) / "static"
    found = said()
    for topic in ("密钥", "网站地址", "备份", "静态文件", *(["数据库"] if connection.vendor == "sqlite" else [])):
        assert found[topic].level is Level.BAD, topic
    assert "prepare" in found["静态文件"].words and "二维码" in found["网站地址"].words


def test_what_is_right_is_good(said, settings):
    settings.SECRET_KEY, settings.FIELD_KEYS = "x" * 40, [Fernet.generate_key().decode()]
    settings.SITE_URL = "https://liaison.example.internal"
    CalendarDay.objects.create(date=date(2031, 10, 1), kind="holiday", name="国庆节")
    found = said()
    disk = next(topic for topic in found if topic.startswith("硬盘(数据"))  # a database's server may share it
    for topic in ("密钥", "群众资料加密", "网站地址", "数据文件夹", "印刷字体", "数据库结构", "群众资料能打开", "2031年节假日",
                  disk, "时间", "管理员"):  # fmt: skip
        assert found[topic].level is Level.GOOD, topic


def test_folders_that_cannot_be_written(said, settings, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    settings.MEDIA_ROOT = blocked / "media"
    assert said()["上传文件夹"].level is Level.BAD and "权限" in said()["上传文件夹"].words


def test_fonts_that_are_gone(said, monkeypatch):
    monkeypatch.setattr(doctor, "font_files", lambda: (Path("/nowhere/rare.ttf"),))
    assert "/nowhere/rare.ttf" in said()["印刷字体"].words


def test_mail_is_tried(said, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", _closed_port()
    assert said()["邮件"].level is Level.BAD and "EMAIL_URL" in said()["邮件"].words
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_PORT = server.getsockname()[1]
        thread = threading.Thread(target=_greet_once, args=[server])
        thread.start()
        assert said()["邮件"].level is Level.GOOD
        thread.join(5)


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def _greet_once(server: socket.socket) -> None:
    """As much SMTP as a hello and a goodbye need."""
    peer, _address = server.accept()
    with peer, peer.makefile("rwb", buffering=0) as lines:
        lines.write(b"220 here\r\n")
        for line in lines:
            lines.write(b"221 bye\r\n" if line.lower().startswith(b"quit") else b"250 ok\r\n")
            if line.lower().startswith(b"quit"):
                return


def test_migrations_that_wait(said, monkeypatch):
    monkeypatch.setattr(doctor.MigrationExecutor, "migration_plan", lambda self, targets: [object()] * 3)
    found = said()
    assert "3步" in found["数据库结构"].words and found["数据库结构"].level is Level.BAD
    assert "定时任务" not in found  # nothing more is asked of a database that is not up to date


def test_lost_keys(said, settings, cast):
    ticket = Opinion(text="灯", villager_name="赵大娘", registered_on=SUNDAY, registered_at=NOW, state="at_branch")
    ticket.enter_at(cast.gt01)
    ticket.save()
    assert said()["群众资料能打开"].level is Level.GOOD
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]  # beside the secret's own key, which opens it as before
    assert said()["群众资料能打开"].level is Level.GOOD
    settings.SECRET_KEY = "another secret of thirty-two characters"
    assert said()["群众资料能打开"].level is Level.BAD


def test_queue_and_clock(said, monkeypatch):
    monkeypatch.setattr("julu_liaison.health.queue_state", lambda: QueueState(False))
    audit.record("look", actor=None, at=NOW + timedelta(hours=1))
    found = said()
    assert found["后台队列"].level is Level.BAD and found["时间"].level is Level.BAD
    assert "往回拨" in found["时间"].words


def test_next_years_holidays_are_asked_for_in_december(said):
    CalendarDay.objects.create(date=date(2031, 10, 1), kind="holiday", name="国庆节")
    assert "2032年节假日" not in said(moment(date(2031, 11, 30)))
    assert said(moment(date(2031, 12, 1)))["2032年节假日"].level is Level.BAD


def test_backups_old_missing_and_beside_the_data(said, settings, tmp_path):
    settings.BACKUP_DIR = str(tmp_path / "backups")
    assert said()["备份"].level is Level.BAD and "还没有备份" in said()["备份"].words
    (tmp_path / "backups" / f"liaison-{TODAY - timedelta(days=3):%Y%m%d}-013000").mkdir()
    assert said()["备份"].level is Level.BAD
    (tmp_path / "backups" / f"liaison-{TODAY - timedelta(days=1):%Y%m%d}-013000").mkdir()
    found = said()
    assert found["备份"].level is Level.GOOD and found["备份的位置"].level is Level.HINT


def test_a_demo_county_and_one_without_administrators(said, settings, cast):
    type(cast.county).objects.filter(pk=cast.county.pk).update(is_demo=True)
    settings.PRODUCTION = True
    Posting.objects.filter(role__in=[Role.COUNTY_ADMIN, Role.SYSTEM_ADMIN]).update(ended_on=SUNDAY)
    found = said()
    assert found["演示数据"].level is Level.BAD and found["管理员"].level is Level.BAD


def test_the_command_exits_1_only_for_what_is_bad(monkeypatch):
    for level, code in ((Level.HINT, None), (Level.BAD, 1)):
        monkeypatch.setattr(
            "julu_liaison.management.commands.doctor.examine",
            lambda at, level=level: iter([doctor.Finding("备份", level, "没有")]),
        )
        out = io.StringIO()
        if code is None:
            call_command("doctor", stdout=out)
        else:
            with pytest.raises(SystemExit) as ended:
                call_command("doctor", stdout=out)
            assert ended.value.code == code
        assert out.getvalue() == f"{level.value}\t备份\t没有\n"
