"""From disk to catalogue."""
