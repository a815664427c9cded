"""How many of everything there are on both sides, and which ticket is what. Pure, so that both environments import it."""

SIZES = (1_000, 10_000, 50_000)
OFFICES = 20  # departments; queues with theirs
STAFF = 125  # accounts: the county's, clerks, heads of branches, officers and heads of departments; staff with theirs
ROWS = 25  # of a page
LOOKED_AT = 10  # open tickets at departments, whose pages are opened by turns
DAYS = 1000  # over which tickets came in
STEPS = {"closed": 7, "office": 4, "branch": 1}  # hops of a ticket; follow-ups with theirs
NOTE = "已到现场查看,列入本月维修计划,完工以后再告知反映人。"


def is_ended(n: str) -> str:
    """SQL: of five tickets four are closed; the fifth is open and late."""
    return f"({n} % 5 > 0)"


def is_with_office(n: str) -> str:
    """SQL: of the open ones every other is with a department, the rest with their branch."""
    return f"({n} % 10 = 0)"


def steps(n: str) -> str:
    """SQL: how many hops it has."""
    return (
        f"CASE WHEN {is_ended(n)} THEN {STEPS['closed']} WHEN {is_with_office(n)} THEN {STEPS['office']} "
        f"ELSE {STEPS['branch']} END"
    )
