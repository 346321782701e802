// The page. Its state is the address: each change of the address redraws the view.

const VIEWS = {
  scores: scoresView,
  compare: compareView,
  cell: cellView,
  claims: claimsView,
  cores: costView("Cores", "cores", "core", ["seconds", "peak_bytes"], ["parameters", "arithmetic", "replicates", "latents", "grid", "pass", "device", "threads"]),
  training: costView("Training", "training_cost", "method", ["seconds_to_separation", "seconds_to_decibels", "seconds_of_training", "peak_bytes", "ratio"], ["sources", "device", "threads"]),
  sweeps: sweepsView,
};
const byId = (id) => document.getElementById(id);

function stateOfAddress() {
  const state = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  return { ...state, view: state.view in VIEWS ? state.view : "scores" };
}

function addressOf(state) {
  const kept = Object.entries(state).filter(([, value]) => typeof value === "string" && value !== "");
  return `#${new URLSearchParams(kept)}`;
}

/** Change the address without an entry in the history. */
function replaceState(change) {
  history.replaceState(null, "", addressOf({ ...stateOfAddress(), ...change }));
}

/** Return the links to all views, which keep the score and the data set. */
function fillNavigation(state) {
  const items = Object.entries(VIEWS).map(([name, view]) => {
    const kept = Object.fromEntries(["score", "dataset"].map((key) => [key, state[key] ?? ""]));
    const link = element("a", { href: addressOf({ view: name, ...kept }) }, view.title);
    if (name === state.view) link.setAttribute("aria-current", "page");
    return element("li", {}, link);
  });
  const focused = [...byId("views").querySelectorAll("a")].indexOf(document.activeElement);
  byId("views").replaceChildren(...items);
  if (focused >= 0) items[focused].firstChild.focus();
}

/** Put the controls in the form; one that was there stays, and keeps the focus. */
function fillFilters(controls, state) {
  const made = controls.map(({ key, label, options }) => {
    const id = `filter-${key}`;
    const select_ = byId(id) ?? element("select", { id, name: key });
    select_.replaceChildren(...options.map(([value, text]) => element("option", { value, selected: value === state[key] }, text)));
    const box = select_.parentElement ?? element("label", {}, element("span", {}, label), select_);
    box.firstChild.textContent = label;
    return box;
  });
  const form = byId("filters");
  const stay = made.every((box, i) => form.children[i] === box) && form.children.length === made.length;
  if (!stay) {
    const focused = document.activeElement?.id;
    form.replaceChildren(...made);
    if (focused?.startsWith("filter-")) byId(focused)?.focus();
  }
  form.hidden = !made.length;
}

/** Return the state with each control at one of its options: the one that it names, or the first. */
function settled(controls, state) {
  const settings = controls.map(({ key, options }) => {
    const values = options.map(([value]) => value);
    return [key, values.includes(state[key]) ? state[key] : values[0] ?? ""];
  });
  return { ...state, ...Object.fromEntries(settings) };
}

let drawing = 0;

async function drawView() {
  const mine = (drawing += 1);
  const about = await read("about");
  let state = stateOfAddress();
  const view = VIEWS[state.view];
  const names = [...view.needs, ...(view.uses ?? [])];
  const loaded = await Promise.all(names.map(read));
  const parts = Object.fromEntries(names.map((name, i) => [name, loaded[i]]));
  const missing = view.needs.filter((name) => parts[name] === undefined);
  let controls = [];
  let shown = { summary: missing.map((name) => about.missing[name] ?? about.missing.summary)[0], charts: [] };
  if (!missing.length) {
    // Twice: what one control offers can depend on what another is settled at.
    for (let round = 0; round < 2; round += 1) {
      controls = view.controls(parts, state, about);
      state = settled(controls, state);
      if (view.extra) state.content = await view.extra(state);
    }
    controls = view.controls(parts, state, about);
    state = settled(controls, state);
    shown = view.show(parts, state, about);
  }
  // Another change came while this one was loading.
  if (mine !== drawing) return;
  fillNavigation(state);
  fillFilters(controls, state);
  document.title = `${view.title} · bssbench`;
  byId("title").textContent = view.title;
  byId("summary").textContent = shown.summary;
  byId("content").replaceChildren(...(shown.content ?? []));
  byId("numbers").hidden = !shown.rows?.length;
  fillTable(shown);
  const boxes = document.createElement("div");
  byId("charts").replaceChildren(boxes);
  for (const chart of shown.charts) {
    if (chart.heading) boxes.append(element("h3", {}, chart.heading));
    await drawChart(about.charts, boxes, chart);
    if (mine !== drawing) return;
  }
  settleFocus(state);
  document.body.dataset.drawn = String(mine);
}

let lastView;

/** Keep keyboard and eyes where they belong after a link led to another view. */
function settleFocus(state) {
  const entered = lastView !== undefined && lastView !== state.view;
  if (entered && document.activeElement === document.body) byId("main").focus();
  if (entered && state.claim) byId(`claim-${state.claim}`)?.scrollIntoView({ block: "nearest" });
  lastView = state.view;
}

/** Fill the table when it is open: a closed one need not be made. */
function fillTable({ columns, rows }) {
  const table = byId("numbers").querySelector("table");
  const fill = () => table.replaceChildren(...(byId("numbers").open && rows ? tableRows(columns, rows) : []));
  byId("numbers").ontoggle = fill;
  fill();
}

byId("filters").addEventListener("change", ({ target }) => {
  const own = Object.fromEntries([...byId("filters").elements].map((each) => [each.name, each.value]));
  // What depends on the changed control is settled again.
  location.hash = addressOf({ view: stateOfAddress().view, ...own, [target.name]: target.value });
});
byId("filters").addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("hashchange", drawView);
let width = window.innerWidth;
window.addEventListener("resize", () => {
  if (window.innerWidth !== width) drawView();
  width = window.innerWidth;
});
await drawView();
