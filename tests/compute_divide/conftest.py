"""What the tests of the subject share."""

from evidence import data_copy, raw_dir  # noqa: F401 - fixtures
