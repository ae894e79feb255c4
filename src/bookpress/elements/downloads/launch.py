"""Services that can open and run a chapter: the book's ``launch_buttons``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

INTERFACES = {"classic": "tree", "jupyterlab": "lab/tree"}
"""The beginning of a notebook's address, by interface."""


def launches(options: Mapping[str, Any], document: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each service, and the address at which it opens a document.

    `options` are those of the theme, as Jupyter Book sets them; the document is the author's own
    file, relative to the book.

    Examples
    --------
    >>> buttons = {"notebook_interface": "jupyterlab", "colab_url": "https://colab.example"}
    >>> repository = "https://github.com/ada/winds"
    >>> options = {"launch_buttons": buttons, "repository_url": repository}
    >>> [*launches(options, "gales in #9.md")]
    [('Colab', 'https://colab.example/github/ada/winds/blob/master/gales%20in%20%239.md')]
    """
    buttons = options.get("launch_buttons") or {}
    repository = str(options.get("repository_url") or "").rstrip("/")
    branch = str(options.get("repository_branch") or "master")
    folder = str(options.get("path_to_docs") or "").strip("/")
    path = f"{folder}/{document}" if folder else document
    file = quote(path)
    interface = INTERFACES.get(str(buttons.get("notebook_interface")), "tree")
    site = urlsplit(repository).netloc
    project = urlsplit(repository).path.strip("/")
    bases = {name: str(address).rstrip("/") for name, address in buttons.items() if address}
    if project and "binderhub_url" in bases:
        at = _binder(site, project, repository)
        address = f"{bases['binderhub_url']}/v2/{at}/{branch}?urlpath={interface}/{file}"
        yield "Binder", address
    if project and "jupyterhub_url" in bases:
        place = f"{interface}/{project.rpartition('/')[2]}/{path}"
        asked = urlencode({"repo": repository, "urlpath": place, "branch": branch}, safe="/")
        yield "JupyterHub", f"{bases['jupyterhub_url']}/hub/user-redirect/git-pull?{asked}"
    if project and site == "github.com":
        at = f"{project}/blob/{branch}/{file}"
        if "colab_url" in bases:
            yield "Colab", f"{bases['colab_url']}/github/{at}"
        if "deepnote_url" in bases:
            address = quote(f"https://github.com/{at}", safe="")
            yield "Deepnote", f"{bases['deepnote_url']}/launch?url={address}"
    if "jupyterlite_url" in bases:
        yield "JupyterLite", f"{bases['jupyterlite_url']}?{urlencode({'path': path}, safe='/')}"


def _binder(site: str, project: str, repository: str) -> str:
    """Return a repository in Binder's notation."""
    if site == "github.com":
        return f"gh/{project}"
    if site == "gitlab.com":
        return f"gl/{quote(project, safe='')}"
    return f"git/{quote(repository, safe='')}"
