"""Pages of a year: where it stands, publicity and closing, the list made public, files."""

from scoring.views.years.acts import archive, close, publish
from scoring.views.years.files import publicity_file, workbook
from scoring.views.years.lists import publicity
from scoring.views.years.page import late, point_year, point_years

__all__ = ["archive", "close", "late", "point_year", "point_years", "publicity", "publicity_file", "publish", "workbook"]
