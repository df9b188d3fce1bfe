"""The error tree; a class's name is the name that ``ErrorEquals`` matches in the state machine.

RecitaError
├── DocumentRejectedError       the upload can't be processed; caught by the step, never by a Retry
├── RequestRefusedError         the HTTP API will not do what it is asked for
├── ConfigurationError          the deployment lacks a setting
├── OcrFailedError              a Textract job ended without a result
├── CostCapReachedError         the next call would cost more than the document may
├── UnderstandingFailedError    what was understood can't be used by what comes after
└── ProviderError               an AWS service answered with an error
    ├── ProviderThrottledError    too fast or over quota: the state machine retries
    │   └── ProviderPacedError           the stack's own rate is used up: retried for longer
    ├── ProviderBusyError         too many jobs are open: the state machine retries, more slowly
    ├── ProviderUnavailableError  a fault on the service's side: the state machine retries
    └── ProviderRefusedError      the service will not take this request: retrying can't help
        ├── ProviderTooLargeError        it would take a smaller one
        ├── TranslationUnsupportedError  Translate doesn't know the language, or not this pair
        ├── LanguageUnclearError         nobody can tell which language the document is in
        ├── TerminologyMissingError      Translate has no terminology of the name
        └── VoiceMissingError            Polly has no voice for the language
"""

from __future__ import annotations


class RecitaError(Exception):
    """Base of all errors that Recita raises; ``hint`` says what a person can do."""

    hint = "Look into the function's log group for this document id."

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint:
            self.hint = hint


class DocumentRejectedError(RecitaError):
    """The upload can't be processed; ``code`` is a key of ``models.reasons.REJECTIONS``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RequestRefusedError(RecitaError):
    """The HTTP API will not do what it is asked for; ``code`` is a key of ``reasons.REFUSALS``."""

    hint = "The answer's hint says what to ask instead."

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ConfigurationError(RecitaError):
    """The deployment lacks a setting."""

    hint = "Set it in template.yaml and deploy again."


class OcrFailedError(RecitaError):
    """A Textract job ended without a result."""

    hint = "Run the document again; if it fails twice, Textract can't read this file."


class CostCapReachedError(RecitaError):
    """The next call would cost more than the document may."""

    hint = "Raise MaxCostPerDocument, or upload a smaller document."
    code = "cost-cap-reached"

    def __init__(self, spent: float, cost: float, cap: float) -> None:
        super().__init__(
            f"about USD {spent:.4f} is spent, the next call may cost USD {cost:.4f}, "
            f"the cap is USD {cap:g}"
        )


class UnderstandingFailedError(RecitaError):
    """What was understood can't be used by what comes after."""

    hint = "Run the document again."


class ProviderError(RecitaError):
    """An AWS service answered with an error."""

    def __init__(self, service: str, operation: str, code: str, message: str) -> None:
        super().__init__(f"{service} {operation} answered {code}: {message}")
        self.service = service
        self.operation = operation
        self.code = code


class ProviderThrottledError(ProviderError):
    """Too fast or over quota; the state machine retries."""

    hint = "Raise the service's quota, or upload more slowly."


class ProviderPacedError(ProviderThrottledError):
    """The stack's own rate is used up and the service was not asked; retried for longer."""

    hint = "Raise the stack's parameter if the service's quota is higher, or upload more slowly."


class ProviderBusyError(ProviderError):
    """Too many jobs are open; the state machine retries, more slowly than after a throttle."""

    hint = "Raise the service's quota of concurrent jobs, or upload more slowly."


class ProviderUnavailableError(ProviderError):
    """A fault on the service's side; the state machine retries."""

    hint = "Run the document again when the service has recovered."


class ProviderRefusedError(ProviderError):
    """The service will not take this request; retrying can't help."""

    hint = "The message names what the service refuses; mend that and run the document again."


class ProviderTooLargeError(ProviderRefusedError):
    """The service would take a smaller request."""

    hint = "Split the document and upload its parts."


class TranslationUnsupportedError(ProviderRefusedError):
    """Amazon Translate does not translate between these languages."""

    hint = "Ask for a language that Amazon Translate translates the document's language into."


class LanguageUnclearError(ProviderRefusedError):
    """Neither the model nor Amazon Comprehend can tell the document's language."""

    hint = "Upload a document with more text in one language."


class TerminologyMissingError(ProviderRefusedError):
    """Amazon Translate has no custom terminology of the deployment's name in this region."""

    hint = "Import the terminology in this region, or change the Terminology parameter."


class VoiceMissingError(ProviderRefusedError):
    """Amazon Polly has no voice for the language, in this region and with the engines allowed."""

    hint = "Name a voice with the Voices parameter, or allow more engines with SpeechEngine."
