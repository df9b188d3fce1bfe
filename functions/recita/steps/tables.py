"""The tables of a page, whatever read it: one CSV file each, named by the page."""

from __future__ import annotations

from recita.models.page import Page
from recita.steps.workbench import StepRun
from recita.text.spreadsheet import to_csv

CSV = "text/csv; charset=utf-8"


def publish(step: StepRun, page: Page, folder: str = "") -> Page:
    """Write each table as ``tables/p0001-t01.csv``; return the page, which names them.

    ``folder``, such as ``redacted/``, comes before the name and says what kind of table it is.
    """
    kind = f"{folder.rstrip('/')}-table" if folder else "table"
    tables = []
    for index, table in enumerate(page.tables, start=1):
        name = f"{folder}tables/p{page.number:04d}-t{index:02d}.csv"
        step.publish(name, to_csv(table.rows), CSV, kind)
        tables.append(table.model_copy(update={"artifact": name}))
    return page.model_copy(update={"tables": tuple(tables)}) if tables else page
