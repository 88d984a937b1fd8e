"""Clinic24: the event envelope, its answers and outcomes, and the line protocol that carries them."""
