"""Who may do what with deputies' master data, and who sees a phone in full.

Where a rule below is asked about `None`, that is the system itself: a command run on the county's own machine
(import_deputies, make_boards). Pages and the API always ask about somebody, if only an anonymous visitor.
"""

from julu_liaison.common.working_days import today_here
from stations.permissions import is_clerk_of, is_county_staff
from stations.querysets import scope_of


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
    scope = scope_of(user)
    if not (scope.headed or scope.townships):
        return False
    today = today_here()
    placed = deputy.memberships.latest_on(today).looked_after_by(scope, today)
    return placed.exists()


def can_load_constituents(user, county) -> bool:
    """Many at once: the county's own staff, as for deputies; a clerk for the deputies of the own station."""
    return can_import_deputies(user, county) or bool(scope_of(user).townships)


def can_import_deputies(user, county) -> bool:
    """County staff, as for one deputy."""
    return user is None or is_county_staff(user, county.pk)


def can_print_boards(user, branch) -> bool:
    """Boards are made and hung centrally by the county (统一制作、统一悬挂); a station may print its own A3 drafts."""
    return user is None or is_county_staff(user, branch.county_id) or is_clerk_of(user, branch.parent_id)


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


def sees_photo(user, deputy, on) -> bool:
    """Everybody once the deputy has agreed to its publication; else only who may see the file."""
    return agreed_by(deputy.photo_consent_on, on) or sees_file(user, deputy)


def agreed_by(consent_on, on) -> bool:
    """Whether a recorded consent counts on the day `on`."""
    return consent_on is not None and consent_on <= on
