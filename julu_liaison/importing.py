"""Importing an upload that somebody has looked through: in the request, or in the background when it is large."""

from django.db import transaction

from julu_liaison.common.registers import Report
from julu_liaison.common.uploads import Upload, close_upload, keep_passwords
from julu_liaison.registers import register_of
from stations.models import Station


def import_upload(upload: Upload, *, county: Station, actor, expected: str) -> Report:
    """Import exactly what was previewed; all or nothing. Raises Conflict when things have changed since.

    First passwords are kept before the transaction ends: none is lost, and those of an import that comes to nothing
    open no account.
    """
    register = register_of(upload.kind)
    with transaction.atomic():
        report = register.load(
            upload.file, county=county, actor=actor, started_on=upload.started_on, name=upload.name, expected=expected
        )
        if report.passwords:
            keep_passwords(upload, report.passwords)
    if not report.errors:
        close_upload(upload, outcome=report.counts | {"accounts": len(report.passwords)})
    return report
