"""What somebody takes away or prints: a row of the audit trail each time (导出、下载、打印).

Jobs' files, editions, registers, papers and statements have services of their own; what is a page's list as a file, an
attached file or a page made for paper comes here. `what` says which in a word of `audit_words.WHAT`. Never a file's own name:
people put villagers' names there.
"""

from datetime import datetime

from django.db import transaction

from julu_liaison.common import audit


@transaction.atomic
def hand_out_table(*, what: str, file_format: str, actor, at: datetime, target=None, **said) -> None:
    """Record that `actor` took a table as a file; `said`: what it was asked for, as words and numbers."""
    audit.record("hand_out_table", actor=actor, target=target, at=at, what=what, format=file_format, **said)


@transaction.atomic
def hand_out_attachment(*, file, of, actor, at: datetime, county_code: str = "") -> None:
    """Record that `actor` took the attached file `file` (with a `uid`) of `of`."""
    audit.record("hand_out_attachment", actor=actor, target=of, county_code=county_code, at=at, file=str(file.uid))


@transaction.atomic
def hand_out_print(*, what: str, actor, at: datetime, target=None, **said) -> None:
    """Record that `actor` opened a page that is made for paper."""
    audit.record("print_page", actor=actor, target=target, at=at, what=what, **said)
