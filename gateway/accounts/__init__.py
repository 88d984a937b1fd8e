"""Who may use the web pages: accounts, passwords, log-in, sessions.

Rules: a password is stored as an argon2id hash and computed in a thread; a session's secret is stored as its
SHA-256, like an API key's. What somebody may do is judged in `web.rights` alone. The units of a unit
administrator are those of the roster's `[[administrator]]` of the same user name: one truth for both.
"""
