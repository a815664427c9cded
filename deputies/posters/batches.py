"""Many places printed in one go, for the print shop: one file of all sheets, or an archive with a job ticket."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from deputies.posters.editions import (
    EditionResult,
    Order,
    forget_unrecorded,
    print_all,
    rendition_of,
    safe_name,
    speaking_name,
)
from deputies.posters.job_tickets import JobTicket, TicketLine, ticket_pdf, ticket_workbook
from deputies.posters.product import Rendition
from julu_liaison.common.errors import DomainError
from julu_liaison.common.jobs import write_zip
from julu_liaison.common.pdf import PrintRefused, write_atomically
from julu_liaison.common.press import bind
from julu_liaison.common.whole_files import appearing, clear_unfinished
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.states import Level

TICKET = "印制单"
LEFT_BEHIND = timedelta(hours=1)  # a half-written file of that age has no writer any more
Watched = Callable[[Iterable], Iterable]  # the same items, one after the other, with a sign of life for each


@dataclass(frozen=True)
class Batch:
    """What is wanted of many places: `with_marks` for files with bleed and crop marks, `copies` of each sheet."""

    order: Order
    actor: Any
    at: datetime
    with_marks: bool = False
    copies: int = 1

    @property
    def stem(self) -> str:
        """`公示牌-A2-2026-03-04`, without a suffix."""
        size, period = self.order.size.code, self.order.period
        return "-".join(filter(None, (self.order.product.label, size, period, f"{today_here(self.at):%Y-%m-%d}")))


def print_batch(batch: Batch, places: Iterable[Station]) -> Iterator[EditionResult]:
    """Print as `print_all` does; `path` is the file as it was ordered, with marks or without."""
    for result in print_all(order=batch.order, places=places, actor=batch.actor, at=batch.at):
        if result.path is None:
            yield result
            continue
        clear_unfinished(result.path.parent, before=batch.at - LEFT_BEHIND)
        if result.state == "printed":
            forget_unrecorded(result.edition, before=batch.at - LEFT_BEHIND)
        yield _with_marks(batch, result) if batch.with_marks else result


def _with_marks(batch: Batch, result: EditionResult) -> EditionResult:
    assert result.edition is not None  # there is a file
    try:
        path = rendition_of(batch.order, result.edition, Rendition(with_marks=True), batch.at)
    except DomainError as error:
        reasons = error.messages if isinstance(error, PrintRefused) else [error.message]
        return replace(result, state="refused", path=None, reasons=reasons)
    return replace(result, path=path)


def bind_batch(batch: Batch, results: Sequence[EditionResult], target: Path, *, watched: Watched) -> None:
    """All sheets as one PDF/A in the order of `results`, which appears under `target` when it is complete."""
    files = [result.path for result in results if result.path]
    if len(files) > 1:
        bind(target, watched(files), title=batch.order.product.label)
        return
    with appearing(target) as unfinished:  # as it was printed, byte for byte
        shutil.copyfile(files[0], unfinished)


def pack_batch(batch: Batch, results: Sequence[EditionResult], target: Path, *, watched: Watched) -> list[str]:
    """The files in folders by township, with a job ticket as workbook and PDF, as an archive under `target`.

    Returns as sentences what is missing in it: the ticket's PDF may be refused, the archive is made all the same.
    """
    files = [(shop_name(batch.order, result), result) for result in results if result.path]
    ticket = _ticket(batch, files, results)
    papers, problems = _papers(ticket, target.parent)
    write_zip(target, watched([*papers, *((name, result.path) for name, result in files)]))
    return problems


def shop_name(order: Order, result: EditionResult) -> str:
    """What a print shop understands: `官亭镇/GT01-第一分站-公示牌-A2-第3版.pdf`."""
    assert result.edition is not None  # there is a file
    return f"{safe_name(result.place.township.name)}/{speaking_name(order, result.edition)}"


def _ticket(batch: Batch, files: Sequence[tuple[str, EditionResult]], results: Sequence[EditionResult]) -> JobTicket:
    lines = [
        TicketLine(
            place=result.place.full_name, file=name, edition=result.edition.label, sheets=result.edition.sheets,
            address=_address(result.place), phone=result.place.phone_here,
        )
        for name, result in files
        if result.edition
    ]  # fmt: skip
    refused = [(result.place.full_name, ";".join(result.reasons)) for result in results if not result.path]
    return JobTicket(
        product=batch.order.product.label, size=batch.order.size, period=batch.order.period,
        ordered_by=batch.actor.name if batch.actor else "", phone=batch.actor.phone if batch.actor else "",
        at=batch.at, with_marks=batch.with_marks,
        copies=batch.copies, lines=lines, refused=refused,
    )  # fmt: skip


def _address(place: Station) -> str:
    """Where it is delivered: the branch's own house, else its station's."""
    return place.address or (place.township.address if place.level == Level.BRANCH else "") or "没有登记地址"


def _papers(ticket: JobTicket, folder: Path) -> tuple[list[tuple[str, Path]], list[str]]:
    """The ticket's files and what keeps one back."""
    papers, problems = [], []
    for suffix, make in ((".xlsx", ticket_workbook), (".pdf", ticket_pdf)):
        path = folder / f"{TICKET}{suffix}"
        try:
            write_atomically(path, make(ticket))
        except PrintRefused as refusal:
            problems += [f"{path.name}没有印成:{message}" for message in refusal.messages]
        else:
            papers.append((path.name, path))
    return papers, problems
