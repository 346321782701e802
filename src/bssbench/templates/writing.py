"""Writing a plug-in to begin with, and what to do with it next."""

import shlex
from pathlib import Path

from bssbench.discovery import modules_below
from bssbench.errors import InputError
from bssbench.plugins.checks import ENDS_AS_AN_ID
from bssbench.plugins.offers import KINDS
from bssbench.plugins.sources import NAME

__all__ = ["next_steps", "write_template"]

# A prior comes with the VAE that has it.
_OFFERED = {"prior": "method", "method": "method", "family": "family"}


def write_template(kind: str, name: str, folder: Path) -> Path:
    """Write a plug-in's file and return its path.

    Parameters
    ----------
    kind : {'prior', 'method', 'family'}
        What it is.
    name : str
        What it is called, with hyphens or underscores.
    folder : pathlib.Path
        Where it goes; made if it is not there.

    Raises
    ------
    InputError
        If the name can't be one, something else has it, or there is such a file already.
    """
    name = name.replace("_", "-")
    if not NAME.fullmatch(name) or name[0].isdigit():
        raise InputError(
            f"{name!r}: a name has small letters, digits and single hyphens, a letter first"
        )
    offered = _OFFERED[kind]
    if offered == "family" and ENDS_AS_AN_ID.fullmatch(name):
        raise InputError(f"{name!r}: the name of a family may not end as an id does")
    for other in ("family", "recording") if offered == "family" else (offered,):
        if name in modules_below(KINDS[other]):
            raise InputError(f"there is a {other} {name!r} already; choose another name")
    text = Path(__file__).with_name(f"{kind}.py").read_text(encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name.replace('-', '_')}.py"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text.replace("NAME", name))
    except FileExistsError:
        raise InputError(f"{path} is there already, and is not written over") from None
    return path


def next_steps(kind: str, path: Path) -> str:
    """Return what to do with a file that `write_template` wrote, in lines."""
    file, name = shlex.quote(str(path)), path.stem.replace("_", "-")
    if kind == "family":
        dataset, method, about = f"{name}-t500", "sobi", "datasets"
    else:
        dataset, method, about = "gp-distinct-t500", name, "methods"
    key = f"{about}: {{{name}: …}}"
    return f"""\
{path} is written. It runs as it is; see it listed, hold it to the laws, run it and score it:

  bssbench list {about} --plugin {file}
  pytest --pyargs bssbench.testing --bssbench-plugin {file}
  bssbench generate {dataset} --seeds 0-2 --plugin {file}
  bssbench separate {dataset}.npz --method {method} --out cell --plugin {file}
  bssbench score cell/run.json --data . --out scores.csv --plugin {file}

In an experiment's file, 'plugins: [{path.name}]', by the path from that file, makes it one of those
that '{key}' can name."""
