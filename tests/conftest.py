"""Fixtures every test may use."""

import os

import pytest
from django.test import TransactionTestCase

from tests.cast import Cast, build_cast, remember_cast
from tests.databases import Migrated, empty_by_deleting
from tests.ledgers import unguarded_ledger

# Playwright's event loop lives in the test's own thread.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


# Modules about what pages and files look like. Their queries run on PostgreSQL in the access matrix, which opens every
# page as four roles; rules, services, the API and races are tested on both databases. Keeps CI within its time.
PAGES_AND_FILES = {
    "test_accounts", "test_activity_pages", "test_admin", "test_archive", "test_boards", "test_calendar_page",
    "test_chain_page", "test_console", "test_consent", "test_constituents", "test_deputies_list", "test_desk_forms",
    "test_feeds", "test_form_drafts", "test_import_page", "test_jobs", "test_kept_nowhere", "test_leave_pages",
    "test_log_photos", "test_log_register", "test_me", "test_monthly_report", "test_navigation", "test_page_weight",
    "test_photos", "test_places_page", "test_problems", "test_projects", "test_public_pages", "test_registers",
    "test_rights", "test_roster_page", "test_roster_remedies", "test_sample_answers", "test_suggestion_papers",
    "test_supervision", "test_consultations", "test_confidential_tickets", "test_hop_files", "test_redaction",
    "test_stale_tickets", "test_ticket_export", "test_ticket_list", "test_ticket_pages", "test_villager_feedback",
    "test_workflow_doors", "test_office_inbox", "test_answer_links", "test_registering_page", "test_import_opinions",
    "test_terms", "test_due_days", "test_bulk_moves", "test_told_truly", "test_visit_pages",
    "test_work_plans", "test_score_page", "test_year_pages", "test_results_workbook", "test_appeal_pages", "test_claim_pages",
    "test_backup", "test_deployment", "test_villager_entries", "test_villager_pages", "test_notice_pages", "test_message_pages",
    "test_gateway_pages", "test_announcements", "test_message_rules",
    "test_scheme_pages", "test_term_sheets", "test_scoring_rules", "test_activity_links", "test_whole_workbooks",
    "test_headers", "test_lost_keys", "test_upload_doors", "test_opening_a_county", "test_handbook", "test_clerk_card",
    "test_audit_page", "test_audit_coverage", "test_audit_second_step", "test_own_data", "test_personal_data_register",
    "test_villager_visits", "test_helpdesk_bench",
}  # fmt: skip


# Modules whose tests take many seconds each. They come first, so that no worker is left with one when the others are done.
LONGEST = ("test_seed_demo", "test_access_matrix", "test_import_deputies", "test_worker")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.stem in PAGES_AND_FILES:
            item.add_marker(pytest.mark.once)
    items.sort(key=lambda item: item.path.stem not in LONGEST)


@pytest.fixture(autouse=True, scope="session")
def flushing_lifts_the_ledgers_guard():
    """Transactional tests end by emptying every table; there alone the triggers of the ledger are lifted."""
    flush = TransactionTestCase._fixture_teardown

    def lifted(test):
        with unguarded_ledger():
            flush(test)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lifted)
        yield


@pytest.fixture(scope="session")
def migrated(django_db_modify_db_settings_parallel_suffix) -> Migrated:
    return Migrated()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(migrated, django_db_blocker, django_db_use_migrations, django_db_keepdb):
    """The last thing before pytest-django makes the test database; one that it takes over or makes otherwise is no model."""
    if django_db_use_migrations and not django_db_keepdb:
        with django_db_blocker.unblock():
            migrated.lend()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, migrated):
    """The test database of pytest-django, and the cast remembered before any test has changed a clock or a setting."""
    with django_db_blocker.unblock():
        migrated.keep()
        empty_by_deleting()
        remember_cast()


@pytest.fixture
def cast(db) -> Cast:
    """The small county of tests/cast.py."""
    return build_cast()


@pytest.fixture
def signed_in(client):
    """Sign a user of the cast in: `signed_in(cast.clerk).get(...)` (force_login: axes wants a request)."""

    def sign_in(user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def media(settings, tmp_path):
    """A media folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT
