"""Whatever a data set is called and given: it has a size and is made, or is refused in one line."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bssbench.datasets.catalogue import dataset_names, dataset_shape, make_dataset
from bssbench.datasets.families import family_names, load_family
from bssbench.errors import InputError
from bssbench.parameters import parse_assignments

FUZZ = settings.get_profile("fuzz")

PARTS = (
    *("1", "2", "3", "7", "1000", "1001", "0", "01", "9" * 18, "linear", "post-nonlinear"),
    *("mlp-1", "mlp-9", "mlp-10", "mlp-0", "cond1", "cond30", "cond1000000", "m2", "m5"),
    *("noise0", "noise5", "noise1000", "noise1001", "outliers1", "outliers50", "t1", "t2"),
    *("t10", "t50", "t60", "4x", "x", ""),
)
FIELDS = sorted(
    {
        field
        for name in family_names()
        for field in vars(load_family(name)).get("__dataclass_fields__", ())
    }
)
KEYS = (*FIELDS, "noise", "n_sources", "length", "condition", "nothing", "seeds")
VALUES = (
    *("0", "1", "-1", "2.5", "1e-300", "1e300", "0.5", "null", "true", "x", "1e999", "9" * 39),
    "[1]",
)
names = st.tuples(
    st.sampled_from(dataset_names()), st.lists(st.sampled_from(PARTS), max_size=5)
).map(lambda said: "-".join([said[0], *said[1]]))
given_parameters = st.lists(
    st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)).map("=".join), max_size=3
)


@FUZZ
@given(name=st.one_of(names, st.text(max_size=12)), words=given_parameters)
def test_any_id_and_parameters(name, words, guarded):
    try:
        with guarded():
            parameters = parse_assignments(words)
            shape = dataset_shape(name, parameters)
            # Larger ones are made in the same way, in longer time.
            assume(shape.length * shape.n_channels * shape.n_sources <= 5000)
            assume(name.partition("-")[0] not in ("modal", "fetal", "eeg", "speech"))
            with np.errstate(all="ignore"):
                made = make_dataset(name, [0], parameters)
    except InputError as error:
        refusal = str(error)
        assert refusal.strip()
        assert "\n" not in refusal
    else:
        assert made.observations.shape == (1, shape.length, shape.n_channels)
        assert np.isfinite(made.observations).all()
