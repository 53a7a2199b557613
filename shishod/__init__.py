"""shishod: watch folders of books and keep one truthful catalogue of them."""

__version__ = "0.1.0"
