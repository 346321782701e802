"""Every link of README, CONTRIBUTING and the site's pages leads somewhere; none is fetched."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

PROJECT = Path(__file__).parents[2]
PAGES = [
    path.relative_to(PROJECT).as_posix()
    for path in (
        *PROJECT.glob("*.md"),
        *PROJECT.glob("docs/**/*.md"),
        *PROJECT.glob("docs/tutorials/*"),
    )
    if not {"_build", "auto_tutorials"} & set(path.parts) and path.is_file()
]
CODE = re.compile(r"(?<!`)`[^`\n]+`(?!`)")
# [text](target), ![text](target), and the file of a directive: ```{figure} target.
TARGET = re.compile(
    r"\]\(\s*<?([^)\s>]*)>?[^)]*\)|^[ ]*```\{(?:figure|include|image)\}[ ]+(\S+)", re.M
)
ROLE = re.compile(r"\{doc\}`(?:[^`<]*<)?([^`>]+)>?`")
ADDRESS = re.compile(r"(?<!`)\b\w+://[^\s)>\]\"'`]+")


def written(page):
    return (PROJECT / page).read_text(encoding="utf-8")


def without_code(text):
    """Return a page without its blocks of code; directives stay, but for their closing fences."""
    kept, fence, is_code = [], "", False
    for line in text.splitlines():
        if not fence and (opening := re.match(r"[ ]*(`{3,})", line)):
            fence, is_code = opening[1], "{" not in line
            kept += [] if is_code else [line]
        elif fence and line.strip() == fence:
            fence = ""
        elif not fence or not is_code:
            kept.append(line)
    return "\n".join(kept)


def prose(page):
    return CODE.sub("", without_code(written(page)))


def targets(page):
    return [inline or of_directive for inline, of_directive in TARGET.findall(prose(page))]


def slug(heading):
    """Return the anchor of a heading, as GitHub and MyST make it."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")


def anchors(path):
    text = without_code(path.read_text(encoding="utf-8"))
    headings = re.findall(r"^#{1,6} +(.+?) *#*$", text, re.MULTILINE)
    return {*map(slug, headings), *re.findall(r"^\(([\w-]+)\)=$", text, re.MULTILINE)}


@pytest.mark.parametrize("page", [page for page in PAGES if page.endswith(".md")])
def test_links_within_the_project_lead_to_a_file_and_a_heading(page):
    generated = "<!-- generated: " in written(page)
    for target in targets(page):
        if urlsplit(target).scheme in ("http", "https", "mailto"):
            continue
        name, _, anchor = unquote(target).removeprefix("path:").partition("#")
        path = (PROJECT / page).parent / name if name else PROJECT / page
        assert path.exists() or path.with_suffix(".md").exists(), f"{page}: {target}"
        if anchor and path.suffix == ".md" and not generated:
            known = anchors(path)
            made = "<!-- generated: " in path.read_text(encoding="utf-8")
            assert made or anchor in known, f"{page}: {target}"


@pytest.mark.parametrize("page", [page for page in PAGES if page.endswith(".md")])
def test_links_to_pages_by_name_lead_to_a_page(page):
    for target in ROLE.findall(written(page)):
        base = PROJECT / "docs" if target.startswith("/") else (PROJECT / page).parent
        path = base / target.lstrip("/")
        if "auto_tutorials/" in target:
            script = PROJECT / "docs" / "tutorials" / f"{path.name}.py"
            assert path.name == "index" or script.is_file(), f"{page}: {target}"
        else:
            assert path.with_suffix(".md").is_file(), f"{page}: {target}"


@pytest.mark.parametrize("page", PAGES)
def test_addresses_are_well_formed_and_encrypted(page):
    for address in ADDRESS.findall(prose(page)):
        parts = urlsplit(address.rstrip(".,;:"))
        assert parts.scheme == "https", f"{page}: {address}"
        assert re.fullmatch(r"([\w-]+\.)+[a-z]{2,}(:\d+)?", parts.netloc), f"{page}: {address}"
