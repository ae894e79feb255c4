"""Programs that draw pictures with vl-convert, started by the paths of their files.

They import nothing of the press, which would take ten times as long as vl-convert itself.
"""
