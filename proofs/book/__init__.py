"""The book: a static site of documents, functions, laws, mistakes, conventions and errors.

`pages` makes the sources, in MyST Markdown from the templates; `site` has Sphinx build them and puts the
result in its place; `links` looks whether all that the pages point to is there.
"""
