"""The pages in a real browser: what a reviewer gets to see."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver import ActionChains, Keys

from pincompiler.reports.audit import html
from pincompiler.reports.rules.page import grouped
from pincompiler.rules.every import RULES
from pincompiler.verdicts.subject import Subject
from tests.audit.test_changes import NOW
from tests.audit.test_reports import HOSTILE, IN_METHOD, SUBJECT
from tests.real import browser, judges
from tests.test_cli import run
from tests.test_plan import pins, release, rotation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

pytestmark = pytest.mark.real

ATTACK = replace(
    IN_METHOD, message=f"</script><script>alert(1)</script><img src=http://127.0.0.1:9/x>{HOSTILE}"
)
LONG = replace(IN_METHOD, message="a" * 300, location=replace(SUBJECT.pins[0].pin.where, member="b/" * 150))
BUSY = replace(SUBJECT, findings=(*SUBJECT.findings, ATTACK, LONG))
PLAN = (
    pins("a", "c", expires="2027-02-01")
    + release(f"4.{'1' * 200}", "2026-03-01", "2027-05-31")
    + release("4.2", "2026-09-01", file="none.apk")
    + rotation('"a"', '"b"', "2027-03-01")
)
"""Unsafe, with a name that does not fit, and something that cannot be read."""
BROKEN = Subject("bad.apk", error="bad.apk: no archive")

CONTRAST = """(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
  const ground = (at) => {
    for (; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length && (colour[3] ?? 1) > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || ["STYLE", "SCRIPT"].includes(at.tagName)) continue;
    const style = getComputedStyle(at);
    const [a, b] = [light(parse(at.closest("svg") ? style.fill : style.color)), light(ground(at))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    found.push([ratio, at.tagName, at.className.toString(), walk.currentNode.data.slice(0, 40)]);
  }
  return found;
})()"""
"""The contrast of every text with what is behind it.  WCAG 2.2, relative luminance and contrast ratio."""


@pytest.fixture(scope="module")
def driver() -> Iterator[Chrome]:
    browser.need_chromium()
    with browser.chromium() as found:
        yield found


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("pages")
    content = {
        "one": html.render([BUSY]),
        "many": html.render([BUSY, BROKEN, SUBJECT, Subject("empty.apk", "apk")]),
        "changed": html.render([NOW]),
        "rules": html.render_rules(grouped(RULES)),
    }
    for name, text in content.items():
        (folder / f"{name}.html").write_text(text, "utf-8")
    (folder / "pins.toml").write_text(PLAN, "utf-8")
    run("plan", "--today", "2026-11-25", "-f", "html", "-o", "plan.html", cwd=folder)
    return {name: (folder / f"{name}.html").as_uri() for name in (*content, "plan")}


@pytest.mark.parametrize("page", ["one", "many", "changed", "rules", "plan"])
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_page_fits_and_can_be_read(
    driver: Chrome, shown: dict[str, str], page: str, width: int, *, dark: bool
) -> None:
    driver.get_log("browser")  # type: ignore[no-untyped-call]
    browser.set_up(driver, width, dark=dark)
    driver.get(shown[page])
    assert browser.value(driver, "document.documentElement.scrollWidth") <= width
    outside = f"[...document.querySelectorAll('svg text')].map((one) => one.getBoundingClientRect()).filter((box) => box.width && (box.left < 0 || box.right > {width}))"
    assert browser.value(driver, f"{outside}.length") == 0
    ratios: list[Any] = browser.value(driver, CONTRAST)
    assert len(ratios) > 20
    assert [one for one in ratios if one[0] < 4.5] == []
    assert driver.get_log("browser") == []  # type: ignore[no-untyped-call]


def test_a_page_asks_for_nothing_and_runs_nothing_of_an_app(driver: Chrome, shown: dict[str, str]) -> None:
    browser.set_up(driver, 1280)
    driver.get("about:blank")
    driver.get_log("performance")  # type: ignore[no-untyped-call]
    driver.get(shown["many"])
    log = "".join(entry["message"] for entry in driver.get_log("performance"))  # type: ignore[no-untyped-call]
    assert "Network.requestWillBeSent" in log
    assert '"url":"http' not in log
    assert browser.value(driver, "document.images.length") == 0
    assert browser.value(driver, "document.scripts.length") == 1


def test_without_scripts_everything_is_there(driver: Chrome, shown: dict[str, str]) -> None:
    browser.set_up(driver, 1280)
    driver.get(shown["one"])
    scripted = browser.value(driver, "document.querySelectorAll('.filter input').length")
    assert scripted > 0
    browser.set_up(driver, 1280, script=False)
    driver.get(shown["one"])
    text = driver.find_element("tag name", "body").text
    for words in (
        "api.example.com",
        "One pin only",
        "Rotation calendar",
        "classes3.dex",
        "How this was made",
    ):
        assert words in text
    assert driver.find_elements("css selector", ".filter input") == []
    browser.set_up(driver, 1280)


def test_findings_can_be_filtered(driver: Chrome, shown: dict[str, str]) -> None:
    browser.set_up(driver, 1280)
    driver.get(shown["one"])
    findings = "[...document.querySelectorAll('.item')].filter((one) => one.checkVisibility()).length"
    assert browser.value(driver, findings) == len(BUSY.findings)
    field = driver.find_element("css selector", "[data-label='Filter findings'] input[type=search]")
    field.send_keys("api-2027 missing")
    assert browser.value(driver, findings) == 1


FOCUS = """(() => {
  const at = document.activeElement;
  return [at.tagName, [...document.querySelectorAll("*")].indexOf(at)];
})()"""
"""Where the keyboard is: the kind of element, and its place in the document."""
FOCUSABLE = "a[href], summary, input, button, [tabindex='0']"


def press(driver: Chrome, *keys: str) -> None:
    ActionChains(driver).send_keys(*keys).perform()


def test_the_keyboard_reaches_everything_in_order(driver: Chrome, shown: dict[str, str]) -> None:
    browser.set_up(driver, 1280)
    driver.get(shown["many"])
    driver.execute_script("for (const one of document.querySelectorAll('details')) one.open = true;")
    wanted: list[int] = browser.value(
        driver,
        f"""[...document.querySelectorAll("{FOCUSABLE}")].filter((one) => one.checkVisibility())
          .map((one) => [...document.querySelectorAll("*")].indexOf(one))""",
    )
    reached = []
    for _ in wanted:
        press(driver, Keys.TAB)
        reached.append(browser.value(driver, FOCUS))
    assert [place for _, place in reached] == wanted
    kinds = [kind for kind, _ in reached]
    assert {"A", "INPUT", "BUTTON", "SUMMARY", "DIV"} == {*kinds}
    assert kinds.count("SUMMARY") == browser.value(driver, "document.querySelectorAll('details').length")
    press(driver, Keys.TAB)
    assert browser.value(driver, FOCUS)[0] == "BODY", "the page keeps the focus"


def test_the_keyboard_sorts_the_apps(driver: Chrome, shown: dict[str, str]) -> None:
    browser.set_up(driver, 1280)
    driver.get(shown["many"])
    head = "document.querySelectorAll('#apps th')[3]"
    counts = "[...document.querySelectorAll('#apps tbody tr')].map((row) => Number(row.cells[3].textContent))"
    driver.execute_script(f"{head}.querySelector('button').focus()")
    for key, order, expected in (
        (Keys.ENTER, "ascending", [0, 0, 1, 3]),
        (Keys.SPACE, "descending", [3, 1, 0, 0]),
    ):
        press(driver, key)
        assert browser.value(driver, f"{head}.getAttribute('aria-sort')") == order
        assert browser.value(driver, counts) == expected
        assert browser.value(driver, "document.activeElement.textContent") == "Warnings"


def test_the_keyboard_filters_and_folds(driver: Chrome, shown: dict[str, str]) -> None:
    browser.set_up(driver, 1280)
    driver.get(shown["changed"])
    visible = "[...document.querySelectorAll('.item')].filter((one) => one.checkVisibility()).map((one) => one.dataset.change)"
    assert browser.value(driver, visible) == ["new", "unchanged", "fixed"]
    driver.execute_script("document.querySelector('input[value=unchanged]').focus()")
    press(driver, Keys.SPACE)
    assert browser.value(driver, visible) == ["new", "fixed"]
    assert (
        browser.value(
            driver, "document.querySelector('[data-label=\"Filter findings\"] [role=status]').textContent"
        )
        == "2 of 3 shown"
    )
    driver.execute_script("document.querySelector('details.group summary').focus()")
    press(driver, Keys.ENTER)
    assert browser.value(driver, visible) == ["fixed"]


@pytest.mark.parametrize("page", ["one", "many", "changed", "rules", "plan"])
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_to_keep_people_out(
    driver: Chrome, shown: dict[str, str], page: str, *, dark: bool
) -> None:
    browser.set_up(driver, 1280, dark=dark)
    driver.get(shown[page])
    found = judged(driver)
    assert found["violations"] == []
    assert found["passes"] > 25


def test_axe_finds_what_keeps_people_out(driver: Chrome, shown: dict[str, str]) -> None:
    """A page without a language, with words that can hardly be seen, and a field without a name."""
    browser.set_up(driver, 1280)
    driver.get(shown["one"])
    driver.execute_script(
        """document.documentElement.lang = "";
        document.querySelector("h1").style.color = "#ddd";
        const field = document.querySelector("[data-label='Filter findings'] input");
        field.removeAttribute("aria-label");
        field.placeholder = "";"""
    )
    assert {"html-has-lang", "color-contrast", "label"} <= {*judged(driver)["violations"]}


def judged(driver: Chrome) -> dict[str, Any]:
    """The rules of axe-core that the page breaks, with everything unfolded, and how many it keeps."""
    driver.execute_script("for (const one of document.querySelectorAll('details')) one.open = true;")
    driver.execute_script(judges.need(judges.axe()).read_text("utf-8"))
    found: dict[str, Any] = driver.execute_async_script(
        """const done = arguments[0];
        axe.run(document, {resultTypes: ["violations"]}).then((found) => done({
          violations: found.violations.map((one) => one.id), passes: found.passes.length}));"""
    )
    return found


def test_paper_has_everything_and_is_white(driver: Chrome, shown: dict[str, str]) -> None:
    """Also what is folded, and without the page's script."""
    browser.set_up(driver, 1280, dark=True, script=False)
    driver.get(shown["many"])
    features = [{"name": "prefers-color-scheme", "value": "dark"}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": features})
    items = "[...document.querySelectorAll('.item')]"
    assert browser.value(driver, f"{items}.length") > 3
    assert browser.value(driver, f"{items}.filter((one) => !one.checkVisibility()).length") == 0
    assert browser.value(driver, "getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert [one for one in browser.value(driver, CONTRAST) if one[0] < 4.5] == []
    browser.set_up(driver, 1280)


def test_a_page_can_be_printed(driver: Chrome, shown: dict[str, str], tmp_path: Path) -> None:
    browser.set_up(driver, 1280, dark=True)
    driver.get(shown["many"])
    browser.print_pdf(driver, tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_a_page_tells_its_parts_to_a_screen_reader(driver: Chrome, shown: dict[str, str]) -> None:
    browser.set_up(driver, 1280)
    driver.get(shown["one"])
    tree = driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    named = {
        (node["role"]["value"], node.get("name", {}).get("value", "")) for node in tree if "role" in node
    }
    assert ("heading", "Which hosts are pinned?") in named
    assert ("rowheader", "Network security configuration") in named
    assert {role for role, _ in named} >= {"main", "navigation", "table", "columnheader", "rowheader"}
    assert not [
        role for role, name in named if role in ("textbox", "searchbox", "button", "link", "img") and not name
    ]
