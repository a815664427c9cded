"""Whether a scheme still says what it said when it was applied."""

from collections.abc import Iterator

from scoring.models import Scheme
from scoring.services.schemes import current_digest
from scoring.states import VersionState


def scheme_problems(scheme: Scheme) -> Iterator[str]:
    """Every applied version against the digest of that moment, the base against the version applied last."""
    versions = list(scheme.versions.filter(state=VersionState.APPLIED).order_by("number").prefetch_related("rules"))
    for version in versions:
        if version.digest != current_digest(version):
            yield f"{scheme}积分方案第{version.number}版和执行时的校验码对不上,有人改过。"
    if versions and versions[-1].base != scheme.base:
        yield f"{scheme}积分方案的基础分和最后执行的第{versions[-1].number}版不一致。"
