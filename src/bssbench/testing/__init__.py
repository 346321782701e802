"""Laws of methods, priors, families of sources, recordings and scores: tests for one's own.

``pytest --pyargs bssbench.testing --bssbench-plugin FILE`` holds what a plug-in's file, or a folder
of such files, offers to the laws that hold for whatever bssbench has itself; without a file, all of
that. pytest is needed for this alone.
"""
