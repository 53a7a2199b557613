"""`python -m shishod` is the shishod command."""

from shishod.daemon.main import main

main()
