// The claims with their verdicts; each part links to the view of what it rests on.

const READINGS = { plain: "as the abstract reads", improved: "as improved here" };

const claimsView = {
  title: "Claims",
  needs: ["claims"],
  controls: (parts) => [
    { key: "verdict", label: "Verdict", options: [[ALL, "all verdicts"], ...asOptions(["supported", "refuted", "undecided", "depends"])] },
    { key: "reading", label: "Reading", options: [[ALL, "all readings"], ...Object.entries(READINGS)] },
  ],
  show(parts, state) {
    const rows = select(parts.claims).filter(
      (row) =>
        (state.reading === ALL || row.reading === state.reading) &&
        (state.verdict === ALL || row.claim_verdict === state.verdict),
    );
    const names = different(rows, "claim").sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    const sentences = Object.keys(parts.claims.sentences).length;
    const summary =
      `${counted(names.length, "claim")}, ${counted(rows.length, "part")} of their tests.` +
      (sentences ? "" : " For the claims' sentences, run 'bssbench explore' with --claims FILE.");
    return { summary, charts: [], content: questions(parts.claims, names, rows, state) };
  },
};

/** Return a section for each question, with its claims. */
function questions(claims, names, rows, state) {
  const asked = Object.entries(claims.questions);
  const groups = asked.map(([start, question]) => [question, names.filter((name) => name.startsWith(start))]);
  const rest = names.filter((name) => !asked.some(([start]) => name.startsWith(start)));
  return [...groups, ["Claims", rest]]
    .filter(([, own]) => own.length)
    .map(([question, own]) =>
      element("section", {}, element("h3", {}, question),
        ...own.map((name) => claimBox(name, claims.sentences[name] ?? "", rows.filter((row) => row.claim === name), state))),
    );
}

function badge(verdict) {
  return element("span", { className: `badge ${verdict}` }, verdict);
}

/** Return a claim: closed, its sentence and verdicts; open, its parts. */
function claimBox(name, sentence, rows, state) {
  const verdicts = Object.keys(READINGS).flatMap((reading) => {
    const [first] = rows.filter((row) => row.reading === reading);
    return first ? [element("span", { className: "reading" }, `${READINGS[reading]}: `, badge(first.claim_verdict)), " "] : [];
  });
  const box = element("details", { id: `claim-${name}`, open: state.claim === name },
    element("summary", {}, element("strong", {}, name), ` ${sentence}`, element("span", { className: "verdicts" }, ...verdicts)));
  const fill = () => box.open && box.children.length === 1 && box.append(partsTable(rows));
  fill();
  // The open claim belongs to the address, so that the back button finds it again.
  box.addEventListener("toggle", () => {
    fill();
    if (box.open) replaceState({ claim: name });
    else if (location.hash.includes(`claim=${name}`)) replaceState({ claim: "" });
  });
  return box;
}

const signed = { at_most: "<", lower_slope: "<" };

function partsTable(rows) {
  const headings = ["reading", "what", "against", "where", "quantity", "measured", "interval", "asked", "seeds", "verdict", "rests on"];
  const head = element("tr", {}, ...headings.map((text) => element("th", { scope: "col" }, text)));
  const body = rows.map((row) => {
    const interval = row.low === null ? "–" : `${printed(row.low)} to ${printed(row.high)}`;
    const link = element("a", { href: row.address, "aria-label": `Show what part ${row.part} of ${row.claim} rests on` }, "show");
    const entries = [
      READINGS[row.reading] ?? row.reading, row.of, row.than || "–", [row.where, row.condition].filter(Boolean).join("; ") || "–",
      row.quantity, printed(row.estimate), interval, `${signed[row.test] ?? ">"} ${printed(row.threshold)}`, printed(row.seeds),
      badge(row.verdict), link,
    ];
    return element("tr", { title: row.reason || row.because }, ...entries.map((entry) => element("td", {}, entry)));
  });
  const because = [...new Set(rows.map((row) => row.because))].filter(Boolean).map((text) => element("p", {}, text));
  const table = element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
  const scroll = element("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": `Parts of ${rows[0].claim}` }, table);
  return element("div", {}, ...because, scroll);
}
