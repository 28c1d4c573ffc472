"""What both editions tell Sphinx; pages.py adds the language."""

extensions = ["myst_nb", "course_site.extension"]
root_doc = "00_start_here"
html_theme = "sphinx_book_theme"
html_theme_options = {
    "article_header_end": ["article-header-buttons.html"],
    "footer_content_items": [],
    "home_page_in_toc": True,
    "navbar_persistent": [],
    "use_download_button": False,
    "use_fullscreen_button": False,
}
html_context = {"default_mode": "auto"}  # as the system wishes
html_static_path = ["static"]
html_favicon = "static/icon.svg"
html_css_files = ["course.css"]
templates_path = ["templates"]
html_copy_source = False
html_show_sourcelink = False
html_use_index = False
html_permalinks_icon = "#"
smartquotes = False

nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath", "linkify"]
myst_linkify_fuzzy_links = False
myst_all_links_external = True  # extension.py knows where they lead

mathjax_path = "../../mathjax/tex-chtml.js"
mathjax3_config = {"options": {"enableMenu": False}}
