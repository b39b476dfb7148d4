"""Headless Chromium, for tests that look at pages; Debian's packages chromium and chromium-driver."""

from __future__ import annotations

import base64
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from tests import parts
from tests.patience import WAIT_S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

COMMANDS: Final = ("chromium", "chromedriver")


def need_chromium() -> None:
    """Skip, or fail in CI, where there is no Chromium."""
    parts.need([command for command in COMMANDS if shutil.which(command) is None])


@contextmanager
def chromium() -> Iterator[Chrome]:
    """A browser that keeps its console and its network log."""
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--disable-dev-shm-usage",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    # Its own patience is for machines that do nothing else.
    driver.set_page_load_timeout(WAIT_S)
    driver.set_script_timeout(WAIT_S)
    try:
        yield driver
    finally:
        driver.quit()


def set_up(driver: Chrome, width: int, *, height: int = 900, dark: bool = False, script: bool = True) -> None:
    """Choose the window, the colour scheme, and whether scripts run."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "screen", "features": scheme})
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not script})


def picture(driver: Chrome, path: Path, *, whole: bool = True) -> None:
    """A PNG of the page, or of what the window shows of it."""
    shown = driver.execute_cdp_cmd(
        "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": whole}
    )
    path.write_bytes(base64.b64decode(shown["data"]))


def print_pdf(driver: Chrome, path: Path) -> None:
    """The page on paper."""
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    printed = driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True})
    path.write_bytes(base64.b64decode(printed["data"]))


def value(driver: Chrome, expression: str) -> Any:
    """What an expression of JavaScript is on the page; also where the page's own scripts may not run."""
    return driver.execute_script(f"return {expression}")
