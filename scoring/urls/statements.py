"""Addresses of statements and of sheets over a term."""

from django.urls import path

from scoring.views import statements, terms

urlpatterns = [
    path("me/statements/", statements.my_statements, name="my-statements"),
    path("deputies/<slug:code>/statements/", statements.deputy_statements, name="deputy-statements"),
    path("deputies/<slug:code>/statements/<int:year>/file/", statements.statement_file, name="statement-file"),
    path("points/statements/", statements.county_statements, name="county-statements"),
    path("me/terms/", terms.my_term, name="my-term"),
    path("deputies/<slug:code>/terms/", terms.deputy_term, name="deputy-term"),
    path("deputies/<slug:code>/terms/file/", terms.term_file, name="term-sheet-file"),
    path("points/terms/", terms.county_terms, name="county-terms"),
]
