"""What a correction changed in a duty log, in words."""

from collections.abc import Mapping
from typing import Any

from activities.states import Form, Presence
from deputies.states import ServiceRole
from julu_liaison.common.history import Difference

NOT_LISTED = "没有记"
FIGURES = (("received", "接待人数", "人"), ("households", "走访户数", "户"), ("leaflets", "发放资料", "份"))


def log_differences(before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, str]) -> list[Difference]:
    """Compare two contents of one log, as `services.logs.content_of` returns them; `names` are by deputy's code."""
    found = [Difference("形式", Form(before["form"]).label, Form(after["form"]).label)]
    found.append(
        Difference("角色", ServiceRole(before["service_role"]).label, ServiceRole(after["service_role"]).label)
    )
    for key, title, unit in FIGURES:
        found.append(Difference(title, f"{before[key]}{unit}", f"{after[key]}{unit}"))
    found.append(Difference("内容", before["summary"] or "没有写", after["summary"] or "没有写"))
    old, new = before["attendance"], after["attendance"]
    for code in dict.fromkeys([*old, *new]):
        found.append(Difference(names.get(code, code), _presence(old.get(code), names), _presence(new.get(code), names)))
    return [one for one in found if one.before != one.after]


def _presence(row: Mapping[str, Any] | None, names: Mapping[str, str]) -> str:
    if not row:
        return NOT_LISTED
    label = Presence(row["status"]).label
    return f"{label}(替{names.get(row['for'], row['for'])})" if row["for"] else label
