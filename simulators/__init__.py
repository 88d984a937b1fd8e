"""Devices that people run by hand and tests script. Nothing here imports `gateway`."""
