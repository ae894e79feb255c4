"""The cover: findings, a chart, the list of chapters, the edition."""
