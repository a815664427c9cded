"""Registering what a villager sends in: at once with its number, and nobody's but the clerk's until it is checked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from activities.rules import guess_category
from activities.rules.attachments import Kept
from activities.services.files import path_of, store_file
from julu_liaison.common.errors import DomainError
from julu_liaison.common.pictures import read_picture, screen_jpeg
from julu_liaison.common.texts import checked_phone, clean_text
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind as NoticeKind
from opinions.models import HopFile, Opinion, VillagerEntry
from opinions.services.entries.codes import code_of, new_code
from opinions.services.registering import checked_text, enter_register
from opinions.states import Kind, State
from stations.models import Posting, Station
from stations.services import hold_place
from stations.states import Role

MEGABYTE = 1024 * 1024
MOST_PHOTOS, MOST_PHOTO_BYTES = 3, 15 * MEGABYTE
LONGEST_NAME, LONGEST_VILLAGE = 40, 40
SAME_MATTER = timedelta(hours=1)  # the same words of the same person within it are one matter


def enter_by_villager(
    *, branch: Station, text: str, village: str = "", name: str = "", phone: str = "", confidential: bool = False,
    photos: Sequence[bytes] = (), form_key: UUID, at: datetime,
) -> tuple[Opinion, str]:  # fmt: skip
    """Register a villager's matter at `branch`, to be checked by its station's clerk. Returns the ticket and its code.

    The same form (`form_key`) sent again with the same words is the same ticket and code, whenever and however often;
    with other words it is another matter. The same words of the same person from another form are the same ticket for an
    hour: somebody went back and pressed once more. Photos that come only then are kept with it. What is sent to a branch
    merged since is its successor's. Photos are drawn anew, at most 1600 pixels long and without metadata; their names
    are ours.
    Raises DomainError with sentences for `text`, `name`, `village`, `phone`, `photos`; or for a branch that is closed.
    """
    said = _checked(text=text, village=village, name=name, phone=phone)
    key = _key_of(form_key, branch, confidential, said)
    first = _sent_before(key, branch.successor, said, confidential, at)
    if first and not _brings_more(first, photos):
        return first.opinion, code_of(first)
    pictures = _pictures(photos)  # before anything is locked: drawing takes seconds
    try:
        return _entered(branch.successor, said, confidential, pictures, key, at)
    except IntegrityError:
        if entry := entry_behind(key):
            return entry.opinion, code_of(entry)
        raise


def entry_behind(key: UUID) -> VillagerEntry | None:
    """Return the entry whose form has this key, with its ticket."""
    return VillagerEntry.objects.select_related("opinion__register").filter(form_key=key).first()


def photos_of(entry: VillagerEntry) -> int:
    """How many photos came with it."""
    return _files_of(entry.opinion).count()


def is_entered(
    *, branch: Station, text: str, village: str, name: str, phone: str, confidential: bool, photos: Sequence,
    form_key: UUID, at: datetime,
) -> bool:  # fmt: skip
    """Whether all this is a ticket already: who sends it again takes nothing from what an address may send."""
    said = _checked(text=text, village=village, name=name, phone=phone)
    key = _key_of(form_key, branch, confidential, said)
    first = _sent_before(key, branch.successor, said, confidential, at)
    return first is not None and not _brings_more(first, photos)


def _sent_before(
    key: UUID, branch: Station, said: dict[str, str], confidential: bool, at: datetime
) -> VillagerEntry | None:  # fmt: skip
    """The entry of this form, or of the same words sent to this branch by the same person within the hour."""
    if entry := entry_behind(key):
        return entry
    rows = VillagerEntry.objects.select_related("opinion__register").filter(
        opinion__branch=branch, opinion__text=said["text"], opinion__villager_village=said["village"],
        opinion__confidential=confidential, sent_at__gt=at - SAME_MATTER,
    )  # fmt: skip
    person = (said["name"], said["phone"])  # sealed, so that the database cannot compare them
    same = [row for row in rows.order_by("pk") if (row.opinion.villager_name, row.opinion.villager_phone) == person]
    return same[0] if same else None


def _brings_more(entry: VillagerEntry, photos: Sequence) -> bool:
    return len(photos) > photos_of(entry)


@transaction.atomic
def _entered(
    branch: Station, said: dict[str, str], confidential: bool, pictures: list[bytes], key: UUID, at: datetime
) -> tuple[Opinion, str]:  # fmt: skip
    branch = hold_place(branch).successor
    if first := _sent_before(key, branch, said, confidential, at):  # while this waited for the place; or without photos
        if _brings_more(first, pictures):
            _keep(first.opinion, pictures, at)
        return first.opinion, code_of(first)
    if not branch.is_open(today_here(at)):
        raise DomainError(f"{branch.full_name}已经撤销,请回到首页按村名查一查现在归哪个分站。")
    opinion = Opinion(
        kind=Kind.OPINION, text=said["text"], category=guess_category(said["text"], []), from_web=True,
        villager_name=said["name"], villager_phone=said["phone"], villager_village=said["village"],
        confidential=confidential,
    )  # fmt: skip
    enter_register(opinion, branch, State.REGISTERED, branch.parent, None, at, by_villager=True)
    code, digest = new_code(key)
    VillagerEntry.objects.create(opinion=opinion, form_key=key, code_digest=digest, sent_at=at)
    _tell_clerks(opinion, at)
    _keep(opinion, pictures, at)
    return opinion, code


def _checked(*, text: str, village: str, name: str, phone: str) -> dict[str, str]:
    """Return what was typed, tidied; raise DomainError with a sentence for everything that is wrong."""
    said, problems = {"village": clean_text(village), "name": clean_text(name)}, {}
    for field, value, check in (("text", text, checked_text), ("phone", phone, checked_phone)):
        try:
            said[field] = check(value)
        except DomainError as error:
            problems[field] = error.fields.get(field, error.message)
    for field, longest, label in (("village", LONGEST_VILLAGE, "村名"), ("name", LONGEST_NAME, "姓名")):
        if len(said[field]) > longest:
            problems[field] = f"{label}请控制在{longest}字以内"
    if problems:
        raise DomainError(";".join(problems.values()).rstrip("。") + "。", fields=problems)
    return said


def _key_of(form_key: UUID, branch: Station, confidential: bool, said: dict[str, str]) -> UUID:
    """What tells entries apart: the form and all that it says. Takes the server's own secret, so nobody chooses one."""
    words = repr((form_key, branch.pk, confidential, sorted(said.items())))
    return UUID(bytes=salted_hmac("opinions.entry-key", words, algorithm="sha256").digest()[:16])


def _pictures(photos: Sequence[bytes]) -> list[bytes]:
    if len(photos) > MOST_PHOTOS:
        raise _refused(f"一次最多传{MOST_PHOTOS}张照片,请少选几张")
    return [_picture(content, place) for place, content in enumerate(photos, start=1)]


def _picture(content: bytes, place: int) -> bytes:
    if len(content) > MOST_PHOTO_BYTES:
        raise _refused(f"第{place}张照片超过{MOST_PHOTO_BYTES // MEGABYTE}兆,请换一张小一点的")
    try:
        return screen_jpeg(read_picture(content))
    except DomainError as error:
        raise _refused(f"第{place}张照片:{error.message.rstrip('。')}") from error


def _refused(sentence: str) -> DomainError:
    return DomainError(f"{sentence}。", fields={"photos": sentence})


def _keep(opinion: Opinion, pictures: list[bytes], at: datetime) -> None:
    """All photos or none; a photo's own name may be a villager's. Those that are there already, by their size to the
    byte, are not kept twice."""
    hop, kept = opinion.hops.earliest("pk"), []
    sizes = list(_files_of(opinion).values_list("size", flat=True))
    new = [content for content in pictures if len(content) not in sizes]
    try:
        for place, content in enumerate(new, start=len(sizes) + 1):
            photo = Kept(f"照片{place}.jpg", ".jpg", content)
            kept.append(store_file(row=HopFile(hop=hop), owner=opinion, kept=photo, actor=None, at=at))
    except BaseException:
        for row in kept:
            path_of(row).unlink(missing_ok=True)
        raise


def _files_of(opinion: Opinion) -> QuerySet[HopFile]:
    return HopFile.objects.filter(hop__opinion=opinion, hop__move="register")


def _tell_clerks(opinion: Opinion, at: datetime) -> None:
    """Outside only how many there are: strangers can send many, and the county may not see one before it is checked."""
    rows = Posting.objects.in_force(today_here(at)).filter(station=opinion.station_id, role=Role.CLERK)
    users = {row.user_id: row.user for row in rows.select_related("user").order_by("user")}
    notify(
        kind=NoticeKind.TICKET, users=users.values(), text=f"群众在网上反映了一件事,编号{opinion.full_number},请核对。",
        link=opinion.page, at=at,
    )  # fmt: skip
