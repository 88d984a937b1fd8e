"""From an accepted alert to its end: the pure life of an alert, the dispatcher, the texts, the carriers."""
