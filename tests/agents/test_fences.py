"""A script comes out of what a model wrote around it, and a script that contains fences stays whole."""

import pytest

from agentic.agents.tools.fences import strip_fences

SCRIPT = 'import os\n\nprint(os.environ["KEY"])\n'


@pytest.mark.parametrize(
    "text",
    [
        SCRIPT,
        f"```python\n{SCRIPT}```",
        f"```\n{SCRIPT}\n```\n",
        f"```py\n{SCRIPT}```",
        f'```Python3 title="x.py"\n{SCRIPT}```',
        f"~~~python\n{SCRIPT}~~~",
        f"````python\n{SCRIPT}````",
        f"Here is the script:\n\n```python\n{SCRIPT}```\nIt prints a key.",
        f"```python\n{SCRIPT}",
        f"python\n{SCRIPT}",
        f"1. Run this:\n\n   ```python\n   {SCRIPT.replace(chr(10), chr(10) + '   ')}\n   ```",
        f"\ufeff```python\r\n{SCRIPT.replace(chr(10), chr(13) + chr(10))}```",
        f"```bash\npip install x\n```\nthen\n```python\n{SCRIPT}```",
    ],
    ids=range(13),
)
def test_fences_are_taken_off(text: str):
    assert strip_fences(text) == SCRIPT


def test_fences_inside_a_script_stay():
    script = 'TEXT = """\n```python\nprint(1)\n```\n"""\nprint(TEXT)\n'
    assert strip_fences(script) == script


def test_a_broken_script_is_given_on_so_that_the_validator_can_say_what_is_wrong():
    assert strip_fences("```python\nimport os\nprint((\n```") == "import os\nprint((\n"


def test_prose_without_code_is_given_on():
    assert strip_fences("I cannot do that.") == "I cannot do that.\n"
