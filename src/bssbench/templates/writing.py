"""Writing a plug-in from a template, and a description of the next steps."""

import shlex
from pathlib import Path

from bssbench.discovery import modules_below
from bssbench.errors import InputError
from bssbench.plugins.checks import ENDS_AS_AN_ID
from bssbench.plugins.offers import KINDS
from bssbench.plugins.sources import NAME

__all__ = ["next_steps", "write_template"]

# A prior is part of a VAE, which is a method.
_OFFERED = {"prior": "method", "method": "method", "family": "family"}


def write_template(kind: str, name: str, folder: Path) -> Path:
    """Write the file of a plug-in and return its path.

    Parameters
    ----------
    kind : {'prior', 'method', 'family'}
        Kind of the plug-in.
    name : str
        Name, with hyphens or underscores.
    folder : pathlib.Path
        Folder for the file, created if needed.

    Raises
    ------
    InputError
        If the name is invalid or taken, or the file exists.
    """
    name = name.replace("_", "-")
    if not NAME.fullmatch(name) or name[0].isdigit():
        raise InputError(
            f"{name!r}: a name has lower-case letters, digits and single hyphens, and starts with "
            "a letter"
        )
    offered = _OFFERED[kind]
    if offered == "family" and ENDS_AS_AN_ID.fullmatch(name):
        raise InputError(f"{name!r}: the name of a family must not end like an id")
    for other in ("family", "recording") if offered == "family" else (offered,):
        if name in modules_below(KINDS[other]):
            raise InputError(f"a {other} {name!r} exists already; choose another name")
    text = Path(__file__).with_name(f"{kind}.py").read_text(encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name.replace('-', '_')}.py"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text.replace("NAME", name))
    except FileExistsError:
        raise InputError(f"{path} exists already, and is not replaced") from None
    return path


def next_steps(kind: str, path: Path) -> str:
    """Return instructions for a file that `write_template` wrote."""
    file, name = shlex.quote(str(path)), path.stem.replace("_", "-")
    if kind == "family":
        dataset, method, about = f"{name}-t500", "sobi", "datasets"
    else:
        dataset, method, about = "gp-distinct-t500", name, "methods"
    key = f"{about}: {{{name}: …}}"
    return f"""\
Wrote {path}. It runs unchanged. To list it, test it, run it and score the result:

  bssbench list {about} --plugin {file}
  pytest --pyargs bssbench.testing --bssbench-plugin {file}
  bssbench generate {dataset} --seeds 0-2 --plugin {file}
  bssbench separate {dataset}.npz --method {method} --out cell --plugin {file}
  bssbench score cell/run.json --data . --out scores.csv --plugin {file}

To use it in an experiment, add 'plugins: [{path.name}]' (a path relative to the file of the
experiment) and '{key}'."""
