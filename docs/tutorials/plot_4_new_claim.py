"""
A new claim
===========

A claim is a sentence about methods that measurements can support or refute. This tutorial writes
three claims and a small experiment, runs it, and shows where the verdicts come from. Its four
methods are classical and take less than a second each.
"""

# %%
# Two files
# ---------
# The experiment names data sets, seeds and methods. ``oracle`` fits the true sources by least
# squares and ``random`` is a random rotation: the best and the worst that can be expected.

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import bssbench

EXPERIMENT = """
output: {results: results, figures: figures}
claims: claims.yaml
seeds: 0-9
datasets:
  gp-distinct-t500:
  ar-laplace-equal-t500:
methods:
  sobi:
  fastica:
  oracle:
  random:
"""

# %%
# Each claim has a sentence, its source, and one or more tests. A test names a score, data sets
# and methods, and states what is asked of them: here that the difference of two methods exceeds a
# margin, or that the mean score exceeds a threshold. ``because`` explains the choice of the
# numbers. Write it before you see a result.

CLAIMS = """
claims:
  - name: M1
    sentence: SOBI separates Gaussian sources with different spectra better than FastICA.
    source: this tutorial
    tests:
      - test: superior
        score: si_sdr
        datasets: [gp-distinct-t500]
        methods: [sobi]
        than: [fastica]
        margin: 3
        because: A difference of 3 dB means half the power of the distortion.
  - name: M2
    sentence: SOBI separates non-Gaussian sources with equal spectra.
    source: this tutorial
    tests:
      - test: at_least
        score: si_sdr
        datasets: [ar-laplace-equal-t500]
        methods: [sobi]
        threshold: 10
        because: &ten At 10 dB, distortion has a tenth of the power of the source.
  - name: M3
    sentence: FastICA separates non-Gaussian sources with equal spectra.
    source: this tutorial
    tests:
      - test: at_least
        score: si_sdr
        datasets: [ar-laplace-equal-t500]
        methods: [fastica]
        threshold: 10
        because: *ten
"""

temporary = TemporaryDirectory()
folder = Path(temporary.name)

# %%
# Run it
# ------
# Snakemake runs what is missing and nothing else: data sets, separations, scores and verdicts. In
# a clone of the project, without ``--snakefile`` and ``--directory``, the command is ``snakemake
# --cores 2 --configfile experiment.yaml``, and it writes all tables and figures too. Here only
# the verdicts are asked for, which takes about half a minute.

(folder / "experiment.yaml").write_text(EXPERIMENT)
(folder / "claims.yaml").write_text(CLAIMS)

project = Path(bssbench.__file__).parents[2]
options = ["--snakefile", str(project / "Snakefile"), "--directory", ".", "--cores", "2"]
command = ["snakemake", *options, "--configfile", "experiment.yaml", "--", "results/claims.csv"]
finished = subprocess.run(
    [sys.executable, "-m", *command], cwd=folder, text=True, capture_output=True, check=False
)
assert finished.returncode == 0, finished.stderr

# %%
# The verdicts
# ------------

claims = pd.read_csv(folder / "results" / "claims.csv")
columns = ["claim", "claim_verdict", "estimate", "low", "high", "t_low", "t_high", "threshold"]
print(claims[[*columns, "seeds", "seeds_needed"]].round(1).to_string(index=False))

# %%
# ``estimate`` is the mean over the seeds: of the difference for M1, of the score for M2 and M3. A
# verdict rests on one-sided 95 % confidence bounds of this mean, computed in two ways: by
# bootstrap (``low`` and ``high``) and from Student's t distribution. A claim is supported if all
# bounds lie above the threshold, and refuted if all lie below it and a test with Holm's
# correction agrees. Otherwise it is undecided, and ``seeds_needed`` estimates how many seeds
# would decide it.

# %%
# The interval behind a verdict
# -----------------------------
# Each dot is one seed. The horizontal bar spans the bounds from Student's t distribution, and the
# tick is what the claim asks for.

scores = pd.read_csv(folder / "results" / "scores.csv")
values = scores[scores["score"] == "si_sdr"].pivot(
    index="seed", columns=["dataset", "method"], values="value"
)
gaussian, laplace = values["gp-distinct-t500"], values["ar-laplace-equal-t500"]
seeds = {
    "M1": gaussian["sobi"] - gaussian["fastica"],
    "M2": laplace["sobi"],
    "M3": laplace["fastica"],
}
what = {"M1": "SOBI − FastICA", "M2": "SOBI", "M3": "FastICA"}
colours = {"supported": "C2", "refuted": "C3", "undecided": "C1"}

figure, axis = plt.subplots(figsize=(7, 2.8), layout="constrained")
for row, claim in claims.iterrows():
    name, colour = claim["claim"], colours[claim["claim_verdict"]]
    axis.plot(seeds[name], np.full(len(seeds[name]), row + 0.2), ".", color="0.6")
    axis.plot([claim["t_low"], claim["t_high"]], [row, row], color=colour, linewidth=5)
    axis.plot(claim["estimate"], row, "o", color="white", markeredgecolor=colour)
    axis.vlines(claim["threshold"], row - 0.35, row + 0.35, color="black")
    axis.text(1.02, row, claim["claim_verdict"], color=colour, transform=axis.get_yaxis_transform())
axis.set_yticks(range(len(claims)), [f"{name}: {what[name]}" for name in claims["claim"]])
axis.invert_yaxis()
axis.set_xlabel("SI-SDR, or its difference (dB)")
plt.show()

# %%
# The seeds of M3 lie on both sides of the threshold, so ten seeds do not decide it. Verdicts are
# statements about these data sets. To ask more of a claim, add data sets and methods to its test:
# all parts must then be supported.

temporary.cleanup()
