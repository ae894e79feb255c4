"""What Sphinx remembers between builds: discarded if pages depend on something else, or kept."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Mapping

from bookpress.book.configuration import configuration
from bookpress.book.documents import ENDINGS
from bookpress.book.project import Project
from bookpress.book.source import build_time
from bookpress.edition.editions import Edition
from bookpress.files import canonical, naming, read, replace_file, sha256
from bookpress.outputs.base.added_code import code_of_elements
from bookpress.outputs.html.pages import DRAFT, MEMORY

RESTS_ON = ".rests-on"
"""The file, in Sphinx's memory, of the hash of everything that any page may depend on."""


def prepare_memory(project: Project, edition: Edition, files: Mapping[str, bytes]) -> str:
    """Discard what Sphinx remembers if the pages may now depend on something else.

    Return a hash of what they depend on.
    """
    common = {}
    for name, content in files.items():
        if not name.endswith(ENDINGS):
            common[name] = sha256(content)
    fingerprint = edition.fingerprint
    rests_on = [
        common,
        fingerprint.evidence,
        fingerprint.packages,
        fingerprint.lock,
        platform.python_version(),
        _moment(project),
        code_of_elements(),
    ]
    digest = sha256(canonical(rests_on).encode())
    memory = project.workshop / MEMORY
    is_of_other_build = (
        not (memory / RESTS_ON).is_file() or read(memory / RESTS_ON).decode() != digest
    )
    if is_of_other_build:
        shutil.rmtree(memory, ignore_errors=True)
    return digest


def _moment(project: Project) -> str:
    """Return the time of a build, as precisely as its pages show it."""
    moment = build_time(project.root)
    says_hours = "html_last_updated_fmt" in str(configuration(project.root))
    is_exact = project.settings.is_laid_out or says_hours
    if is_exact:
        return moment.isoformat()
    return moment.date().isoformat()


def keep_memory(project: Project, digest: str) -> None:
    """Let the next build start from what Sphinx has read for this one, which is complete."""
    memory = project.workshop / MEMORY
    draft = project.workshop / DRAFT
    replace_file(draft / RESTS_ON, digest.encode())
    shutil.rmtree(memory, ignore_errors=True)
    with naming(memory):
        draft.rename(memory)
