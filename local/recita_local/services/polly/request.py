"""What the API asks of the speech engine; it crosses from one process to the other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """What is to be said and by whom; ``neural`` is Polly's engine, which limits the SSML."""

    text: str
    text_type: str
    voice_id: str
    neural: bool
