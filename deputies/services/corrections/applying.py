"""Writing what was asked for, where it is a plain column that has a service."""

from deputies.models import CorrectionRequest
from deputies.services.people import edit_deputy
from deputies.states import ACCOUNT_TOPIC
from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.common.texts import checked_name, checked_phone
from stations.services import edit_posted_account

# A name stays with the pages: it is on boards and certificates, and somebody looks at the identity card first.
PLAIN = {
    "deputy": ("phone", "employer", "position", "ethnicity", "contact_scope"),
    ACCOUNT_TOPIC: ("name", "phone"),
}
READERS = {"phone": checked_phone, "name": checked_name}


def is_plain(request: CorrectionRequest) -> bool:
    """Whether `apply` can write it; else somebody corrects it on the pages and says so."""
    return request.column in PLAIN.get(request.topic, ())


def apply_correction(request: CorrectionRequest, actor) -> None:
    """Step of `move_correction`. Raises Conflict for what is not plain, DomainError for a value that the column refuses."""
    if not is_plain(request):
        raise Conflict("这一项不能直接改,请到资料页面更正以后,再点“已经更正好了”。")
    value = _read(request)
    if request.topic == ACCOUNT_TOPIC:
        edit_posted_account(account=request.asker, actor=actor, **{request.column: value})
    elif request.deputy:
        edit_deputy(deputy=request.deputy, actor=actor, **{request.column: value})


def _read(request: CorrectionRequest) -> str:
    reader = READERS.get(request.column)
    longest = _longest(request)
    try:
        value = reader(request.right_value) if reader else request.right_value
    except DomainError as error:
        raise DomainError(f"申请里写的不能直接用:{error.message}") from error
    if longest and len(value) > longest:
        raise DomainError(f"申请里写的太长,“{request.column_title}”最多{longest}个字。")
    return value


def _longest(request: CorrectionRequest) -> int | None:
    owner = request.asker if request.topic == ACCOUNT_TOPIC else request.deputy
    return getattr(owner._meta.get_field(request.column), "max_length", None) if owner else None
