// Drawing a chart: a specification that Python wrote, with its places filled and its data added.

const LEGEND_ENTRY = 150;
const FACET_MARGIN = 70;
const ERRORS_ONLY = 1;
const LABELS = 0.42;

/** Draw the chart `name` of `charts` in a new box at the end of `parent`. */
async function drawChart(charts, parent, { name, datasets, fill = {}, label, height }) {
  const box = element("div", { className: "chart", role: "img", "aria-label": label });
  parent.append(box);
  const spec = structuredClone(charts[name]);
  const present = new Set(
    Object.values(datasets).flat().flatMap((row) => [row.method, row.core]),
  );
  adapt(spec, fill, present, box.clientWidth);
  if (spec.spec) spec.spec.width = Math.max(120, box.clientWidth - FACET_MARGIN);
  if (height) spec.height = height;
  // On a phone, long names are cut: the table has them whole.
  spec.config.axisY.labelLimit = Math.min(spec.config.axisY.labelLimit, LABELS * box.clientWidth);
  spec.datasets = datasets;
  // The interpreter, because the page forbids to evaluate text as code.
  // A chart without an interval or a bound has empty data, which is nothing to warn of.
  await window.vegaEmbed(box, spec, { actions: false, ast: true, renderer: "svg", logLevel: ERRORS_ONLY });
  // A chart that is wider than its box is scrolled, by keyboard too.
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
}

/** Fill texts that begin with `$`, keep what is present in scales, and fit legends, in place. */
function adapt(node, fill, present, width) {
  for (const [key, value] of Object.entries(node)) {
    if (typeof value === "string" && value.startsWith("$")) node[key] = fill[value.slice(1)] ?? "";
    else if (value && typeof value === "object") adapt(value, fill, present, width);
  }
  if (Array.isArray(node.domain) && Array.isArray(node.range)) {
    const kept = node.domain.map((word, i) => [word, node.range[i]]).filter(([word]) => present.has(word));
    node.domain = kept.map(([word]) => word);
    node.range = kept.map(([, look]) => look);
  }
  if (node.columns && "title" in node) node.columns = Math.max(1, Math.floor(width / LEGEND_ENTRY));
}

/** Return a new element with properties, attributes and children; text is only ever text. */
function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Return the rows of a table: `columns` are pairs of key and heading. */
function tableRows(columns, rows, most = 1000) {
  const head = element("tr", {}, ...columns.map(([, heading]) => element("th", { scope: "col" }, heading)));
  const body = rows
    .slice(0, most)
    .map((row) => element("tr", {}, ...columns.map(([key]) => element("td", {}, printed(row[key])))));
  const made = [element("thead", {}, head), element("tbody", {}, ...body)];
  if (rows.length > most) {
    made.unshift(element("caption", {}, `The first ${most} of ${rows.length} rows.`));
  }
  return made;
}
