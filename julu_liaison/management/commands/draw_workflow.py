"""Draw the tickets' workflow from its table, as a Mermaid diagram for docs/workflow.md."""

from types import SimpleNamespace

from django.core.management import BaseCommand

from activities.states import Rating
from opinions.states import Kind, State
from opinions.workflow import MOVES


def targets(move, source: str) -> set[str]:
    """Return every state that `move` can lead to from `source`, tried out on made-up tickets."""
    found = set()
    for kind in Kind:
        for signature in (True, False):
            for rating in Rating:
                for paused in (State.AT_BRANCH, State.AT_STATION, State.AT_CENTRE, State.AT_DEPARTMENT):
                    ticket = SimpleNamespace(
                        state=source, kind=kind, paused_state=paused, waits_for_more_verdicts=lambda signer: False,
                        department=SimpleNamespace(signature_needed=signature),
                    )  # fmt: skip
                    found.add(str(move.target_for(ticket, {"rating": rating})))
    return found


def diagram() -> str:
    """Return the whole page: a diagram of the moves that change the state, a list of those that keep it."""
    lines = [
        "# Workflow of a ticket", "", "Made by `python manage.py draw_workflow`; a test compares it with the table.", "",
        "```mermaid", "stateDiagram-v2",
    ]  # fmt: skip
    lines += [f"    {state.value}: {state.label}" for state in State]
    for move in MOVES.values():
        for source in (state.value for state in State if state in move.sources):
            for target in sorted(targets(move, source) - {source}):
                if move.name != "void":
                    lines.append(f"    {source} --> {target}: {move.label}")
    lines += ["```", "", "`void` (作废) is open in every state that has not ended.", "", "Moves that can keep the state:", ""]
    for move in MOVES.values():
        kept = [state.value for state in State if state in move.sources and state.value in targets(move, state.value)]
        if kept:
            lines.append(f"* `{move.name}` {move.label}: {', '.join(kept)}")
    return "\n".join(lines) + "\n"


class Command(BaseCommand):
    help = "按办理流程表画图(docs/workflow.md)"

    def handle(self, **options):
        self.stdout.write(diagram(), ending="")
