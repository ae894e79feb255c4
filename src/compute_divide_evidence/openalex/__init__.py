"""OpenAlex: the API, and the whole snapshot."""
