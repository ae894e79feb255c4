"""The types of bibliographic facts: texts, identifiers, addresses, days."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def single_spaced(value: Any) -> Any:
    """Return a text in composed form (NFC) with single spaces; other values unchanged."""
    if not isinstance(value, str):
        return value
    words = unicodedata.normalize("NFC", value).split()
    return " ".join(words)


def _like(pattern: str, allowed: str) -> AfterValidator:
    """Return a validator for the form of a text.

    It checks neither whether an identifier is registered nor its check digit.
    """

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text!r}; allowed: {allowed}")
        return text

    return AfterValidator(check)


def _as_folder(address: str) -> str:
    return address.rstrip("/") + "/"


def _as_day(value: Any) -> dt.date:
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError as error:
        raise ValueError(f"{value!r}; allowed: a day such as 2026-11-30") from error


Text = Annotated[str, BeforeValidator(single_spaced), Field(min_length=1)]
Doi = Annotated[
    Text,
    _like(r"10\.\d{4,9}/[^\s\"<>]+", "a bare DOI such as 10.5555/12345678, no https://"),
]
DoiScheme = Annotated[
    Text,
    _like(r"10\.\d{4,9}/[^\s\"<>]*\{slug\}[^\s\"<>]*", "a bare DOI with {slug} in it"),
]
Orcid = Annotated[
    Text,
    _like(r"(\d{4}-){3}\d{3}[\dX]", "four groups of four such as 0000-0002-1825-0097"),
]
Isbn = Annotated[Text, _like(r"97[89](-?\d){10}", "13 digits that begin with 978 or 979")]
Issn = Annotated[Text, _like(r"\d{4}-\d{3}[\dX]", "two groups of four such as 2049-3630")]
Url = Annotated[
    Text,
    _like(r"https?://[^\s\"<>/][^\s\"<>]*", "an address that begins with https:// or http://"),
]
Folder = Annotated[
    Url,
    _like(r"[^?#]*", "the address of a folder, without query and fragment"),
    AfterValidator(_as_folder),
]
EditionFolder = Annotated[
    Folder,
    _like(r".*\{(id|name)\}.*", "an address with {id} or {name} in it"),
]
Language = Annotated[
    Text,
    _like(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", "a code such as en or pt-BR"),
]
NamePart = Annotated[
    Text,
    _like(r"[^,]*", "part of a name without a comma; Jr. is a `suffix`, a group has a `name`"),
]
Day = Annotated[dt.date, BeforeValidator(_as_day)]


class Facts(BaseModel):
    """Facts that do not change; an empty setting counts as absent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, stated: Any) -> Any:
        if not isinstance(stated, dict):
            return stated
        return {key: value for key, value in stated.items() if value != ""}


Email = Annotated[Text, _like(r"[^@\s]+@[^@\s]+", "an address such as books@example.org")]
