"""Where mail is handed over: read from ``RELANCE_EMAIL_*``."""

import ssl
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_AT_HOME = frozenset({"127.0.0.1", "::1", "localhost"})


class Settings(BaseSettings):
    """How the mail server is reached; as it stands, the catcher on this machine.

    Attributes:
        tls: ``starttls`` (usually port 587), ``tls`` from the first byte (465) or ``none``.
        ca_file: certificates to trust instead of the system's.
        timeout: seconds for connecting and for each answer of the server.
        patience: seconds for a whole mail, waiting for a connection included.
        helo: the name we give; empty for that of this machine, as its DNS has it.
        sender: where bounces go; empty for the address a creditor's mail comes from.
        connections: how many may be open at once.
        mails_per_connection: after so many a connection is closed, as relays like it.
        idle_seconds: a connection left alone for longer is not used again.
    """

    model_config = SettingsConfigDict(
        env_prefix="RELANCE_EMAIL_",
        frozen=True,
        # A wrong setting must not print the password beside it.
        hide_input_in_errors=True,
    )

    host: str = "127.0.0.1"
    port: int = Field(default=1025, ge=1, le=65_535)
    user: str = ""
    password: SecretStr = SecretStr("")
    tls: Literal["starttls", "tls", "none"] = "none"
    ca_file: Path | None = None
    timeout: float = Field(default=30, gt=0)
    patience: float = Field(default=120, gt=0)
    helo: str = ""
    sender: str = ""
    connections: int = Field(default=4, ge=1)
    mails_per_connection: int = Field(default=100, ge=1)
    idle_seconds: float = Field(default=20, ge=0)

    @model_validator(mode="after")
    def _keeps_the_password(self) -> Self:
        if self.user and self.tls == "none" and self.host not in _AT_HOME:
            message = (
                "RELANCE_EMAIL_TLS=none would send RELANCE_EMAIL_PASSWORD in the clear: "
                "use starttls or tls"
            )
            raise ValueError(message)
        return self

    @property
    def place(self) -> str:
        """Host and port, as error texts name the server."""
        return f"{self.host}:{self.port}"

    @property
    def own_name(self) -> str | None:
        """The name we give; ``None`` asks the DNS, which costs seconds where there is none."""
        return self.helo or ("localhost" if self.host in _AT_HOME else None)

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """The certificates a server must be vouched for by."""
        return ssl.create_default_context(cafile=self.ca_file)
