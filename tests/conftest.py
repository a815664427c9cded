"""Fixtures every test may use."""

import gc
import os

import pytest
from django.test import TransactionTestCase

from tests.cast import Cast, build_cast, remember_cast
from tests.databases import Migrated, empty_by_deleting
from tests.ledgers import unguarded_ledger

# Playwright's event loop lives in the test's own thread.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


# Modules that run on SQLite alone, to keep CI within its time: pages, files, texts, and services whose queries are plain. The
# others ask for what differs between databases (figures, searching, numbers, guards and ledgers, trees, the API, what is
# hostile) and run on PostgreSQL, too, as do races, faults and the access matrix, which opens every page there as two roles.
ON_ONE_DATABASE = {
    "test_access", "test_accounts", "test_activity_attendance", "test_activity_links", "test_activity_pages", "test_admin",
    "test_announcements", "test_answer_links", "test_appeal_pages", "test_appeals", "test_archive", "test_assisting",
    "test_audit_coverage", "test_audit_page", "test_audit_second_step", "test_backup", "test_boards", "test_bulk_moves",
    "test_calendar_page", "test_chain_page", "test_claim_pages", "test_claims", "test_clerk_card", "test_clock_jumps",
    "test_confidential_tickets", "test_consent", "test_console", "test_constituents", "test_consultations",
    "test_corrections", "test_deployment", "test_deputies_list", "test_desk_forms", "test_due_days", "test_due_lists",
    "test_entry_checking", "test_entry_scope", "test_exemptions", "test_extensions", "test_feeds", "test_form_drafts",
    "test_gateway_pages", "test_glyph_images", "test_handbook", "test_headers", "test_helpdesk_bench", "test_hop_files",
    "test_import_deputies", "test_import_opinions", "test_import_page", "test_jobs", "test_joint_activities",
    "test_kept_nowhere", "test_leave_pages", "test_log_photos", "test_log_register", "test_lost_keys", "test_me",
    "test_message_pages", "test_message_routing", "test_message_rules", "test_message_sending", "test_month_as_of",
    "test_month_reports", "test_monthly_report", "test_moving_branches", "test_navigation", "test_notice_pages",
    "test_office_inbox", "test_opening_a_county", "test_own_data", "test_page_weight", "test_personal_data_register",
    "test_photos", "test_places_page", "test_problems", "test_projects", "test_public_pages", "test_redaction",
    "test_registering_page", "test_registers", "test_results_workbook", "test_rights", "test_roster_changes",
    "test_roster_page", "test_roster_planning", "test_roster_remedies", "test_roster_replanning", "test_sample_answers",
    "test_scheme_pages", "test_scheme_versions", "test_score_lists", "test_score_page", "test_scoring_rules",
    "test_service_records", "test_sheet_days", "test_sheet_drafts", "test_stale_tickets", "test_statements",
    "test_suggestion_papers", "test_sunday_sheet", "test_supervision", "test_swaps", "test_term_sheets", "test_terms",
    "test_ticket_export", "test_ticket_list", "test_ticket_pages", "test_told_truly", "test_upload_doors",
    "test_villager_data", "test_villager_entries", "test_villager_feedback", "test_villager_pages", "test_villager_visits",
    "test_visit_pages", "test_waivers", "test_whole_workbooks", "test_work_plans", "test_workflow_doors", "test_year_pages",
}  # fmt: skip


# Modules whose tests take many seconds each. They come first, so that no worker is left with one when the others are done.
LONGEST = ("test_seed_demo", "test_access_matrix", "test_import_deputies", "test_worker")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.stem in ON_ONE_DATABASE:
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
    gc.freeze()  # what is there now stays: looking through it again and again took a twentieth of the suite
    gc.set_threshold(20_000, 50, 50)


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
