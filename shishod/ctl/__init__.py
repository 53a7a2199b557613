"""shishoctl: one module a command; it knows the daemon only through its socket."""
