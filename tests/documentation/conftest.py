import sys
from pathlib import Path

# The extension of the site knows what is public, and generates what pages show.
sys.path.append(str(Path(__file__).parents[2] / "docs" / "_extensions"))
