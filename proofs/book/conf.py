"""The settings of Sphinx, which reads this file; nothing of it is imported by refimpl."""

project = "refimpl"
extensions = ["myst_parser", "sphinx.ext.viewcode", "refimpl.proofs.book.extension"]
myst_enable_extensions = ["dollarmath", "deflist"]
myst_dmath_double_inline = True
myst_heading_anchors = 3  # the guides refer to headings
myst_ref_domains = ["std"]  # not the functions of Python, which stand on the same pages
nitpicky = True
suppress_warnings = [
    "myst.header"
]  # entries of a document stand one level below the heading that quotes them
viewcode_line_numbers = True
python_use_unqualified_type_names = True
add_module_names = True
html_theme = "furo"
html_math_renderer = "mathml"
html_static_path = ["static"]
html_css_files = ["book.css"]
html_title = "refimpl"
html_copy_source = False
html_show_sourcelink = False
html_show_search_summary = False  # browsers fetch nothing from files
html_show_copyright = False
pygments_style = "friendly"
pygments_dark_style = "monokai"
