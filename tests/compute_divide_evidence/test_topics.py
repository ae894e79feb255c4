"""Topic terms and names of pre-trained models: matching, the file, and what the table keeps of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.sources.papers.topics import load_topics
from compute_divide.sources.store.files import EvidenceError
from compute_divide_evidence.papers.topics import TextSearch

TOPICS = load_topics()
TERMS, MODELS = TextSearch().terms, TextSearch().models


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Scaling Laws for Neural Language Models", "language model*"),
        ("Pre-training of Deep Bidirectional Transformers", "pre train*"),
        ("Pretraining at home", "pretrain*"),
        ("Text-to-Image synthesis", "text to image"),
        ("LLMs as judges", "llms"),
        ("Regret bounds for contextual bandits", "bandit*"),
        ("A Kernel Two-Sample Test", "kernel*"),
    ],
)
def test_a_term_in_a_title(text, term):
    assert term in TERMS.find(text).split("|")


@pytest.mark.parametrize(
    "text", ["An illmatic title", "Subgradients of pseudoconvexity", "Fairytales", "Elephants"]
)
def test_a_term_is_a_word_of_its_own(text):
    assert not {"llm", "convex", "fair", "graph"} & set(TERMS.find(text).split("|"))


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("Fine-tuning BERT for retrieval", "bert"),
        ("What GPT-4o knows", "gpt-4"),
        ("CLIP-guided editing", "clip"),
        ("LLaMA-2 and Llama 3", "llama"),
        ("We adapt Segment Anything", "sam"),
        ("RoBERTa-large", "roberta"),
    ],
)
def test_a_model_by_its_name(text, model):
    assert model in MODELS.find(text).split("|")


@pytest.mark.parametrize(
    ("text", "models"),
    [
        ("XLM-R and more", "xlm-r"),
        ("XLM-RoBERTa", "xlm-r"),
        ("XLM", "xlm"),
        ("GPT-3.5-turbo", "gpt-4"),
        ("GPT-3 or GPT-3.5", "gpt-3|gpt-4"),
        ("Sentence-BERT", "sbert"),
        ("BERT and Sentence-BERT", "bert|sbert"),
        ("Code Llama 7B", "code-llama"),
        ("StyleGAN2", "stylegan2"),
        ("DeepSeek-Coder", "deepseek-coder"),
    ],
)
def test_a_name_within_a_longer_one_does_not_count(text, models):
    assert MODELS.find(f"We use {text} here") == models


@pytest.mark.parametrize(
    "text", ["a clip of paper", "the bard sings", "gemini stars", "sharpness-aware SAM", "Albert"]
)
def test_a_common_word_is_no_model(text):
    assert not MODELS.find(text)


@given(st.text(max_size=200))
def test_any_text_can_be_searched(text):
    found = TERMS.find(text)
    assert found == "|".join(sorted(set(found.split("|")))) if found else True
    assert TERMS.find(text.lower()) == found or not text.isascii()


def test_groups_can_be_made_anew_from_the_stored_terms():
    intensive, low = TOPICS.terms(["compute-intensive"]), TOPICS.terms(["low-compute"])
    assert TOPICS.terms(["language-models"]) < intensive
    assert not intensive & low
    with pytest.raises(
        EvidenceError,
        match="'llms' is neither a group nor a topic; allowed: compute-intensive, low-compute",
    ):
        TOPICS.terms(["llms"])


GOOD = "topics: {a: {label: A, terms: [x]}}\ngroups: {g: {label: G, topics: [a]}}\nmodels: {}\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("topics: [a]", "topics: [b]", "the group 'g' names the topic 'b', which does not exist"),
        ("terms: [x]", "terms: []", "topics.a.terms"),
        ("terms: [x]", "terms: ['x*y']", "is not words"),
        ("label: A", "lable: A", "topics.a"),
        (
            "models: {}",
            "models: {m: {label: M, access: rented, kind: text, terms: [M]}}",
            "models.m.access",
        ),
        ("models: {}", "models: {", "is not YAML"),
    ],
)
def test_a_bad_file_names_the_place(old, new, message, data_copy):
    (data_copy / "topics.yml").write_text(GOOD)
    assert load_topics().terms(["g"]) == {"x"}
    (data_copy / "topics.yml").write_text(GOOD.replace(old, new))
    with pytest.raises(EvidenceError, match=rf"data/topics.yml .*{message}"):
        load_topics()
