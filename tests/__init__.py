"""What shishod promises, in tests: a mirror of the rooms, and folders named for behaviours that cross them."""
