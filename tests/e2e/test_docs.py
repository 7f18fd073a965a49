"""Documents that must not go stale."""
import re
import subprocess
import sys

from conftest import BINARY, ROOT


def test_limits_document_names_every_limit():
    header = set(re.findall(r"^inline constexpr [\w:]+ (k\w+)", (ROOT / "include/holdfast/base/limits.hpp").read_text(), re.M))
    document = set(re.findall(r"`(k\w+)`", (ROOT / "docs/limits.md").read_text()))
    assert len(header) > 30 and header == document


def test_links_between_documents_lead_somewhere():
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_python_examples_of_the_readme_compile():
    for block in re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S):
        compile(block, "README.md", "exec")


def test_configuration_document_is_what_help_says():
    made = subprocess.run([sys.executable, ROOT / "scripts/configuration-document", BINARY], capture_output=True, text=True, check=True)
    assert made.stdout == (ROOT / "docs/configuration.md").read_text(), "run: scripts/configuration-document > docs/configuration.md"
