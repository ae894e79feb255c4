"""What chapters rest on besides their own text, for builds in which Jupyter Book runs them itself.

Sphinx reads a chapter again, and so runs it, when its file or a setting has changed. Evidence and package are neither:
their hash is made a setting.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bookpress.files import canonical, sha256, tree
from bookpress.page.base.claims import evidence_dir

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

SETTING = "compute_divide_rests_on"
PACKAGE = Path(__file__).parents[2]


def note(app: Sphinx, config: Config) -> None:
    """Note the evidence and the package as they are; nothing where chapters were run before."""
    if config.nb_execution_mode != "off":
        config[SETTING] = sha256(canonical([tree(evidence_dir(Path(app.srcdir))), tree(PACKAGE)]).encode())


def setup(app: Sphinx) -> None:
    """Make it a setting that every page depends on."""
    app.add_config_value(SETTING, "", "env", str)
    app.connect("config-inited", note)
