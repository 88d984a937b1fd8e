"""The password of a line, which should not stand in the configuration file itself."""

from pydantic import Field, SecretStr

from gateway.config.fields import FilePath, Text
from gateway.config.sections import Section


class Credentials(Section):
    """A password, written in one of three ways; `load` puts what it found into `password`."""

    password: SecretStr | None = Field(default=None, description="in clear; better one of the two below")
    password_env: Text | None = Field(
        default=None, description="environment variable that holds the password"
    )
    password_file: FilePath | None = Field(
        default=None, description="file whose first line is the password; relative to the configuration file"
    )

    @property
    def secret(self) -> str:
        """The password itself; empty if there is none."""
        return "" if self.password is None else self.password.get_secret_value()

    @property
    def password_in_clear(self) -> bool:
        """Whether the configuration file itself holds the password."""
        return self.secret != "" and self.password_env is None and self.password_file is None
