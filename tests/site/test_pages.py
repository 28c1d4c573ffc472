"""The pages of the site: their links, their contents, and what a browser does with them."""

import json
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

ROOT = Path(__file__).parent.parent.parent
FOLDERS = {"en": ROOT / "notebooks", "ko": ROOT / "notebooks" / "ko"}
NOTEBOOKS = sorted(path.stem for path in FOLDERS["en"].glob("*.ipynb"))
PAGES = ["index", *(f"{language}/{path.stem}" for language, folder in FOLDERS.items()
                    for path in sorted([*folder.glob("*.ipynb"), *folder.glob("*.md")]))]

pytestmark = pytest.mark.full


class Page(HTMLParser):
    """The ids and the addresses of a page."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.sources, self.n_pictures = [], [], [], 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.n_pictures += "_images/" in found.get("src", "")
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "link" or "src" in found:
            self.sources.append(found.get("src") or found["href"])


@pytest.fixture(scope="module")
def pages(built_site):
    return {path.relative_to(built_site).as_posix(): Page(path)
            for path in sorted([built_site / "index.html", *built_site.glob("??/*.html")])}


def test_all_pages_are_there(pages):
    assert {f"{page}.html" for page in PAGES} <= set(pages)


def test_every_link_leads_somewhere(built_site, pages):
    missing = []
    for name, page in pages.items():
        for link in page.links + page.sources:
            parts = urlsplit(urljoin(f"/{name}", link))
            target = unquote(parts.path).lstrip("/")
            ids = pages[target].ids if target in pages else []
            fragment = unquote(parts.fragment)
            if not parts.scheme and not ((built_site / target).is_file()
                                         and fragment in ["", *ids]):
                missing.append((name, link))
    assert not missing


def test_nothing_is_taken_from_another_server(pages):
    assert not [(name, source) for name, page in pages.items() for source in page.sources
                if urlsplit(source).netloc]


def test_no_id_is_there_twice(pages):
    assert not [(name, identity) for name, page in pages.items() for identity in page.ids
                if page.ids.count(identity) > 1]


@pytest.mark.parametrize("language", FOLDERS)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_page_has_the_cells_and_pictures_of_its_notebook(built_site, pages, name, language):
    source = FOLDERS[language] / f"{name}.ipynb"
    cells = json.loads(source.read_text(encoding="utf-8"))["cells"]
    page = pages[f"{language}/{name}.html"]
    assert {f"cell-id={cell['id']}" for cell in cells} <= set(page.ids)
    assert page.n_pictures == sum("image/png" in output.get("data", {}) for cell in cells
                                  for output in cell.get("outputs", []))
    assert (built_site / language / source.name).read_bytes() == source.read_bytes()
    other = "ko" if language == "en" else "en"
    assert f"../{other}/{name}.html" in page.links


def wrong_in(window, address, page):
    """Open a page with all its parts; return what a reader would miss, and alien requests."""
    found = []
    tab = window.new_page()
    tab.on("request", lambda request: request.url.startswith((address, "data:"))
           or found.append(request.url))
    tab.on("response", lambda response: response.ok or found.append(response.url))
    tab.on("pageerror", lambda error: found.append(str(error)))
    tab.goto(f"{address}/{page}.html", wait_until="load")
    tab.evaluate("""async () => {
        document.querySelectorAll('details').forEach(part => { part.open = true; });
        if (window.MathJax) await MathJax.startup.promise; }""")
    found += tab.evaluate("""() => [...document.querySelectorAll('mjx-merror, .math')]
        .filter(place => place.matches('mjx-merror') || !place.querySelector('mjx-container'))
        .map(place => 'formula: ' + place.textContent)""")
    tab.wait_for_load_state("networkidle")
    width = tab.evaluate("document.documentElement.scrollWidth")
    tab.close()
    return found + ([f"{width} pixels wide"] if width > 390 else [])


@pytest.mark.parametrize("page", [*PAGES, "en/search", "ko/search"])
def test_a_phone_shows_a_page_by_itself(phone, address, page):
    assert not wrong_in(phone, address, page)


def test_a_link_opens_the_closed_part_that_it_leads_into(phone, address):
    tab = phone.new_page()
    tab.goto(f"{address}/en/00_start_here.html")
    assert not tab.locator("details.closed[open]").count()
    for fragment in ("cell-id=corrections-links", "deeper-the-list"):
        tab.goto("about:blank")
        tab.goto(f"{address}/en/00_start_here.html#{fragment}")
        tab.locator("details.closed[open] > div#deeper-the-list").wait_for()
    assert tab.locator("details[open] > summary h3").inner_text().startswith("Deeper: the list")
    tab.close()


@pytest.mark.parametrize(("language", "word", "page"), [
    ("en", "saturated", "01_loss_functions"), ("ko", "손실", "01_loss_functions"),
    ("ko", "협곡", "04_gradient_descent_and_momentum")])
def test_search_finds_a_word(phone, address, language, word, page):
    tab = phone.new_page()
    tab.goto(f"{address}/{language}/search.html?q={word}")
    tab.locator(f"#search-results a[href^='{page}.html']").first.wait_for()
    tab.close()
