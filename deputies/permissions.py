"""Who may do what with deputies' master data, and who sees a phone in full.

Where a rule below is asked about `None`, that is the system itself: a command run on the county's own machine
(import_deputies, make_boards). Pages and the API always ask about somebody, if only an anonymous visitor.
"""

from django.db.models import Q

from deputies.states import ACCOUNT_TOPIC
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.permissions import holds, is_clerk_of, is_county_staff, is_head_of, places_with
from stations.querysets import scope_of
from stations.states import COUNTY_ROLES, Right


def can_edit_deputy(user, deputy) -> bool:
    """County staff; the deputies' own townships report changes to the county."""
    return user is None or is_county_staff(user, deputy.county_id)


def can_put_photo(user, deputy) -> bool:
    """County staff, the clerk of the station where the deputy serves today, and the deputy: it is their own likeness.

    Whether the photo is shown to the public is decided by the recorded consent alone.
    """
    return can_record_consent(user, deputy) or is_oneself(user, deputy)


def can_put_photos(user, place) -> bool:
    """Many photos at once, for a county or a station (`place`): its staff."""
    return user is None or is_county_staff(user, place.county_id or place.pk) or is_clerk_of(user, place.pk)


def can_record_consent(user, deputy) -> bool:
    """County staff and the station's clerk, who hold the signed paper; nobody records a consent of their own."""
    return can_edit_deputy(user, deputy) or is_clerk_over(user, deputy)


def can_withdraw_consent(user, deputy) -> bool:
    """Whoever records it, and the deputy: taking it back must be as easy as giving it (个人信息保护法 art. 15)."""
    return can_record_consent(user, deputy) or is_oneself(user, deputy)


def is_oneself(user, deputy) -> bool:
    return user.is_authenticated and deputy.user_id == user.pk


def is_clerk_over(user, deputy) -> bool:
    """Clerk of the station in which the deputy serves today."""
    stations = scope_of(user).townships
    serving = deputy.memberships.in_force(today_here()).filter(branch__parent__in=stations)
    return bool(stations) and serving.exists()


def can_keep_constituents(user, deputy) -> bool:
    """Who may write down whom a deputy keeps in touch with, and sees those villagers' names and phones in full:

    the deputy, the head of the branch, the clerk of the station where the deputy serves (or served last), county staff.
    """
    if user is None or is_oneself(user, deputy) or is_county_staff(user, deputy.county_id):
        return True
    today = today_here()
    last = deputy.memberships.latest_on(today).select_related("branch").first()
    if last is None:
        return False
    serves = last.ended_on is None or last.ended_on >= today
    return is_clerk_of(user, last.branch.parent_id) or (serves and is_head_of(user, last.branch_id))


def keeps_constituents_at(user, branch) -> bool:
    """The same for all who serve at a branch today."""
    return is_head_of(user, branch.pk) or is_clerk_of(user, branch.parent_id) or is_county_staff(user, branch.county_id)


def sees_constituents(user, deputy) -> bool:
    """Know that they exist and when there was contact: besides who keeps them the auditor, with the names masked."""
    return can_keep_constituents(user, deputy) or deputy.county_id in scope_of(user).counties


def sees_chain(user) -> bool:
    """The list of branches with who has been silent: the county, auditors, clerks for their own."""
    scope = scope_of(user)
    return bool(scope.counties or scope.townships)


def can_load_constituents(user, county) -> bool:
    """Many at once: the county's own staff, as for deputies; a clerk for the deputies of the own station."""
    return can_import_deputies(user, county) or bool(scope_of(user).townships)


def can_import_deputies(user, county) -> bool:
    """County staff, as for one deputy."""
    return user is None or is_county_staff(user, county.pk)


def can_print(user, place) -> bool:
    """What hangs at places is made and hung centrally by the county (统一制作、统一悬挂); a station may print and hang for
    itself and its branches, too."""
    return user is None or holds(user, Right.PRINT_BOARDS, place.county_id, place.township.pk)


def stations_to_print(user, on):
    """The township stations open on the day `on` for which `can_print` holds, in official order; nobody's for a visitor."""
    places = places_with(user, Right.PRINT_BOARDS)
    rows = Station.objects.townships().open(on).filter(Q(pk__in=places) | Q(county__in=places))
    return rows.in_official_order()


def sees_editions(user) -> bool:
    """What was printed, for which places, and what has to be printed again: who prints, and auditors."""
    scope = scope_of(user)
    return bool(scope.counties or scope.townships)


def can_supply_glyphs(user, county) -> bool:
    """Pictures of characters that no font has: the county's own staff, who have seen the identity card."""
    return user is None or holds(user, Right.PRINT_BOARDS, county.pk)


def sees_whole_phones(user) -> bool:
    """County staff and clerks, who have to call people; everyone else gets the phone masked."""
    scope = scope_of(user)
    return bool(scope.counties or scope.townships)


def sees_file(user, deputy) -> bool:
    """Mandates, branches and attendance with their dates: the deputy, and the staff of the deputy's places."""
    if user.is_authenticated and deputy.user_id == user.pk:
        return True
    scope = scope_of(user)
    if deputy.county_id in scope.counties:
        return True
    return bool(scope.townships) and deputy.memberships.filter(branch__parent__in=scope.townships).exists()


def sees_archive(user, deputy, year: int) -> bool:
    """Read the performance file (履职档案) of one year."""
    return bool(archive_years(user, deputy, [year]))


def archive_years(user, deputy, years) -> list[int]:
    """Those of `years` whose performance file the user reads: the deputy and the county all; a clerk from whose station
    the deputy had not left before the year; the head, for the members of today, the years in the branch.

    The file goes with the deputy to the next station; the one before gets no further years. A head sees no points.
    """
    scope = scope_of(user)
    if is_oneself(user, deputy) or deputy.county_id in scope.counties:
        return list(years)
    today, memberships = today_here(), list(deputy.memberships.select_related("branch"))
    return [year for year in years if any(_opens_archive(scope, one, year, today) for one in memberships)]


def _opens_archive(scope, membership, year: int, today) -> bool:
    """Whether having (had) the deputy at this branch lets its clerk or head read the file of `year`."""
    if membership.ended_on and membership.ended_on.year < year:
        return False
    serves = membership.started_on <= today and (membership.ended_on is None or today <= membership.ended_on)
    headed = serves and membership.branch_id in scope.headed and membership.started_on.year <= year
    return headed or membership.branch.parent_id in scope.townships


def can_bundle_archives(user, branch) -> bool:
    """The files of a whole branch at once: the county, the station's clerk, the branch's head."""
    return oversees_branch(user, branch) or is_head_of(user, branch.pk)


def oversees_branch(user, branch) -> bool:
    """County or clerk: sees whole files, points and portraits too, of all who serve or served there."""
    return holds(user, Right.MAKE_REPORTS, branch.county_id, branch.parent_id)


def sees_photo(user, deputy, on) -> bool:
    """Everybody while the deputy serves at an open branch and has agreed to it; else only who may see the file."""
    serves = deputy.memberships.in_force(on).filter(branch__opened_on__lte=on).exclude(branch__closed_on__lte=on)
    return (agreed_by(deputy.photo_consent_on, on) and serves.exists()) or sees_file(user, deputy)


def agreed_by(consent_on, on) -> bool:
    """Whether a recorded consent counts on the day `on`."""
    return consent_on is not None and consent_on <= on


def can_settle_correction(user, request) -> bool:
    """What is held of a deputy: county staff, who keep it up. An account: whoever keeps up accounts. Nobody the own request."""
    if request.asker_id == user.pk:
        return False
    if request.topic == ACCOUNT_TOPIC or request.deputy_id is None:
        return holds(user, Right.MANAGE_ACCOUNTS, request.county_id)
    return is_county_staff(user, request.county_id)


def corrections_settled_by(user) -> dict[str, set[int]]:
    """The counties (keys) for which `can_settle_correction` holds, as `CorrectionQuerySet.waiting_for` takes them."""
    return {
        "of_deputies": scope_of(user).places(*COUNTY_ROLES), "of_accounts": places_with(user, Right.MANAGE_ACCOUNTS),
    }  # fmt: skip


def settles_corrections(user) -> bool:
    """Open the list of requests at all: whoever settles any, and auditors to read."""
    return bool(scope_of(user).counties) or any(corrections_settled_by(user).values())


def is_asker(user, request) -> bool:
    return request.asker_id == user.pk
