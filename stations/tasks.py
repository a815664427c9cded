"""Nightly check of the station tree."""

import logging

from celery import shared_task

from stations.services import check_tree

log = logging.getLogger(__name__)


@shared_task
def check_tree_nightly() -> int:
    """Rebuild the tree's numbers if they went wrong, and say so: it means that somebody wrote around the services."""
    problems = check_tree(fix=True)
    for problem in problems:
        log.error("station tree repaired: %s", problem)
    return len(problems)
