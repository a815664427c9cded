"""What is held of deputies' points."""

from julu_liaison.common.personal_data import DUTY, OFFICIAL, Declaration, Held, Whose

LEDGER = "积分流水只能冲正、不能改、不能删"


def _points(key: str, title: str, model: str, columns: str, owner: str, shown: str, page: str = "my-score") -> Held:
    return Held(
        key, title, Whose.DEPUTY, model, columns, "考核履职", DUTY, f"{OFFICIAL};{LEDGER}",
        "本人,所在联络站,县人大办公室,审计员;公示期内公示得分", owner=owner, shown=shown, page=page,
    )  # fmt: skip


PERSONAL_DATA = Declaration(
    held=(
        _points("points", "积分流水", "scoring.PointEntry",
                "deputy year number rule block points occurred_on reason source source_key fact_key turn reverses posted_at"
                " digest", "deputy__user", "year occurred_on points posted_at"),
        _points("claims", "加分申报", "scoring.BonusClaim",
                "deputy year item occurred_on text evidence is_late state check_note decision_note", "deputy__user",
                "occurred_on item text evidence state check_note decision_note", "claims-mine"),
        _points("claim_files", "加分申报的证明", "scoring.ClaimFile", "file name", "claim__deputy__user", "name", "claims-mine"),
        _points("claim_steps", "加分申报的办理过程", "scoring.ClaimStep", "claim move state at note", "claim__deputy__user",
                "at state note", "claims-mine"),
        _points("appeals", "复核", "scoring.Appeal",
                "deputy year kind entry text state cancels item occurred_on answer", "deputy__user",
                "year kind text state answer"),
        _points("waivers", "免扣", "scoring.Waiver", "deputy level items started_on ended_on reason", "deputy__user",
                "started_on ended_on reason"),
        _points("year_results", "年度结果", "scoring.YearResult",
                "deputy base deductions bonus total entries last_digest edition grade branch_name appeal made_at",
                "deputy__user", "closing__scheme__year base deductions bonus total grade"),
        _points("quarter_statements", "季度对账单", "scoring.QuarterStatement",
                "deputy year quarter base deductions bonus total entries last_digest made_at", "deputy__user",
                "year quarter total"),
        _points("absence_alerts", "缺席预警", "scoring.AbsenceAlert", "deputy activity told_at", "deputy__user",
                "activity__held_on activity__title told_at"),
        _points("chain_marks", "流水校验", "scoring.ChainMark", "closing deputy number digest", "deputy__user", ""),
    ),
    acts={
        "scoring.SchemeVersion": "drafted_by drafted_at applied_by applied_at", "scoring.Waiver": "granted_by granted_at",
        "scoring.BonusClaim": "claimed_by claimed_at checked_by checked_at decided_by decided_at",
        "scoring.ClaimFile": "added_by", "scoring.ClaimStep": "actor",
        "scoring.Appeal": "raised_by raised_at answered_by answered_at",
        "scoring.YearClosing": "published_by published_at closed_by closed_at",
    },
    nothing={
        "scoring.Scheme":
            "county year base late_until check_days decide_days appeal_days publicity_days shows_ranking",
        "scoring.SchemeVersion": "scheme number starts_on base why state digest",
        "scoring.Rule": "version item block points cap", "scoring.Waiver": "uid county",
        "scoring.Grade": "scheme name at_least", "scoring.PointEntry": "uid county",
        "scoring.BonusClaim": "branch station county uid version due_on reminded_on",
        "scoring.ClaimFile": "size added_at uid claim",
        "scoring.Appeal": "branch station county uid version due_on reminded_on",
        "scoring.YearClosing": "uid scheme publicity_from publicity_until digest archive", "scoring.YearResult": "closing",
        "scoring.QuarterStatement": "uid",
    },
)  # fmt: skip
