"""Render equations as MathML, which browsers display without MathJax from a server."""

from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml


def _inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(tex2mathml(node.astext().strip()))
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.math_block) -> None:
    equation = tex2mathml(node.astext().strip(), as_block=True)
    translator.body.append(f'<div class="math">{equation}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    """Add the renderer ``mathml``; conf.py chooses it by ``html_math_renderer``."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
