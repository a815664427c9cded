"""Points taken away as workbooks."""
