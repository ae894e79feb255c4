"""What commands print: messages, tables of results, and the progress of a build."""
