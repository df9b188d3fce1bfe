"""What end-to-end tests share: one browser for all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import browser
from tests.browser import Browser


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser, or a reason to skip what needs one."""
    program = browser.program()
    if program is None:
        pytest.skip("no Chromium here (make test installs it): pages were not tested")
    with browser.started(program, tmp_path_factory.mktemp("chromium")) as started:
        yield started
