"""The product: sources, intake, roster, routing, delivery, store, web, supervision, command line.

Rules: only `app` constructs services; a constructor does no I/O. Nothing here imports `simulators`.
"""
