"""The page in a real browser, from disk: what is drawn, filtered, reachable and printed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from records import NASTY, drifting_run, finding, outcome, pictured, sample_run

from nllcheck.outcome import Outcome, Run
from nllcheck.report.html import html

WIDTHS = (375, 1280)
SCHEMES = ("light", "dark")
Open = Callable[..., Page]


def plain_run() -> Run:
    """Return a run with a claim of every kind, drawn in full."""
    drawn = (
        outcome(pictured()),
        outcome(pictured(name="warned", findings=(finding(), finding(severity="note")))),
    )
    return Run(outcomes=(*sample_run().outcomes[3:], *drawn), seconds=2.0)


def nasty_run() -> Run:
    """Return a run whose names are nasty, or long."""
    names = {**NASTY, "words": "a_name_" * 12}
    return Run(
        outcomes=tuple(
            Outcome(path=f"{key}.py", name=text, result=pictured(name=text, note=text, code={"loss": text}))
            for key, text in names.items()
        )
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the pages."""
    folder = tmp_path_factory.mktemp("pages")
    for name, run in (
        ("plain", plain_run()),
        ("nasty", nasty_run()),
        ("drift", drifting_run()),
        ("nasty drift", drifting_run(NASTY["script"] + NASTY["long"])),
    ):
        (folder / f"{name}.html").write_text(html(run), encoding="utf-8")
    return folder


@pytest.fixture
def show(browser: Browser, folder: Path) -> Iterator[Open]:
    """Open the page from disk; whatever the console says is an error."""
    contexts, said = [], []

    def open_page(
        width: int = 1280, scheme: str = "light", *, name: str = "plain", script: bool = True
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on(
            "request",
            lambda request: (
                said.append(request.url) if not request.url.startswith(("file:", "data:")) else None
            ),
        )
        page.goto((folder / f"{name}.html").as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


@pytest.mark.parametrize("name", ["plain", "nasty", "drift", "nasty drift"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_scrolls_sideways(show: Open, width: int, name: str) -> None:
    """With every card open the page is as wide as the window; only what is meant to scrolls by itself."""
    page = show(width, name=name)
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("width", "scheme", "name"),
    [(375, "light", "plain"), (1280, "dark", "plain"), (375, "dark", "drift"), (1280, "light", "drift")],
)
def test_it_is_accessible(show: Open, width: int, scheme: str, name: str) -> None:
    """With every card open axe finds no serious violation."""
    page = show(width, scheme, name=name)
    unfold(page)
    serious = [
        (item["id"], [node["target"] for node in item["nodes"]][:3])
        for item in Axe().run(page).response["violations"]
        if item["impact"] in ("serious", "critical")
    ]
    assert serious == []


def visible(page: Page) -> list[str]:
    """Return the verdicts of the cards that are shown."""
    return page.locator("summary:visible .badge").all_inner_texts()


@pytest.mark.parametrize(
    ("key", "verdicts"),
    [
        ("all", {"holds", "does not hold", "undecided", "not evaluated"}),
        ("holds", {"holds"}),
        ("fails", {"does not hold"}),
        ("open", {"undecided", "not evaluated"}),
    ],
)
def test_the_filter_works_without_script(show: Open, key: str, verdicts: set[str]) -> None:
    """Each choice shows the claims of its status, in the table and below it, as many as it says."""
    page = show(script=False)
    label = page.locator(f"label[for=show-{key}]")
    label.click()
    assert set(visible(page)) == verdicts
    count = int(label.locator("b").inner_text())
    assert len(visible(page)) == count
    assert page.locator(".overview tr.claim:visible").count() == count


@pytest.mark.parametrize("key", ["fails", "drifted"])
def test_the_filter_counts_drift_as_failing(show: Open, key: str) -> None:
    """A claim that holds and has drifted is among those that fail, and not among those that hold."""
    page = show(script=False, name="drift")
    page.locator(f"label[for=show-{key}]").click()
    assert visible(page) == ["has drifted", "not in this run"]
    page.locator("label[for=show-holds]").click()
    assert visible(page) == ["holds"]


def test_files_without_claims_to_show_are_hidden(show: Open) -> None:
    """A filter leaves no heading without rows."""
    page = show()
    page.locator("label[for=show-fails]").click()
    assert page.locator(".overview tr.file:visible").all_inner_texts() == ["models/gaussian.py"]


def test_the_filter_works_by_keyboard(show: Open) -> None:
    """The choices are radio buttons: arrows move among them."""
    page = show()
    page.locator("#show-all").focus()
    page.keyboard.press("ArrowRight")
    assert set(visible(page)) == {"holds"}


def test_a_link_opens_its_card(show: Open) -> None:
    """A row of the table leads to the claim, folded or not."""
    page = show()
    card = page.locator("details", has=page.locator("summary b", has_text="warned"))
    assert card.get_attribute("open") is None
    page.locator(".overview a", has_text="warned").click()
    card.locator("h3").wait_for(state="visible")
    assert card.get_attribute("open") is not None


def test_nasty_names_are_shown_as_text(show: Open) -> None:
    """The browser finds no element that a name brought, and no direction is turned."""
    page = show(name="nasty")
    unfold(page)
    assert page.locator("script, img, iframe").count() == 0
    titles = page.locator("summary b").all_inner_texts()
    assert NASTY["script"] in titles
    assert NASTY["attribute"] in titles
    assert "[/red][bold]" in titles
    assert not any("\u202e" in title for title in titles)


def test_both_schemes_have_their_colours(show: Open) -> None:
    """The page, its plots included, follows the reader's scheme."""
    colours = []
    for scheme in SCHEMES:
        page = show(scheme=scheme)
        unfold(page)
        colours.append(
            page.evaluate(
                """[getComputedStyle(document.body).backgroundColor,
                    getComputedStyle(document.querySelector('svg circle.near')).fill]"""
            )
        )
    light, dark = colours
    assert all(a != b for a, b in zip(light, dark, strict=True))
    assert light[0] == "rgb(251, 250, 248)"


def test_print_shows_everything(show: Open, tmp_path: Path) -> None:
    """On paper folded cards are unfolded, the filter is gone, and dark readers get white paper."""
    page = show(scheme="dark")
    page.emulate_media(media="print")
    assert page.locator(".filters").is_hidden()
    folded = page.locator("details:not([open]) h3").first
    assert folded.bounding_box() is not None
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
