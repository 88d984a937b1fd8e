"""The HTTP listener: FastAPI under uvicorn, on the loop that Twisted's reactor runs.

An island of asyncio: `api` and `auth` are coroutines of asyncio that reach the core only through
`gateway.bridge`; `service` is what Twisted code starts and stops. Rules: this package is imported only where
`[web]` is configured. Every answer about `/api` needs a key; no answer holds a trace. Errors are
problem+json (RFC 9457).
"""
