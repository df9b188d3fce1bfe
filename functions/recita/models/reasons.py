"""Reason codes: stable names for what went wrong, each with a hint a person can act on."""

from __future__ import annotations

from recita.models.base import Model

REJECTIONS = {
    "empty": "Upload the file again; it arrived with no bytes.",
    "corrupt": "Open the file on your computer, save it anew and upload that.",
    "encrypted": "Remove the password and upload the file again.",
    "unsupported-type": "Save it as PDF, DOCX, PPTX, XLSX, HTML, EML, UTF-8 text, JPEG or PNG.",
    "type-mismatch": "Give the file the extension of what it really is.",
    "too-small": "Upload a picture of at least 80 pixels on its longer side.",
    "too-many-pages": "Split the document into parts of at most 3,000 pages.",
    "page-too-large": "Print the document to a page of at most 200 inches a side.",
    "pixel-bomb": "Scale the picture down to at most 100 megapixels.",
    "decompression-bomb": "Save the document anew without the part that unpacks to far too much.",
    "xfa": "Print the form to an ordinary PDF; XFA forms hold no pages.",
    "timeout": "Save the document anew, or split it; it took too long to open.",
    "too-large": "Upload at most 500 MB; of e-mail at most 100 MB, of text at most 10 MB.",
}
"""Codes of REJECTED documents, with their hints."""

OTHERS = {
    "guardrail-blocked": "The guardrails list names the policy; change the document or the policy.",
    "pages-missing": "The ledger lists the pages and why each is missing.",
    "summary-unusable": "Run the document again, or choose a stronger model with ModelId.",
    "summary-degraded": "Run the document again, or choose a stronger model with ModelId.",
    "cost-cap-reached": "Raise MaxCostPerDocument, or upload a smaller document.",
    "text-not-summarised": "The ledger counts the characters; run the document again.",
    "languages-missing": "The ledger lists the languages and why each is missing.",
    "translation-unsupported": "Ask for a language that Translate knows, from a language it knows.",
    "terminology-missing": "Import the terminology in this region, or change Terminology.",
    "pages-not-translated": "The translation lists the pages; raise the cost cap or split them.",
    "pages-not-spoken": "The audio lists the pages; split the document, or raise the cost cap.",
    "language-unclear": "Upload a document with more text in one language.",
    "voice-missing": "Name a voice with the Voices parameter, or allow more engines.",
    "picture-blocked": "The guardrails list names the picture; take it out, or flag such pictures.",
    "images-not-seen": "The ledger lists the pictures and why each was not seen.",
    "images-not-described": "The ledger lists the pictures; run the document again.",
    "nothing-to-summarise": "No text and no recognisable content was found.",
    "step-failed": "The steps list names the step and its error; run the document again.",
}
"""Codes of PARTIAL, BLOCKED and FAILED documents, with their hints."""

REFUSALS = {
    "body-unusable": (400, "Send a JSON object with the fields that docs/how-to/api.md names."),
    "filename-unusable": (400, "Send the file's own name: no folders, at most 200 bytes."),
    "option-unusable": (400, "The message names the option and what it may be."),
    "query-unusable": (400, "The message names the parameter and what it may be."),
    "page-unusable": (400, "Send `next` as it came, with the same filters, or ask without it."),
    "id-unusable": (400, "A document id has 32 digits of 0 to 9 and a to f."),
    "route-unknown": (404, "docs/how-to/api.md lists the paths and their methods."),
    "document-unknown": (404, "The list of documents by source_key tells an upload's id."),
    "artifact-unknown": (404, "The list of the document's artifacts has all there are."),
    "document-unfinished": (409, "Ask again when the document's status says that it has ended."),
    "document-erased": (410, "Nothing is left of it but a receipt."),
    "upload-too-large": (413, "Split the document, or upload a smaller version."),
    "type-unsupported": (415, "docs/errors.md names the kinds of files that are read."),
    "unavailable": (503, "Ask again in a moment; the function's log names the error."),
}
"""Codes of what the HTTP API refuses: the status of the answer, and the hint."""

HINTS = {**REJECTIONS, **OTHERS, **{code: hint for code, (_, hint) in REFUSALS.items()}}

WARNINGS = {
    "pictures-dropped": "Pictures that the document only links to were not fetched.",
    "charts-dropped": "Charts inside the document were not read.",
    "objects-dropped": "Objects and files embedded in the document were not read.",
    "media-dropped": "Sounds and films inside the document were not heard or seen.",
    "macros-dropped": "Macros were neither read nor run.",
    "comments-dropped": "Comments were left out.",
    "deletions-dropped": "Passages marked as deleted were left out.",
    "hidden-dropped": "Hidden text, slides or sheets were left out.",
    "attachment-dropped": "An attachment is no document that can be read, or one too many.",
    "values-missing": "Cells hold an error, or a formula without its computed value.",
    "encoding-guessed": "The text does not name its encoding; some letters may be wrong.",
    "first-frame-only": "Of an animation or a burst of pictures, the first was looked at.",
    "metadata-ignored": "What the object's metadata ask for is not valid; the default was used.",
    "pictures-limit": "The document holds more pictures than are looked at; raise MaxPictures.",
    "faces-not-counted": "Faces were not looked for: no engine answers that request here.",
    "sentence-dropped": "A sentence of the summary did not rest on the document and was left out.",
    "title-dropped": "The title of the summary did not rest on the document and was left out.",
    "summary-language": "The summary is in another language than the document.",
    "facts-limit": "More facts were found than are listed; those the model is surest of are.",
    "summary-unusable": "The model gave no summary that can be used.",
    "cost-cap-reached": "The next call would have cost more than the document may.",
    "price-unknown": "The price table does not know the model: what it costs is not counted.",
    "description-failed": "The model gave no usable description of a picture.",
    "description-blocked": "The guardrail stopped the description of a picture.",
    "guardrail-detected": "The guardrail found something that it only reports.",
    "translation-tokens-lost": "A name, number or code of a sentence is not in its translation.",
    "language-unsure": "The document's language is not certain; Translate was asked to detect it.",
    "speech-task-failed": "Polly's tasks did not speak a text; run the document again.",
    "ocr-refused": "Textract would not take a page; the ledger names it.",
    "ocr-job-failed": "Textract's job ended without a result; the ledger names the pages.",
    "ocr-page-failed": "Textract could not read some pages, twice; the ledger names them.",
    "ocr-analysis-failed": "Pages were read, but not looked at for tables or form fields.",
}
"""Codes of warnings: what a reader should know of a document however it ended."""


class Reason(Model):
    """Why a document did not complete: a stable code, what happened, what to do next."""

    code: str
    message: str
    hint: str


def reason(code: str, message: str) -> Reason:
    """Return the reason with the code's own hint."""
    return Reason(code=code, message=message, hint=HINTS[code])
