"""The machinery of concurrency: what waits, who works, and what is shared; it has never heard of a book."""
