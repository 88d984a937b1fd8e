"""Talks to an unknown device on an ESPA 4.4.4 line, step by step, and finds out how to speak with it."""
