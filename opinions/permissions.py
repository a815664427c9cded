"""Who may make which move. The workflow table names these functions; services call them through it."""

from collections.abc import Iterable

from opinions.states import Kind, State
from stations.permissions import holds, holds_anywhere
from stations.querysets import scope_of
from stations.states import Right


def at_its_branch(user, opinion) -> bool:
    """The branch's head, and the station's clerk, who does every branch move of its tickets."""
    return holds(user, Right.HANDLE_OPINIONS, opinion.branch_id, opinion.station_id)


def at_its_station(user, opinion) -> bool:
    return holds(user, Right.HANDLE_OPINIONS, opinion.station_id)


def at_its_centre(user, opinion) -> bool:
    return holds(user, Right.DIRECT_OPINIONS, opinion.county_id)


def at_its_department(user, opinion) -> bool:
    """Officer or head of the department that has the ticket."""
    return holds(user, Right.ANSWER_OPINIONS, opinion.department_id)


def heads_its_department(user, opinion) -> bool:
    return holds(user, Right.SIGN_ANSWERS, opinion.department_id)


def assists_it(user, opinion) -> bool:
    """Officer or head of a department that still owes its opinion as an assisting one (协办)."""
    owing = [one.department_id for one in opinion.assistances.all() if one.given_at is None]
    return holds(user, Right.ANSWER_OPINIONS, *owing)


def is_its_deputy(user, opinion) -> bool:
    return opinion.deputy is not None and opinion.deputy.user_id == user.pk


def signed_it(user, opinion) -> bool:
    """A co-signer of the suggestion who has confirmed."""
    if opinion.kind != Kind.SUGGESTION or not user.is_authenticated:
        return False
    return opinion.cosigners.filter(confirmed_at__isnull=False, deputy__user=user.pk).exists()


def holds_it(user, opinion) -> bool:
    """The person's own place is the one that has to act."""
    if opinion.holder_department_id:
        return at_its_department(user, opinion)
    if opinion.holder_station_id == opinion.branch_id:
        return at_its_branch(user, opinion)
    if opinion.holder_station_id == opinion.station_id:
        return at_its_station(user, opinion)
    return opinion.holder_station_id == opinion.county_id and at_its_centre(user, opinion)


def looks_after_it(user, opinion) -> bool:
    """The ticket's own clerk and the county, whatever its state."""
    return at_its_station(user, opinion) or at_its_centre(user, opinion)


def can_tell_villager(user, opinion) -> bool:
    """Deputies tell the villager the result; head, clerk and county can do it for them."""
    return is_its_deputy(user, opinion) or at_its_branch(user, opinion) or at_its_centre(user, opinion)


def can_rate(user, opinion) -> bool:
    """Whoever can tell the villager passes the villager's word on, once it was told; a suggestion is rated by each of its
    signers, or by clerk and county for them."""
    if opinion.kind != Kind.SUGGESTION:
        return opinion.state != State.REPLIED and can_tell_villager(user, opinion)
    signed = is_its_deputy(user, opinion) or signed_it(user, opinion)
    return looks_after_it(user, opinion) or (signed and not has_rated(user, opinion))


def has_rated(user, opinion) -> bool:
    """Whether the person's own word on the answer that stands is recorded, by whomever."""
    answer = opinion.standing_answer
    return user.is_authenticated and opinion.verdicts.filter(reply=answer, signer__user=user.pk).exists()


def can_change_cosigners(user, opinion) -> bool:
    """The lead deputy, or clerk and county for them."""
    return is_its_deputy(user, opinion) or looks_after_it(user, opinion)


def is_cosigner(user, cosigner) -> bool:
    return cosigner.deputy.user_id is not None and cosigner.deputy.user_id == user.pk


def can_confirm_cosigner(user, cosigner) -> bool:
    """The invited deputy in person, or clerk and county, who have the signed paper."""
    return is_cosigner(user, cosigner) or looks_after_it(user, cosigner.opinion)


def can_sign_consultation(user, opinion) -> bool:
    """The lead deputy in person, or clerk and county, who have the signed paper."""
    return is_its_deputy(user, opinion) or looks_after_it(user, opinion)


def can_make_suggestion(user, opinion) -> bool:
    """The deputy who raised it, or the township station's clerk."""
    return is_its_deputy(user, opinion) or at_its_station(user, opinion)


def can_claim(user, opinion) -> bool:
    """An officer takes a ticket of the department into their own hands."""
    return at_its_department(user, opinion) and opinion.claimed_by_id != user.pk


def can_redact(user, opinion) -> bool:
    return looks_after_it(user, opinion)


def sees_original(user, opinion) -> bool:
    """The words that were struck out are for auditors alone."""
    return holds(user, Right.READ_AUDIT, opinion.county_id)


def can_register_opinion(user, branch, deputy) -> bool:
    """Clerk and head for anybody of the branch; a member for oneself only, since the ticket earns a point."""
    if holds(user, Right.HANDLE_OPINIONS, branch.pk, branch.parent_id):
        return True
    return branch.pk in scope_of(user).branches and deputy is not None and deputy.user_id == user.pk


def can_file_suggestion(user, deputy, station_id: int) -> bool:
    """The deputy in person, or the township station's clerk for them."""
    return deputy.user_id == user.pk or holds(user, Right.HANDLE_OPINIONS, station_id)


def can_take_in(user, county_id: int) -> bool:
    """Register what the congress or another office hands over as a list: the county, to whom it is handed."""
    return holds(user, Right.DIRECT_OPINIONS, county_id)


def sees_villager(user, opinion) -> bool:
    """Who may read the villager's name and phone. A confidential villager stays hidden from departments."""
    if at_its_branch(user, opinion) or at_its_centre(user, opinion) or is_its_deputy(user, opinion):
        return True
    return opinion.kind == Kind.OPINION and not opinion.confidential and at_its_department(user, opinion)


def can_settle_villager(user, opinion) -> bool:
    """Correct or let go of who the villager is: the branch's head, the station's clerk, the county. Others who may read it,
    the deputy and the department, have it from them."""
    places = (opinion.branch_id, opinion.station_id, opinion.county_id)
    return opinion.kind == Kind.OPINION and holds(user, Right.REVEAL_VILLAGERS, *places)


def can_settle_request(user, request) -> bool:
    return can_settle_villager(user, request.opinion)


def settles_villagers(user) -> bool:
    """Open the list of what villagers ask for at all."""
    return holds_anywhere(user, Right.REVEAL_VILLAGERS)


def can_find_villagers(user, county_id: int) -> bool:
    """Look up what is held under a phone, to answer a letter of its owner: the county administrator alone."""
    return holds(user, Right.FIND_VILLAGERS, county_id)


def sees_drafts(user, opinion) -> bool:
    """An answer that is not signed yet is the department's own business."""
    return at_its_department(user, opinion)


def sees_drafts_of(user, department_id: int | None) -> bool:
    """One department's drafts are its own business, also before the one that has the ticket now."""
    return holds(user, Right.ANSWER_OPINIONS, department_id)


def sees_assist_opinion(user, opinion, author_ids: Iterable[int]) -> bool:
    """What assisting departments wrote (协办意见) is for the lead department, clerk and county, and for the authors."""
    return (
        at_its_department(user, opinion)
        or looks_after_it(user, opinion)
        or holds(user, Right.ANSWER_OPINIONS, *author_ids)
    )


def can_export_tickets(user) -> bool:
    """Take the list away as a file: those who handle or answer tickets or make reports, not deputies; each what one sees."""
    return holds_anywhere(user, Right.DIRECT_OPINIONS, Right.HANDLE_OPINIONS, Right.ANSWER_OPINIONS, Right.MAKE_REPORTS)
