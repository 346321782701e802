"""Configuration of the documentation site: `make docs` builds it into docs/_build/html."""

import os
import sys
from pathlib import Path

# Documentation is built without a display, and with the one thread that results are computed with.
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("OMP_NUM_THREADS", "1")

_HERE = Path(__file__).parent
sys.path.insert(0, str(_HERE / "_extensions"))

from bssbench import __version__  # noqa: E402

project = "bssbench"
author = "bssbench contributors"
copyright = author  # noqa: A001
version = release = __version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "generated_pages",
    "mathml",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build", "_extensions", "tutorials", "ci", "**/GALLERY_HEADER.rst"]
nitpicky = False
# Names in single backticks, as the docstrings have them, become links where they can.
default_role = "py:obj"

# Markdown
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "html_image"]
myst_heading_anchors = 3
html_math_renderer = "mathml"

# The interface of Python modules, from their docstrings
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_default_options = {
    "members": True,
    "exclude-members": "method_name, method_parameters",
}
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

# Tutorials are Python files, run when the site is built.
sphinx_gallery_conf = {
    "examples_dirs": ["tutorials"],
    "gallery_dirs": ["auto_tutorials"],
    "filename_pattern": r"[\\/]plot_",
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
    "remove_config_comments": True,
    "matplotlib_animations": False,
    "image_srcset": ["2x"],
    "plot_gallery": True,
    "write_computation_times": False,
}
# The gallery's machinery keeps its objects in the environment, which can't be stored.
suppress_warnings = ["config.cache"]
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

# Looks
html_theme = "pydata_sphinx_theme"
html_title = f"bssbench {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_sidebars = {"changelog": [], "index": []}
html_theme_options = {
    "logo": {"text": "bssbench"},
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "show_toc_level": 2,
    "show_prev_next": False,
    "navigation_with_keys": False,
    "footer_start": ["copyright"],
    "footer_end": ["sphinx-version"],
    "pygments_light_style": "tango",
    "pygments_dark_style": "monokai",
}
