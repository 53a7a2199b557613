"""What a library is: frozen values and pure functions; no I/O, no clock, no thread, no settings."""
