"""Suites of other people's tests, run against their own code in normal form: see `upstream_suites.py`."""
