"""Reports of the points: sheets and workbooks."""
