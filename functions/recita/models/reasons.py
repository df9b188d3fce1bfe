"""Reason codes: stable names for what went wrong, each with a hint a person can act on."""

from __future__ import annotations

from recita.models.base import Model

REJECTIONS = {
    "empty": "Upload the file again; it arrived with no bytes.",
    "corrupt": "Open the file on your computer, save it anew and upload that.",
    "encrypted": "Remove the password and upload the file again.",
    "unsupported-type": "Convert it to PDF, JPEG, PNG, TIFF, WebP, GIF, BMP or plain text.",
    "type-mismatch": "Give the file the extension of what it really is.",
    "too-small": "Upload a picture of at least 80 pixels on its longer side.",
    "too-many-pages": "Split the document into parts of at most 3,000 pages.",
    "page-too-large": "Print the document to a page of at most 200 inches a side.",
    "pixel-bomb": "Scale the picture down to at most 100 megapixels.",
    "decompression-bomb": "Save the document anew without the oversized stream.",
    "xfa": "Print the form to an ordinary PDF; XFA forms hold no pages.",
    "timeout": "Save the document anew, or split it; it took too long to open.",
    "too-large": "Upload a file of at most 500 MB.",
}
"""Codes of REJECTED documents, with their hints."""

OTHERS = {
    "guardrail-blocked": "The guardrails list names the policy; change the document or the policy.",
    "pages-missing": "The ledger lists the pages and why each is missing.",
    "text-not-summarised": "The ledger counts the characters; run the document again.",
    "languages-missing": "The ledger lists the languages and why each is missing.",
    "images-not-seen": "The steps list says why; run the document again.",
    "nothing-to-summarise": "No text and no recognisable content was found.",
    "step-failed": "The steps list names the step and its error; run the document again.",
}
"""Codes of PARTIAL, BLOCKED and FAILED documents, with their hints."""

HINTS = {**REJECTIONS, **OTHERS}


class Reason(Model):
    """Why a document did not complete: a stable code, what happened, what to do next."""

    code: str
    message: str
    hint: str


def reason(code: str, message: str) -> Reason:
    """Return the reason with the code's own hint."""
    return Reason(code=code, message=message, hint=HINTS[code])
