"""Topics and pre-trained models that a paper's texts name, by terms that are data.

The terms are in ``data/topics.yml``. The tables keep the terms that matched, not the topics, so
that a reader can regroup terms without the texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from compute_divide.sources.papers.affiliations import fold
from compute_divide.sources.store.files import EvidenceError, Strict, read_yaml

SEPARATOR = "|"


def _with_words(term: str) -> str:
    """Return a term; raise ValueError if it contains nothing to search for."""
    term_key(term)
    return term


Term = Annotated[str, AfterValidator(_with_words)]


class Topic(Strict):
    """A topic: the terms that show it, in lower case."""

    label: str = Field(min_length=1)
    terms: tuple[Term, ...] = Field(min_length=1)


class Group(Strict):
    """A named set of topics."""

    label: str = Field(min_length=1)
    topics: tuple[str, ...] = Field(min_length=1)


class NamedModel(Strict):
    """A pre-trained model: its access, and the spellings that name it."""

    label: str = Field(min_length=1)
    access: Literal["open", "hosted"]
    kind: Literal["text", "image", "vision-language", "speech", "code", "science", "backbone"]
    terms: tuple[Term, ...] = Field(min_length=1)


class Topics(Strict):
    """The content of ``data/topics.yml``."""

    topics: dict[str, Topic]
    groups: dict[str, Group]
    models: dict[str, NamedModel]

    @model_validator(mode="after")
    def _groups_name_topics(self) -> Topics:
        for name, group in self.groups.items():
            for topic in group.topics:
                if topic not in self.topics:
                    raise ValueError(
                        f"the group {name!r} names the topic {topic!r}, which does not exist"
                    )
        return self

    def members(self, names: Iterable[str]) -> list[str]:
        """Return the topics of groups, and topics, given by name: each once, in their order."""
        members: dict[str, None] = {}
        for name in names:
            is_unknown = name not in self.groups and name not in self.topics
            if is_unknown:
                allowed = ", ".join([*self.groups, *self.topics])
                raise EvidenceError(f"{name!r} is neither a group nor a topic; allowed: {allowed}")
            topics = self.groups[name].topics if name in self.groups else (name,)
            members |= dict.fromkeys(topics)
        return list(members)

    def label(self, name: str) -> str:
        """Return the written name of a topic, or of a group of topics."""
        named = self.topics.get(name) or self.groups[name]
        return named.label

    def terms(self, names: Iterable[str]) -> frozenset[str]:
        """Return the terms of topics and groups given by name."""
        topics = [self.topics[name] for name in self.members(names)]
        return frozenset(term for topic in topics for term in topic.terms)


def term_key(pattern: str, *, case: bool = False) -> str:
    """Return the text to search for when a pattern is applied."""
    text = re.sub(r"[^\w]+", " ", pattern.strip("*")).strip()
    is_malformed = not text or "*" in pattern.strip("*")
    if is_malformed:
        raise ValueError(f"the term {pattern!r} is not words with a * at the start or the end")
    text = text if case else fold(text)
    start = "" if pattern.startswith("*") else " "
    end = "" if pattern.endswith("*") else " "
    return f"{start}{text}{end}"


def load_topics() -> Topics:
    """Return the topics of papers, groups of topics, and pre-trained models to search for.

    Returns
    -------
    Topics
        The content of ``data/topics.yml``: ``topics``, ``groups`` and ``models``, each by name.

    Raises
    ------
    EvidenceError
        If the file is missing or damaged.

    Examples
    --------
    >>> load_topics().models["bert"].access
    'open'
    """
    return read_yaml("topics.yml", Topics)
