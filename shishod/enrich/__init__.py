"""Enrichment: what web catalogues say of books, asked for within their rules and believed only where it fits."""
