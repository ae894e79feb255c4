"""The book on this machine while it is written: built, served on loopback, built again when a file changes."""

from __future__ import annotations

HOST = "127.0.0.1"
"""Never an address that others can reach: the server is made for the author alone."""
