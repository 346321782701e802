// The contents of the page. Each part is decompressed when it is first needed.

const parts = new Map(
  [...document.querySelectorAll("script[data-name]")].map((each) => [each.dataset.name, each]),
);
const decompressed = new Map();

/** Return a part of the page by its name; undefined where the results have none. */
function read(name) {
  if (!parts.has(name)) return Promise.resolve(undefined);
  if (!decompressed.has(name)) decompressed.set(name, decompress(parts.get(name).textContent));
  return decompressed.get(name);
}

async function decompress(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

/** Return the different texts of a column, in the order of their first rows. */
function words(table, column) {
  return table.columns[column].words;
}

/** Return a column's value in one row. */
function valueAt(column, row) {
  return column.words ? column.words[column.codes[row]] : column[row];
}

/** Return the rows of a table, as objects, in which every column of `where` has its value. */
function select(table, where = {}) {
  const tests = Object.entries(where).map(([name, wanted]) => [table.columns[name], String(wanted)]);
  const names = Object.keys(table.columns);
  const found = [];
  for (let row = 0; row < table.size; row += 1) {
    if (tests.every(([column, wanted]) => String(valueAt(column, row)) === wanted)) {
      found.push(Object.fromEntries(names.map((name) => [name, valueAt(table.columns[name], row)])));
    }
  }
  return found;
}

/** Return the different values of a column in `rows`; numbers ascend. */
function different(rows, column) {
  const values = [...new Set(rows.map((row) => row[column]))];
  return values.every((value) => typeof value === "number") ? values.sort((a, b) => a - b) : values;
}

/** Return a number as the page prints it. */
function printed(value, decimals = 3) {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value)) return String(value).replace("-", "−");
  const size = Math.abs(value);
  const text = size >= 0.001 && size < 1e6 ? value.toFixed(decimals) : value.toExponential(2);
  return text.replace("-", "−");
}

/** Return a count with its noun: `1 seed`, `2 seeds`. */
function counted(count, noun, plural = `${noun}s`) {
  return `${count} ${count === 1 ? noun : plural}`;
}
