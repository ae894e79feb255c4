"""What the tests of the evidence share."""

from evidence import data_copy, raw_dir  # noqa: F401 - fixtures
