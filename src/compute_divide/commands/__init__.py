"""The commands of the subject: data and corpus."""
