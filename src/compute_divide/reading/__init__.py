"""The Sphinx extension: charts on the page, results in prose, parameter box, citation, downloads."""
