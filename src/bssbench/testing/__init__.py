"""Conformance tests for methods, priors, families of sources, recordings and scores.

``pytest --pyargs bssbench.testing --bssbench-plugin FILE`` runs the tests on what a plug-in file,
or a folder of such files, provides. Without ``--bssbench-plugin`` they run on everything that is
built into bssbench. Only this package needs pytest.
"""
