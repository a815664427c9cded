"""What is held of whoever serves somewhere."""

from julu_liaison.common.personal_data import DUTY, OFFICIAL, Declaration, Held, Whose

PERSONAL_DATA = Declaration(
    held=(
        Held(
            "postings", "岗位", Whose.ACCOUNT, "stations.Posting",
            "user role station department started_on ended_on stands_in_for",
            "决定能看什么、能办什么", DUTY, OFFICIAL, "本人,县里安排岗位的人,审计员", owner="user",
            shown="role station department started_on ended_on", page="account",
            correctable="role station department started_on ended_on", named_by="role station department",
        ),
    ),
    nothing={
        "stations.Station":
            "code level name full_name parent county official_order division_code host address phone duty_hours seats"
            " opened_on closed_on merged_into is_demo lft rght tree_id depth",
        "stations.Village": "name branch",
        "stations.Department": "code name county phone signature_needed official_order is_active",
    },
)  # fmt: skip
