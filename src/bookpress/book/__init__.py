"""What a book is: chapters, parameters, editions, results."""
