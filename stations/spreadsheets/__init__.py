"""Villages, departments and staff as workbooks: import with preview, export, template."""

from stations.spreadsheets.departments import DEPARTMENTS
from stations.spreadsheets.staff import STAFF
from stations.spreadsheets.villages import VILLAGES

__all__ = ["DEPARTMENTS", "STAFF", "VILLAGES"]
