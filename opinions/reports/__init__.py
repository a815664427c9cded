"""The figures of opinions and suggestions: read in a fixed number of queries, laid out as tables, taken away as files."""
