"""From notebooks to the published book: parameters, editions, execution, caching, results, assembly, comparing.

The press knows nothing of the subject: it imports neither evidence nor analysis nor figures.
"""
