"""OpenAlex: works, counts and companies."""
