"""The commands of the evidence: data and corpus."""
