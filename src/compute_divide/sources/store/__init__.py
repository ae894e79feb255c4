"""Tables on disk, with their sidecars."""
