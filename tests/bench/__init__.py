"""How fast, against what: realistic libraries, a naive scanner, the real daemon, and `find`, in one command."""
