"""Looks callers up: keys over `Operations`, sessions over the desk's accounts. Implements `rights.Known`."""

from gateway.accounts.model import Session
from gateway.store.keys import ApiKey
from gateway.web.services import Services


class Callers:
    """Raises sqlite3.Error where the store cannot be read."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def key(self, key: str) -> ApiKey | None:
        """Whose API key this is."""
        return self._services.operations.verify_key(key)

    def session(self, secret: str) -> Session | None:
        """Whose session this is; without pages nobody has one."""
        pages = self._services.pages
        return None if pages is None else pages.desk.accounts.session(secret)
