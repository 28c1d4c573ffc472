"""What Sphinx learns for the course: links, closed parts, the row of each page, Korean search."""

import re
from posixpath import join, normpath
from urllib.parse import quote, unquote, urlsplit

from docutils import nodes
from sphinx.locale import _
from sphinx.search.en import SearchEnglish

from course_site.words import THEME, WORDS

# A formula that is not long, and what touches it: a comma, a bracket, a Korean particle.
WITH_FORMULA = re.compile(r"(?:&\w+;|[^\s<>&;]){0,8}"
                          r'<span class="math notranslate nohighlight">[^<]{1,50}</span>'
                          r"(?:&\w+;|[^\s<>&;]){0,8}")


class SearchKorean(SearchEnglish):
    """Finds a Korean word also where a particle follows it: 손실 in 손실은."""

    lang = "ko"  # language_name stays English: it names the stemmer

    def split(self, text):
        """Return all words, and what a Korean one begins with."""
        return [word[:end] for word in super().split(text)
                for end in (range(min(2, len(word)), len(word) + 1)
                            if re.match("[가-힣]", word) else [len(word)])]


def address_on_site(link, language, root, repository):
    """Where a link of a notebook leads on the site, or None if it leads nowhere there."""
    parts = urlsplit(link)
    if parts.scheme or not parts.path:
        return link
    folder = "notebooks" if language == "en" else "notebooks/ko"
    path = normpath(join(folder, unquote(parts.path)))
    page = re.fullmatch(r"notebooks/(ko/)?([^/]+)\.(ipynb|md)", path)
    fragment = "#" + parts.fragment if parts.fragment else ""
    if page and (root / path).exists():
        edition = "ko" if page[1] else "en"
        here = "" if edition == language else f"../{edition}/"
        return f"{here}{quote(page[2])}.html{fragment}"
    return f"{repository}/blob/main/{quote(path)}{fragment}" if repository else None


def mend_links(app, document):
    """Let the links between notebooks lead to pages."""
    for link in list(document.findall(nodes.reference)):
        address = address_on_site(link.get("refuri", ""), app.config.language,
                                  app.config.course_root, app.config.course_repository)
        if address is None:
            link.parent.replace(link, link.children)
        else:
            link["refuri"] = address
            link["internal"] = not urlsplit(address).scheme


def mark_closed(app, document):
    """Mark the sections whose heading is closed in the notebook."""
    for mark in document.findall(nodes.raw):
        if 'class="closed"' in mark.astext():
            mark.parent["classes"].append("closed")


def is_closed(node):
    """Whether a node is a section that is closed at first."""
    return isinstance(node, nodes.section) and "closed" in node["classes"]


def visit_section(translator, node):
    """Begin a section; the heading of a closed one is what opens it."""
    if is_closed(node):
        translator.section_level += 1
        translator.body.append('<details class="closed"><summary>')
    else:
        type(translator).visit_section(translator, node)


def depart_section(translator, node):
    """End a section."""
    if is_closed(node):
        translator.section_level -= 1
        translator.body.append("</div></details>")
    else:
        type(translator).depart_section(translator, node)


def visit_title(translator, node):
    """Begin a heading."""
    type(translator).visit_title(translator, node)


def depart_title(translator, node):
    """End the heading. The place that links name lies inside: a link to it opens the part."""
    type(translator).depart_title(translator, node)
    if is_closed(node.parent):
        translator.body.append(f'</summary><div id="{node.parent["ids"][0]}">')


def keep_together(app, page, template, context, document):
    """Keep a formula in one line with what touches it: browsers would break the line there."""
    if "body" in context:
        context["body"] = WITH_FORMULA.sub(r'<span class="together">\g<0></span>',
                                           context["body"])


def add_words(app, page, template, context, document):
    """Give the templates their words and the addresses of the page."""
    other = "ko" if app.config.language == "en" else "en"
    folder = "ko/" if app.config.language == "ko" else ""
    is_notebook, in_both = page[0].isdigit(), page[0].isdigit() or page == "for_lecturers"
    own = THEME[app.config.language]
    context.update(
        _=lambda text: own.get(text) or _(text),
        words=WORDS[app.config.language], live=app.config.course_live,
        notebook=f"{folder}{page}.ipynb" if is_notebook else None,
        other=f"../{other}/{page if in_both else app.config.root_doc}.html")


def setup(app):
    """Connect all this with Sphinx."""
    app.add_config_value("course_live", False, "html")
    app.add_config_value("course_repository", "", "env")
    app.add_config_value("course_root", None, "env")
    app.add_search_language(SearchKorean)
    app.add_node(nodes.section, override=True, html=(visit_section, depart_section))
    app.add_node(nodes.title, override=True, html=(visit_title, depart_title))
    app.connect("doctree-read", mend_links)
    app.connect("doctree-read", mark_closed)
    app.connect("html-page-context", add_words)
    app.connect("html-page-context", keep_together)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
