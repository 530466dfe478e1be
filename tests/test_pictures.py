"""The picture of a terminal is what the command prints."""

from xml.etree import ElementTree

import pictures
import pytest


def _words(text):
    return "".join(text.replace("\xa0", " ").split())


def test_it_stands_alone():
    text = pictures.FILE.read_text(encoding="utf-8")
    assert text.count("://") == text.count("xmlns=") + 1  # and the comment of its maker
    assert "url(http" not in text
    assert "@font-face" not in text


def test_what_is_drawn_can_be_read():
    drawn = ElementTree.fromstring(pictures.drawn("$ refimpl list\n<script>  two & three\n"))
    assert _words("$ refimpl list <script> two & three") in _words("".join(drawn.itertext()))


@pytest.mark.long
def test_the_file_is_up_to_date():
    drawn = ElementTree.parse(pictures.FILE).getroot()
    said = _words("".join("".join(it.itertext()) for it in drawn.iter() if it.tag.endswith("}text")))
    assert _words(pictures.output()) in said, "python tests/pictures.py"
