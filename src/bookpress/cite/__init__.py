"""One record of bibliographic facts (`record`), written in every form of citation."""
