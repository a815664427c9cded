"""Which of the four roles (四大员) a kind of service usually is."""

from activities.states import ServiceKind
from deputies.states import ServiceRole

ROLE_OF_KIND: dict[str, str] = {
    ServiceKind.MEDIATION: ServiceRole.MEDIATOR,
    ServiceKind.PUBLICITY: ServiceRole.PUBLICIST,
    ServiceKind.HOUSEHOLD: ServiceRole.SERVANT,
    ServiceKind.ERRAND: ServiceRole.SERVANT,
    ServiceKind.OTHER: ServiceRole.LIAISON,
}
