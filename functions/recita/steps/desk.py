"""What the HTTP API works with."""

from __future__ import annotations

from dataclasses import dataclass

from recita.ports import Documents, Results
from recita.ports.catalogue import Catalogue
from recita.ports.links import Links


@dataclass(frozen=True)
class Desk:
    """Documents to look up, results to read, links to give out."""

    documents: Documents
    catalogue: Catalogue
    results: Results
    links: Links
