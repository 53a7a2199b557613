"""Watching: the kernel's hints, settled, turned into requests for walks. The watcher hints, the walk knows."""
