"""Where the house is put together: its configuration, its supervision, and the `shishod` command."""
