"""Bytes, values and sessions of every wire protocol, for both ends.

Rules: no socket, no clock, no log, no thread. Only `transport` knows Twisted. Nothing here imports
`gateway` or `simulators`.
"""
