# The tables of the evidence, by the module that reads them: `data.py` imports it on first use.
from compute_divide.sources.audit.institutes import load_institutes as institutes
from compute_divide.sources.audit.instruments import load_instruments as instruments
from compute_divide.sources.audit.machines import load_audited_chips as audited_chips
from compute_divide.sources.audit.machines import load_audited_machines as audited_machines
from compute_divide.sources.audit.machines import load_aurora_rates as aurora_rates
from compute_divide.sources.audit.results import load_changed_results as changed_results
from compute_divide.sources.audit.runs import load_audited_runs as audited_runs
from compute_divide.sources.audit.sample import load_audit_sample as audit_sample
from compute_divide.sources.chips.campuses import load_campuses as campuses
from compute_divide.sources.chips.chips import load_chips as chips
from compute_divide.sources.chips.chips import load_gpu_trends as gpu_trends
from compute_divide.sources.chips.chips import load_prices as prices
from compute_divide.sources.chips.clusters import load_clusters as clusters
from compute_divide.sources.chips.machines import load_laboratories as laboratories
from compute_divide.sources.chips.machines import load_owners as owners
from compute_divide.sources.chips.machines import load_rental_prices as rental_prices
from compute_divide.sources.chips.machines import load_top500 as top500
from compute_divide.sources.chips.universities import load_university_checks as university_checks
from compute_divide.sources.chips.universities import load_university_gpus as university_gpus
from compute_divide.sources.chips.universities import load_university_sizes as university_sizes
from compute_divide.sources.claims import load_claims as claims
from compute_divide.sources.claims import load_compute_costs as compute_costs
from compute_divide.sources.claims import load_ledger as ledger
from compute_divide.sources.claims import load_presets as presets
from compute_divide.sources.claims import load_related_figures as related_figures
from compute_divide.sources.models.makers import load_makers as makers
from compute_divide.sources.models.makers import load_pretrained_models as pretrained_models
from compute_divide.sources.models.table import load_models as models
from compute_divide.sources.openalex.tables import load_openalex_companies as openalex_companies
from compute_divide.sources.openalex.tables import load_openalex_counts as openalex_counts
from compute_divide.sources.openalex.tables import load_openalex_works as openalex_works
from compute_divide.sources.openness import load_components as components
from compute_divide.sources.openness import load_model_uses as model_uses
from compute_divide.sources.outside.capability import load_capability as capability
from compute_divide.sources.outside.evaluations import load_cards as cards
from compute_divide.sources.outside.evaluations import load_evaluations as evaluations
from compute_divide.sources.outside.evaluations import load_evaluators as evaluators
from compute_divide.sources.outside.transparency import load_transparency as transparency
from compute_divide.sources.papers.affiliations import load_affiliation_rules as affiliation_rules
from compute_divide.sources.papers.citations import load_ranks as ranks
from compute_divide.sources.papers.email_domains import load_domain_rules as domain_rules
from compute_divide.sources.papers.labelled import load_labelled_namings as labelled_namings
from compute_divide.sources.papers.labelled import load_labelled_papers as labelled_papers
from compute_divide.sources.papers.machine_entries import (
    load_computing_centres as computing_centres,
)
from compute_divide.sources.papers.machine_entries import (
    load_university_machines as university_machines,
)
from compute_divide.sources.papers.participation import (
    load_university_coverage as university_coverage,
)
from compute_divide.sources.papers.participation import (
    load_university_domains as university_domains,
)
from compute_divide.sources.papers.participation import load_university_papers as university_papers
from compute_divide.sources.papers.table import load_agreement as agreement
from compute_divide.sources.papers.table import load_papers as papers
from compute_divide.sources.papers.topics import load_topics as topics
from compute_divide.sources.papers.universities import load_university_names as university_names
from compute_divide.sources.papers.universities import (
    load_university_readings as university_readings,
)
from compute_divide.sources.store.by_hand import load_table as table

__all__ = [
    "affiliation_rules",
    "agreement",
    "audit_sample",
    "audited_chips",
    "audited_machines",
    "audited_runs",
    "aurora_rates",
    "campuses",
    "capability",
    "cards",
    "changed_results",
    "chips",
    "claims",
    "clusters",
    "components",
    "compute_costs",
    "computing_centres",
    "domain_rules",
    "evaluations",
    "evaluators",
    "gpu_trends",
    "institutes",
    "instruments",
    "labelled_namings",
    "labelled_papers",
    "laboratories",
    "ledger",
    "makers",
    "model_uses",
    "models",
    "openalex_companies",
    "openalex_counts",
    "openalex_works",
    "owners",
    "papers",
    "presets",
    "pretrained_models",
    "prices",
    "ranks",
    "related_figures",
    "rental_prices",
    "table",
    "top500",
    "topics",
    "transparency",
    "university_checks",
    "university_coverage",
    "university_domains",
    "university_gpus",
    "university_machines",
    "university_names",
    "university_papers",
    "university_readings",
    "university_sizes",
]
