"""
Your own recording
==================

``bssbench separate`` reads a recording, checks it, separates it, and writes the sources with a
report. This tutorial writes a CSV file that has two common defects, a dead channel and mains hum,
and separates it from the command line. :doc:`plot_1_first_separation` uses the methods in Python.
"""

# %%
# A recording with defects
# ------------------------
# The file holds 20 seconds at 250 Hz: a column of time, six channels that record three sources,
# and a seventh channel that was not connected. Each channel also picks up the 50 Hz hum of the
# mains.

import json
import shlex
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

rng = np.random.default_rng(0)
RATE = 250  # Hz
time = np.arange(20 * RATE) / RATE

beats = np.arange(0.3, 20, 0.8)
heart = np.exp(-0.5 * ((time[:, None] - beats) / 0.02) ** 2).sum(axis=1)
breathing = np.sin(2 * np.pi * 0.3 * time + 0.5 * np.sin(0.7 * time))
rhythm = np.sin(2 * np.pi * 10 * time) * np.exp(np.sin(2 * np.pi * 0.17 * time))
sources = np.column_stack([heart, breathing, rhythm])
sources = sources / sources.std(axis=0)

mixing_matrix = rng.normal(size=(6, 3))
hum = np.outer(np.sin(2 * np.pi * 50 * time), rng.uniform(0.3, 0.6, 6))
channels = sources @ mixing_matrix.T + hum + 0.05 * rng.normal(size=(len(time), 6))

recording = pd.DataFrame(channels, columns=["C1", "C2", "C3", "C4", "C5", "C6"])
recording.insert(0, "time_s", time)
recording["C7"] = 0.0

temporary = TemporaryDirectory()
folder = Path(temporary.name)
recording.to_csv(folder / "recording.csv", index=False, float_format="%.6f")


def run(command):
    """Run a command line in the folder of the recording, and print it with its output."""
    words = [sys.executable, "-m", *shlex.split(command)]
    output, errors = subprocess.PIPE, subprocess.STDOUT
    finished = subprocess.run(
        words, cwd=folder, text=True, stdout=output, stderr=errors, check=False
    )
    print(f"$ {command}\n{finished.stdout}")


# %%
# Look before you separate
# ------------------------
# With ``--dry-run`` the command reports what it reads and what it would do, and writes nothing.

run("bssbench separate recording.csv --dry-run")

# %%
# The time column was recognised, and gave the sampling rate. The constant channel is left out.
# The hum causes a warning that ends with a remedy, the option ``--notch 50``. Nothing is filtered
# unless you ask for it. The hum is also the reason why the eigenvalues suggest four sources: it
# is common to all channels, like a source.

# %%
# Separate
# --------
# ``--notch 50`` removes the hum. ``--n-sources auto`` chooses the number of sources from the
# eigenvalues of the channels' correlation matrix. ``--seeds 5`` runs the method from five
# initialisations and reports for each source how well they agree.

run(
    "bssbench separate recording.csv --method fastica --n-sources auto --notch 50 --seeds 5 "
    "--out separated"
)

# %%
# The index I\ :sub:`q` of each source lies between 0 and 1. A source with an index near 1 is
# found from every initialisation. A low index means that the source depends on the initialisation
# and should not be interpreted.

# %%
# The result directory
# --------------------
# A command that fails writes nothing, so that a directory of results is always complete.

for path in sorted((folder / "separated").iterdir()):
    print(f"{path.stat().st_size:9,} bytes  {path.name}")

# %%
# * ``sources.csv`` has the time column and one column per source, each with unit variance,
#   ordered by explained variance.
# * ``mixing_matrix.csv`` has the pattern of each source on the channels, in the units of the
#   recording, and ``unmixing_matrix.csv`` the weights that turn channels into sources.
# * ``report.html`` shows all of this on one page that needs no other file. ``sources.png`` is the
#   picture in it.
# * ``run.json`` records the command, the versions and every step, so that the result can be
#   reproduced.

run_record = json.loads((folder / "separated" / "run.json").read_text())
print("steps:   ", run_record["recording"]["steps"])
print("sources: ", run_record["n_sources"])
print("I_q:     ", np.round(run_record["stability"]["quality"], 3))

# %%
# Open the sources
# ----------------

estimated = pd.read_csv(folder / "separated" / "sources.csv", index_col="time_s")
names = list(estimated.columns)
shown = slice(0, 5)  # seconds

figure, axes = plt.subplots(
    len(names) + 1,
    figsize=(7, 5),
    sharex=True,
    layout="constrained",
    height_ratios=[2, *[1] * len(names)],
)
raw = recording.set_index("time_s")[["C1", "C2", "C3", "C4", "C5", "C6"]]
raw.loc[shown].plot(ax=axes[0], linewidth=0.6, legend=False)
axes[0].set_ylabel("channels")
for axis, name in zip(axes[1:], names, strict=True):
    estimated[name].loc[shown].plot(ax=axis, color="C0", linewidth=0.9)
    axis.set_ylabel(name.replace("_", " "))
axes[-1].set_xlabel("time (s)")
plt.show()

# %%
# The heartbeat, the rhythm and the breathing are separate. The signs of sources are arbitrary, so
# the heartbeat is upside down. For a real recording the true sources are unknown, so try other
# methods, too: ``--method all`` runs every method that applies and compares their results.

temporary.cleanup()
