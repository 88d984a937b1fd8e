"""The wire of the running gateway, live: who listens in, what may be shown, and what it means."""
