"""How a database of any released schema becomes one of the newest.

A later part (a diary) adds a file `versions/schema_<n>.py`, its tables to `tables.py`, and a dump
of a database of that schema to the tests.
"""
