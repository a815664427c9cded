"""The nightly check of the audit trail, against what the newest backup says, and what a restored trail is compared with."""

from datetime import timedelta

import pytest

from julu_liaison import tasks
from julu_liaison.backup import make_backup
from julu_liaison.backup.manifest import Manifest
from julu_liaison.backup.restoring import differences
from julu_liaison.common import audit
from julu_liaison.common.audit.sealing import end_of_chain, seal_rows
from julu_liaison.common.models import AuditLog, AuditSeal
from julu_liaison.notices.models import Notice
from tests.backups import fill
from tests.cast import SUNDAY, moment
from tests.guards import unguarded_audit

AT = moment(SUNDAY, 20)


@pytest.fixture
def night(transactional_db, cast, media, tmp_path, settings, monkeypatch):
    """After an evening's backup: two seals, of which the backup remembers the last."""
    settings.BACKUP_DIR = str(tmp_path / "backups")
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    fill(cast)
    for _seal in range(2):
        audit.record("file_log", actor=cast.clerk, target=cast.gt01, at=AT)
        seal_rows(at=AT)
    return make_backup(tmp_path / "backups", at=AT)


def cut_off_the_tail():
    """As somebody with the database in hand would: the last seal and what is under it, so that the rest is whole."""
    last = AuditSeal.objects.order_by("number").last()
    with unguarded_audit():
        AuditLog.objects.filter(seal=last.number)._raw_delete("default")
        last.delete()


def test_a_quiet_night_says_how_many_rows_there_are(night):
    assert Manifest.read(night).audit_end == end_of_chain() != ""
    assert tasks.verify_audit() == AuditLog.objects.count()
    assert not Notice.objects.exists()


def test_a_machine_that_was_off_at_night_raises_no_alarm_in_the_morning(night, cast):
    """The evening's last rows were not sealed any more; sealing and checking are due at once, in any order."""
    audit.record("file_log", actor=cast.clerk, target=cast.gt01, at=AT - timedelta(hours=14))
    assert tasks.verify_audit() == AuditLog.objects.count()
    assert not AuditLog.objects.filter(seal=None).exists() and not Notice.objects.exists()


def test_a_tail_cut_off_is_known_by_the_backup_and_told(night, cast):
    cut_off_the_tail()
    with pytest.raises(tasks.TrailBroken, match="1 problems"):
        tasks.verify_audit()
    told = {notice.user: notice for notice in Notice.objects.all()}
    assert {cast.auditor, cast.admin, cast.system} <= set(told) and cast.clerk not in told
    assert told[cast.auditor].link == "/audit/" and told[cast.admin].link == "/console/health/"
    assert "发现1个问题" in told[cast.auditor].text


def test_a_backup_that_is_not_ours_says_nothing(night):
    manifest = Manifest.read(night)
    (night / "manifest.json").write_text((night / "manifest.json").read_text().replace(manifest.audit_end, "9:" + "0" * 64))
    assert tasks.verify_audit() == AuditLog.objects.count()


def test_a_restored_trail_without_its_tail_is_told(night):
    manifest = Manifest.read(night)
    assert differences(manifest) == []
    cut_off_the_tail()
    manifest.rows["common_auditlog"], manifest.rows["common_auditseal"] = AuditLog.objects.count(), AuditSeal.objects.count()
    (told,) = differences(manifest)
    assert "别处留有校验码" in told
