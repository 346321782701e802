"""Small results, their page, and a browser that shows it."""

import dataclasses
import shutil
import time

import numpy as np
import pandas as pd
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.files import write_json, write_table
from bssbench.scores.collect import collect
from bssbench.separation import Separation
from bssbench.statistics.evaluation import evaluate

CHROMIUM, DRIVER = (shutil.which(name) for name in ("chromium", "chromedriver"))
# A malicious plug-in could give its method such a name.
MALICIOUS = "<img src=x onerror=document.title='attacked'>"
METHODS = ["skr-vae", "sobi", MALICIOUS]


def write_results(folder):
    """Write results of two data sets and three methods, of which one failed on one data set."""
    rng, runs = np.random.default_rng(0), []
    for name in ("gp-distinct", "waveforms"):
        dataset = dataclasses.replace(make_dataset(f"{name}-t300", [0, 1, 2, 3], {}), name=name)
        dataset.save(folder / "data" / f"{name}.npz")
        for method in METHODS:
            failed = name == "waveforms" and method == "sobi"
            noise = 0.1 * rng.standard_normal(dataset.sources.shape)
            # Order and sign are free.
            separation = Separation(-(dataset.sources + noise)[..., ::-1])
            if method == "skr-vae":
                unmixing = np.linalg.pinv(dataset.mixing_matrix)
                history = {
                    "step": np.array([0, 10]),
                    "loss": rng.standard_normal((4, 2)),
                    "unmixing_matrix": np.stack([np.roll(unmixing, 1, 2), unmixing], 1),
                }
                separation = dataclasses.replace(separation, history=history)
            cell = folder / "cells" / name / method
            separation.save(cell / "separation.npz")
            status = {"status": "failed", "reason": "it broke"} if failed else {"status": "ok"}
            run = {"dataset": name, "method": method, "seeds": [0, 1, 2, 3], "reason": ""} | status
            rest = {"timing": None, "peak_bytes": 1, "jobs_allowed": 1, "diagnostics": {}}
            write_json(cell / "run.json", run | rest | {"provenance": {"processor": "x"}})
            runs.append(cell / "run.json")
    scores, _ = collect(runs, folder / "data")
    write_table(folder / "scores.csv", scores)
    evaluate(scores).save(folder / "statistics")
    return folder


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return write_results(tmp_path_factory.mktemp("explore") / "results")


@pytest.fixture(scope="module")
def scores(results):
    return pd.read_csv(results / "scores.csv")


@pytest.fixture(scope="module")
def driver():
    webdriver = pytest.importorskip("selenium.webdriver")
    if not (CHROMIUM and DRIVER):
        pytest.skip("no chromium with chromedriver here")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(DRIVER)
    with webdriver.Chrome(options=options, service=service) as started:
        started.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
        yield started


class Browser:
    """A browser that waits until the page has drawn what its address asks for."""

    def __init__(self, driver, path):
        self.driver = driver
        self.url = path.resolve().as_uri()

    def open(self, address="", width=1200):
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        # Else a change of the fragment alone loads nothing.
        self.driver.get("about:blank")
        self.driver.get(self.url + address)
        self.wait("")
        return self

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    @property
    def drawn(self):
        return self.script("return document.body.dataset.drawn || ''")

    def wait(self, before):
        end = time.monotonic() + 120
        while self.drawn == before:
            assert time.monotonic() < end, self.driver.get_log("browser")
            time.sleep(0.05)

    def act(self, text, *arguments):
        """Run what changes the address, and wait for the new view."""
        before = self.drawn
        value = self.script(text, *arguments)
        self.wait(before)
        return value

    def choose(self, key, value):
        self.act(
            "const box = document.getElementById(arguments[0]); box.value = arguments[1];"
            "box.dispatchEvent(new Event('change', {bubbles: true}))",
            f"filter-{key}",
            value,
        )

    def value(self, key):
        return self.script(f"return document.getElementById('filter-{key}').value")

    def text(self, name):
        return self.script(f"return document.getElementById('{name}').textContent")

    def table(self):
        """Return the cells of the table that stands for the charts."""
        return self.script(
            "const box = document.getElementById('numbers'); box.open = true; box.ontoggle();"
            "return [...box.querySelectorAll('tr')].map((row) => [...row.cells].map((cell) => "
            "cell.textContent))"
        )


@pytest.fixture(scope="module")
def browse(driver):
    """Return what opens a page's file in the browser."""
    return lambda path: Browser(driver, path)


@pytest.fixture(scope="session")
def malicious():
    """Return the name of a method that would run as a script where it is not escaped."""
    return MALICIOUS
