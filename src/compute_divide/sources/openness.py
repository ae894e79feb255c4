"""What open weights are used for, and which other parts of a model come with them.

The Center for Security and Emerging Technology read papers on models: papers on open models that
needed the weights, and papers on closed models that did not. So counts say what is done, not how
often weights are needed. Volunteers fill in the catalogue of the Model Openness Tool, which is not
a sample.
"""

from __future__ import annotations

from compute_divide.sources.store import tables
from compute_divide.sources.store.raw_csv import Labels

DERIVED_BY = "compute_divide.sources.openness"

# --- what papers do with models ---

USES = Labels(
    "use of a model",
    {
        "fine-tuning": "fine-tuning",
        "examination": "examination",
        "examinations": "examination",
        "compression": "compression",
        "compresssion": "compression",
        "modification": "modification",
        "combination": "combination",
        "continued pretraining": "continued pre-training",
        "continued pre-training": "continued pre-training",
        "contined pre-training": "continued pre-training",
        "hardware benchmarking": "measuring hardware",
        "prompting": "prompting",
        "performance": "prompting",  # the heading of an evaluation by prompts, once without it
    },
)
"""The uses of a model in a paper, by the headings of the annotators and their misspellings."""

ACCESS = ("open weights", "service", "service, fine-tuned")
"""The access to a model in the papers of a sheet; the third sheet has papers that fine-tune one."""

AUTHORS = ("university", "university and company", "company", "other", "unknown")

USES_OF_MODELS = tables.EvidenceTable(
    "outside/model_uses.csv",
    tables.schema(
        access=tables.one_of(ACCESS, nullable=False),
        uses=tables.list_of(USES.ours),
        authors=tables.one_of(AUTHORS, nullable=False),
        papers=tables.whole(1, nullable=False),
    ),
    "numbers of papers on language models by what they do with the model",
    f"{DERIVED_BY}.derive_model_uses",
)
"""One row per kind of authors and set of uses, joined by ``|``.

A paper on several models counts once for each kind of access, with all its uses.
"""
load_model_uses = USES_OF_MODELS.read


# --- which parts of a model are released ---

COMPONENTS = {
    "model_architecture": "architecture",
    "data_preprocessing_code": "code that prepares the data",
    "training_code": "training code",
    "inference_code": "code to run it",
    "evaluation_code": "evaluation code",
    "supporting_libraries_and_tools": "libraries and tools",
    "model_parameters_final": "weights",
    "model_parameters_intermediate": "weights during training",
    "datasets": "training data",
    "evaluation_data": "evaluation data",
    "sample_model_outputs": "sample outputs",
    "model_card": "model card",
    "data_card": "data card",
    "technical_report": "technical report",
    "research_paper": "research paper",
    "evaluation_results": "evaluation results",
    "model_metadata": "metadata",
}
"""The components of the Model Openness Framework, by the column of the source."""

RELEASED = tables.EvidenceTable(
    "outside/components.csv",
    tables.schema(
        model=tables.text(nullable=False),
        producer=tables.text(),
        entered=tables.date(),
        components=tables.list_of(list(COMPONENTS.values())),
    ),
    "models of the Model Openness Tool and the components listed as released",
    f"{DERIVED_BY}.derive_components",
)
"""One row per entry; ``components`` are ``|``-joined, and missing if nothing is listed."""
load_components = RELEASED.read


TABLES = (USES_OF_MODELS, RELEASED)
