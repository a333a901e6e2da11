"""What the console is made of: complete, and without any of the ways in which text becomes markup or code."""

import re

import pytest

from agentic.serving.console_files import console_files

FILES = {name: content.decode() for name, content in console_files().items()}
SCRIPTS = [name for name in FILES if name.endswith(".js")]
SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc"
    r"|\beval\(|new Function|setTimeout\(\s*[\"'`]|import\("
)


def test_every_file_that_the_page_asks_for_is_there_and_none_is_left_over():
    asked = set(re.findall(r'(?:src|href)="static/([^"]+)"', FILES["index.html"]))
    for script in SCRIPTS:
        asked |= set(re.findall(r'from "\./([^"]+)"', FILES[script]))
    assert asked == set(FILES) - {"index.html"}


def test_the_page_has_no_script_or_style_of_its_own():
    page = FILES["index.html"]
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert "<style" not in page
    assert re.findall(r"\s(?:style|on\w+)=", page) == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_reads_text_as_markup_or_code(name: str):
    assert SINKS.findall(FILES[name]) == []


def test_control_the_ways_are_recognised():
    for line in ("a.innerHTML = b", "eval(b)", "new Function(b)", 'setTimeout("b", 1)', "document.write(b)"):
        assert SINKS.search(line), line


@pytest.mark.parametrize("name", [name for name in FILES if name != "index.html"])
def test_nothing_is_loaded_from_elsewhere(name: str):
    places = re.findall(r"https?://[^\s\"')]+", FILES[name])
    assert [place for place in places if "www.w3.org" not in place] == []
