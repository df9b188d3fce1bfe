"""What can go wrong while results are read; each says what happened, and what to do next."""

from __future__ import annotations


class RecitaClientError(Exception):
    """Any error of this package; ``fix`` says what to do next."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.args[0]}. Next: {self.fix}"

    @property
    def what(self) -> str:
        """What happened, without what to do next."""
        return str(self.args[0])


class NotFoundError(RecitaClientError):
    """The document, or what was asked of it, is not there."""


class UnsafeNameError(RecitaClientError):
    """An id, key or address that could lead to another document's data, or anywhere else."""


class UnsupportedVersionError(RecitaClientError):
    """The data follow a contract that this version of the package does not know."""


class ContractError(RecitaClientError):
    """The data do not follow the contract that they claim to follow."""


class IntegrityError(RecitaClientError):
    """An artifact has another size or SHA-256 than its manifest says."""
