// The views but that of claims. A view has a title, the parts that it needs and those that it uses where
// they are, its controls given the state, and what it shows: a summary, charts and a table. A control is {key, label, options}, an
// option is [value, text]; a value in the state that is none of the options counts as the first.

const ALL = "all";
// The height of a row of dots.
const ROW = 20;
const asOptions = (values) => values.map((value) => [String(value), printed(value)]);
const INTERVAL = "Lines are 95 % bootstrap intervals of the median over seeds.";

/** Return the control of scores: those with a value somewhere, in the order of all. */
function scoreControl({ summary }, about) {
  const { score, n_ok } = summary.columns;
  const scored = new Set();
  for (let row = 0; row < summary.size; row += 1) if (n_ok[row] > 0) scored.add(valueAt(score, row));
  const options = Object.keys(about.scores).filter((name) => scored.has(name));
  return { key: "score", label: "Score", options: options.map((name) => [name, about.scores[name].caption.split(" (")[0]]) };
}

/** Sort rows by their medians, the best first. */
function sortBestFirst(rows, score) {
  const sign = score.better === "lower" ? 1 : -1;
  rows.sort((a, b) => sign * (a.median - b.median));
}

const scoresView = {
  title: "Scores",
  needs: ["summary", "scores"],
  controls: (parts, state, about) => [
    scoreControl(parts, about),
    { key: "dataset", label: "Data set", options: [...asOptions(words(parts.summary, "dataset")), [ALL, "all data sets"]] },
    { key: "method", label: "Method", options: [[ALL, "all methods"], ...asOptions(words(parts.summary, "method"))] },
    {
      key: "seed",
      label: "Seed",
      options: [[ALL, "all seeds"], ...asOptions([...new Set(parts.scores.columns.seed)].sort((a, b) => a - b))],
    },
  ],
  show(parts, state, about) {
    const score = about.scores[state.score];
    const where = { score: state.score };
    if (state.dataset !== ALL) where.dataset = state.dataset;
    if (state.method !== ALL) where.method = state.method;
    const all = select(parts.summary, where);
    const seeds = select(parts.scores, state.seed === ALL ? where : { ...where, seed: state.seed });
    const map = state.dataset === ALL && state.method === ALL;
    const label = state.dataset === ALL ? "dataset" : "method";
    let rows = all.filter((row) => row.median !== null).map((row) => ({ ...row, value: row.median, label: row[label] }));
    if (!map) sortBestFirst(rows, score);
    if (state.seed !== ALL) {
      // Of one seed there is a value, and no interval.
      const values = new Map(seeds.map((row) => [`${row.dataset}\n${row.method}`, row.value]));
      rows = rows
        .map((row) => ({ ...row, value: values.get(`${row.dataset}\n${row.method}`) ?? null, median_low: null, median_high: null }))
        .filter((row) => row.value !== null);
    }
    const without = all.length - rows.length;
    const reasons = [...new Set(all.filter((row) => row.median === null).map((row) => row.reason))].filter(Boolean);
    const summary =
      `${counted(rows.length, "pair")} of data set and method, ${counted(seeds.length, "value")} of seeds. ` +
      (map ? "Colours are medians over seeds." : state.seed === ALL ? `Dots are medians over seeds, ticks are seeds. ${INTERVAL}` : "Dots are values of one seed.") +
      (without ? ` Without a value: ${without}${reasons.length ? ` (${reasons.slice(0, 2).join("; ")})` : ""}.` : "");
    const labelled = new Map(rows.map((row) => [row.label, 0]));
    const ticks = seeds.map((row) => ({ ...row, label: row[label] })).filter((row) => labelled.has(row.label));
    const order = new Map([...labelled.keys()].map((name, i) => [name, i]));
    ticks.sort((a, b) => order.get(a.label) - order.get(b.label));
    return {
      summary,
      charts: rows.length
        ? [{ name: map ? "map" : "scores", datasets: { summary: rows, seeds: map ? [] : ticks }, fill: { value: score.label }, label: `${score.caption}: ${summary}`, height: map ? undefined : ROW * labelled.size }]
        : [],
      columns: [["dataset", "data set"], ["method", "method"], ["value", state.seed === ALL ? "median" : "value"], ["median_low", "low"], ["median_high", "high"], ["n_ok", "seeds with a value"], ["n_seeds", "seeds"]],
      rows,
    };
  },
};

const compareView = {
  title: "Two methods",
  needs: ["summary", "scores"],
  uses: ["comparisons", "claims"],
  controls: (parts, state, about) => {
    const datasets = asOptions(words(parts.summary, "dataset"));
    const dataset = state.dataset && state.dataset !== ALL ? state.dataset : datasets[0][0];
    const run = asOptions(different(select(parts.summary, { dataset }), "method"));
    const others = run.filter(([name]) => name !== (state.first ?? run[0][0]));
    return [
      scoreControl(parts, about),
      { key: "dataset", label: "Data set", options: datasets },
      { key: "first", label: "First method", options: run },
      { key: "second", label: "Second method", options: others.length ? others : run },
    ];
  },
  show(parts, state, about) {
    const score = about.scores[state.score];
    const lower = score.better === "lower";
    const rows = pairsOfSeeds(parts.scores, state).map((row) => ({ ...row, difference: lower ? row.first - row.second : row.second - row.first }));
    const seeds = rows.flatMap(({ seed, first, second }) => [
      { seed, method: state.first, value: first },
      { seed, method: state.second, value: second },
    ]);
    const [of, interval] = recorded(parts, state);
    const better = rows.filter((row) => row.difference > 0).length;
    const mean = rows.reduce((sum, row) => sum + row.difference, 0) / rows.length;
    const direction = score.better ? `${lower ? "Lower" : "Higher"} values are better.` : "No value is better than another.";
    const summary = rows.length
      ? `${counted(rows.length, "seed")} that both methods have. ${direction} ${state.second} is ${score.better ? "better" : "higher"} on ${better}; the mean difference is ${printed(mean)}.` +
        (interval.length ? ` The band is ${of}: ${printed(interval[0].low)} to ${printed(interval[0].high)}.` : "")
      : "The two methods have no seed in common that has this score on this data set.";
    const difference = `${score.better ? "improvement" : "difference"} in ${score.label}`;
    return {
      summary,
      charts: rows.length
        ? [
            { name: "pairs", heading: "Values, a line for each seed", datasets: { seeds }, fill: { value: score.label }, label: summary },
            { name: "differences", heading: `From ${state.first} to ${state.second}, a dot for each seed`, datasets: { differences: rows, zero: [{ difference: 0 }], interval }, fill: { difference }, label: `Differences by seed: ${difference}`, height: ROW * rows.length },
          ]
        : [],
      columns: [["seed", "seed"], ["first", state.first], ["second", state.second], ["difference", difference]],
      rows,
    };
  },
};

/** Return {seed, first, second} of each seed that both methods have, as the statistics pair them. */
function pairsOfSeeds(scores, { score, dataset, first, second }) {
  const [a, b] = [first, second].map((method) => new Map(select(scores, { score, dataset, method }).map((row) => [row.seed, row.value])));
  // A method that does not depend on the seed is run once on a recording.
  const only = (values) => (values.size === 1 ? [...values.values()][0] : undefined);
  const seeds = a.size === 1 ? [...b.keys()] : [...a.keys()];
  return seeds
    .map((seed) => ({ seed, first: a.get(seed) ?? only(a), second: b.get(seed) ?? only(b) }))
    .filter((row) => row.first !== undefined && row.second !== undefined);
}

/** Return what the results record of the mean difference of two methods: its name, and [interval]. */
function recorded({ claims, comparisons }, { dataset, score, first, second }) {
  for (const [than, of, sign] of [[first, second, 1], [second, first, -1]]) {
    const [part] = claims ? select(claims, { where: dataset, quantity: score, of, than }) : [];
    const [row] = comparisons ? select(comparisons, { dataset, score, best: than, method: of }) : [];
    for (const [name, found] of [[`the one-sided 95 % bounds of its mean, from claim ${part?.claim}`, part], ["the 95 % interval of its mean", row]]) {
      if (found && found.low !== null) {
        const [low, high] = [sign * found.low, sign * found.high].sort((a, b) => a - b);
        return [name, [{ low, high }]];
      }
    }
  }
  return ["", []];
}

const cellView = {
  title: "A cell",
  needs: ["cells"],
  controls: (parts, state) => {
    const names = Object.keys(parts.cells);
    const dataset = names.includes(state.dataset) ? state.dataset : names[0];
    const chosen = [
      { key: "dataset", label: "Data set", options: asOptions(names) },
      { key: "method", label: "Method", options: asOptions(parts.cells[dataset]) },
    ];
    // Which seeds there are is known once the data set's content is.
    const seeds = state.content?.methods[state.method]?.seeds;
    return seeds ? [...chosen, { key: "seed", label: "Seed", options: asOptions(seeds) }] : chosen;
  },
  // The content of one data set alone is decompressed.
  extra: (state) => read(`cells/${state.dataset}`),
  show(parts, state, about) {
    const { content } = state;
    const method = content.methods[state.method];
    const at = Math.max(0, method.seeds.map(String).indexOf(state.seed));
    const estimated = method.estimated[at];
    const true_ = content.true?.[content.seeds.indexOf(method.seeds[at])];
    const points = (kind, x, steps) =>
      estimated[kind].flatMap((values, source) =>
        values.map((value, i) => ({ source: `source ${source + 1}`, x: x(i), estimated: value / steps, true: true_ ? true_[kind][source][i] / steps : null })),
      );
    const rate = content.rate ?? 1;
    const signals = points("signals", (i) => (content.first + i) / rate, about.signal_steps);
    const spectra = points("spectra", (i) => content.frequencies[i], about.spectrum_steps);
    const records = ["si_sdr", "loss"].flatMap((quantity) =>
      (method[quantity]?.[at] ?? []).map((value, i) => ({
        quantity: quantity === "loss" ? "loss (nats per time point)" : "SI-SDR (dB)", step: method.steps[i], value,
      })),
    );
    const shown = estimated.signals[0].length;
    const summary =
      `${counted(estimated.signals.length, "source")} of ${state.method} on ${state.dataset}, seed ${state.seed}. ` +
      `Samples ${content.first} to ${content.first + shown - 1} of ${content.length}, in standard deviations. ` +
      (true_ ? "Grey lines are the true sources. Blue lines are the estimates, matched to them and given their sign." : "The true sources are not known: only estimates are drawn.") +
      (records.length ? ` ${counted(method.steps.length, "record")} of the training; the loss can rise while the variance of the decoder is annealed.` : " This method records no training.");
    const unit = content.rate ? ["time (s)", "frequency (Hz)"] : ["time (samples)", "frequency (cycles per sample)"];
    const charts = [
      { name: "sources", heading: "Sources", datasets: { signals }, fill: { time: unit[0] }, label: `Sources: ${summary}` },
      { name: "spectra", heading: "Spectra, by Welch's method, down to −60 dB", datasets: { spectra }, fill: { frequency: unit[1] }, label: `Spectra: ${summary}` },
    ];
    if (records.length) {
      charts.push({ name: "learning", heading: "Learning curve", datasets: { records }, label: `Learning curve: ${summary}` });
    }
    const rows = signals.map((row) => ({ ...row, error: row.true === null ? null : row.estimated - row.true }));
    return { summary, charts, columns: [["source", "source"], ["x", unit[0]], ["true", "true"], ["estimated", "estimated"], ["error", "error"]], rows };
  },
};

const COSTS = {
  seconds: "time of a call (s)",
  peak_bytes: "peak memory (bytes)",
  seconds_to_separation: "time to separation (s)",
  seconds_to_decibels: "time to within 1 dB of the end (s)",
  seconds_of_training: "time of the whole training (s)",
  ratio: "time relative to skr-vae",
};

/** Return a view of costs over length, with a filter for each of `keys` that has several values. */
function costView(title, part, name, quantities, keys) {
  return {
    title,
    needs: [part],
    controls: (parts) => [
      { key: "quantity", label: "Quantity", options: quantities.map((key) => [key, COSTS[key]]) },
      ...keys
        .map((key) => ({ key, label: key, options: [...asOptions(different(select(parts[part]), key)), [ALL, ALL]] }))
        .filter(({ options }) => options.length > 2),
    ],
    show(parts, state) {
      const where = Object.fromEntries(keys.filter((key) => state[key] && state[key] !== ALL).map((key) => [key, state[key]]));
      const all = select(parts[part], where);
      // What else differs between rows makes a line of its own.
      const others = [...keys, "length_scales", "parameters", "core", "kernel"].filter((key) => key !== name && all[0] && key in all[0]);
      const varied = others.filter((key) => different(all, key).length > 1);
      const rows = all
        .filter((row) => row.status === "ok" && row[state.quantity] > 0)
        .map((row) => ({ ...row, x: row.length, value: row[state.quantity], series: [row[name], ...varied.map((key) => printed(row[key]))].join(", ") }));
      const left = all.length - rows.length;
      const summary =
        `${counted(rows.length, "measurement")} of ${counted(different(rows, name).length, name)}; both axes are logarithmic.` +
        (left ? ` Without a measurement: ${left}${all.some((row) => row.reason) ? `, for instance: ${all.find((row) => row.reason).reason}` : ""}.` : "");
      return {
        summary,
        charts: rows.length ? [{ name: part === "cores" ? "cores" : "training", datasets: { rows }, fill: { value: COSTS[state.quantity], x: "length (samples)", format: state.quantity === "peak_bytes" ? "~s" : "~g" }, label: `${COSTS[state.quantity]} over length: ${summary}` }] : [],
        columns: [["series", name], ["length", "length"], ["value", COSTS[state.quantity]]],
        rows,
      };
    },
  };
}

const SWEPT = { separation: "separation (dB)", efficiency: "efficiency (dB)", si_sdr: "SI-SDR (dB)", seconds: "time of a seed (s)" };

// Separation is limited to this many decibels: here the bound states that nothing separates.
const NO_BOUND = -60;

const sweepsView = {
  title: "Sweeps",
  needs: ["sweeps"],
  controls: (parts, state) => {
    const name = state.sweep in parts.sweeps ? state.sweep : Object.keys(parts.sweeps)[0];
    const { table, axes } = parts.sweeps[name];
    const keys = Object.keys(axes);
    const x = keys.includes(state.x) ? state.x : keys.at(-1);
    const rows = select(table);
    return [
      { key: "sweep", label: "Sweep", options: asOptions(Object.keys(parts.sweeps)) },
      { key: "quantity", label: "Quantity", options: Object.entries(SWEPT) },
      { key: "x", label: "Horizontal axis", options: [x, ...keys.filter((key) => key !== x)].map((key) => [key, axes[key]]) },
      ...keys.filter((key) => key !== x).map((key) => ({ key, label: axes[key], options: asOptions(different(rows, key)) })),
    ];
  },
  show(parts, state) {
    const { table, axes, question } = parts.sweeps[state.sweep];
    const where = Object.fromEntries(Object.keys(axes).filter((key) => key !== state.x).map((key) => [key, state[key]]));
    const { quantity } = state;
    const rows = select(table, where)
      .filter((row) => row[quantity] !== null && row[quantity] !== "")
      .map((row) => ({ ...row, x: row[state.x], value: row[quantity], low: row[`${quantity}_low`] ?? null, high: row[`${quantity}_high`] ?? null, series: row.method }));
    const bound = quantity === "separation" ? rows.filter((row) => row.bound !== null && row.bound > NO_BOUND).map((row) => ({ x: row.x, value: row.bound })) : [];
    const once = [...new Map(bound.map((row) => [row.x, row])).values()];
    const summary = `${question} ${counted(rows.length, "point")} of ${counted(different(rows, "method").length, "method")}.` + (once.length ? " The dashed line is the Cramér–Rao bound, where the sources can be separated at all." : "");
    return {
      summary,
      charts: rows.length ? [{ name: "sweep", datasets: { rows, bound: once }, fill: { value: SWEPT[quantity], x: axes[state.x] }, label: summary }] : [],
      columns: [["method", "method"], ["x", axes[state.x]], ["value", SWEPT[quantity]], ["low", "low"], ["high", "high"], ["n_ok", "seeds with a value"], ["n_seeds", "seeds"]],
      rows,
    };
  },
};
