// What the preview adds to a page: livereload's script, the editor's bar, the overlay of problems.
// The server puts `const css` (bar.css) before this and a function around both.  Everything stands in one
// shadow root beside <body>: no style and no script of the theme reaches it, nor the other way round.

const STATE = "/.preview/state";
const PROBLEMS = "/.preview/problems";
const own = document.currentScript;
let version = own.dataset.version;
own.remove();

// ------------------------------------------------------------------ what lasts for this tab

const kept = {
  get(name) {
    try {
      return JSON.parse(sessionStorage.getItem("site-builder-" + name));
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      sessionStorage.setItem("site-builder-" + name, JSON.stringify(value));
    } catch {
      // A browser that keeps nothing forgets that the bar was hidden, no more.
    }
  },
};

// ------------------------------------------------------------------ elements

function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}

const host = document.createElement("site-builder-preview");
// Written into the element: no rule of a theme, however important, is stronger.
host.style.setProperty("all", "initial", "important");
const root = host.attachShadow({ mode: "open" });
const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
root.adoptedStyleSheets = [sheet];
const bar = h("div", { class: "bar", role: "region", "aria-label": "Preview" });
const overlay = h("dialog", { class: "overlay", "aria-labelledby": "overlay-title" });
root.append(bar, overlay);
document.documentElement.append(host);

// ------------------------------------------------------------------ the state of the site

let state = null;
let asked = 0;

async function refresh({ adopt = false } = {}) {
  const turn = ++asked;
  const query = new URLSearchParams({
    path: location.pathname,
    query: location.search.slice(1),
    version: adopt ? "" : version,
  });
  let found;
  try {
    const response = await fetch(`${STATE}?${query}`, { cache: "no-store" });
    if (!response.ok) return;
    found = await response.json();
  } catch {
    return; // the server is gone; livereload tries again until it is back, and then asks again
  }
  if (turn !== asked) return;
  if (adopt) {
    version = found.version;
  } else if (found.stale && kept.get("reloaded") !== found.version) {
    kept.set("reloaded", found.version);
    reload();
    return;
  }
  state = found;
  draw();
}

function reload() {
  kept.set("scroll", [location.pathname, scrollX, scrollY]);
  location.reload();
}

function restoreScroll() {
  const [path, x, y] = kept.get("scroll") ?? [];
  kept.set("scroll", null);
  if (path !== location.pathname) return;
  const restore = () => {
    if (Math.abs(scrollY - y) > 1) scrollTo({ left: x, top: y, behavior: "instant" });
  };
  restore();
  if (document.readyState !== "complete") addEventListener("load", restore, { once: true });
}

// livereload.js takes every global of this kind for a plugin and asks it first.
window.LiveReloadPluginSiteBuilder = class {
  static identifier = "site-builder";
  static version = "1";

  reload(path) {
    if (path === PROBLEMS) {
      refresh({ adopt: true });
      return true;
    }
    if (path.endsWith(".css")) {
      refresh({ adopt: true });
      return false;
    }
    reload();
    return true;
  }
};

document.addEventListener("LiveReloadConnect", () => refresh());
const port = location.port || (location.protocol === "https:" ? 443 : 80);
const script = h("script", {
  src: `/livereload.js?host=${location.hostname}&port=${port}&mindelay=250&maxdelay=2000`,
});
root.append(script);
// livereload.js looks for its own element in the document.
document.head.append(script);
script.addEventListener("load", () => script.remove());
restoreScroll();
refresh();

// ------------------------------------------------------------------ the bar

const STATES = {
  published: ["Published", "good"],
  draft: ["Draft", "held"],
  future: ["Scheduled", "held"],
  expired: ["Expired", "held"],
};

function draw() {
  drawOverlay();
  const focused = root.activeElement?.dataset.key;
  const scrolled = bar.querySelector(".panel")?.scrollTop ?? 0;
  if (kept.get("hidden")) {
    const alarm = state.problems.length > 0;
    bar.replaceChildren(
      h(
        "button",
        { class: alarm ? "dot bad" : "dot", "data-key": "show", onclick: () => toggle("hidden", false) },
        h("span", { class: "sr" }, alarm ? "Show the preview bar: there are problems" : "Show the preview bar"),
      ),
    );
  } else {
    bar.replaceChildren(...[kept.get("open") ? panel() : null, strip()].filter(Boolean));
  }
  if (focused) bar.querySelector(`[data-key="${focused}"]`)?.focus();
  const opened = bar.querySelector(".panel");
  if (opened) opened.scrollTop = scrolled;
}

function toggle(name, value) {
  kept.set(name, value);
  draw();
  bar.querySelector(name === "hidden" && value ? '[data-key="show"]' : '[data-key="open"]')?.focus();
}

function strip() {
  const { piece, unseen } = state;
  const open = Boolean(kept.get("open"));
  const [label, tone] = piece ? STATES[piece.state] : unseen ? STATES[stateOf(unseen)] : [kindName(), "plain"];
  const notes = unseen ? ["not shown"] : [];
  const spare = piece ? [`${piece.words.toLocaleString("en")} words`, `${piece.minutes} min`] : [];
  if (state.at) notes.push(`as of ${readable(state.at)}`);
  if (state.drafts) notes.push("with drafts");
  return h(
    "div",
    { class: "strip" },
    h(
      "button",
      {
        class: "summary",
        "data-key": "open",
        "aria-expanded": String(open),
        onclick: () => toggle("open", !open),
      },
      h("span", { class: `badge ${tone}` }, label),
      ...spare.map((note) => h("span", { class: notes.length || state.problems.length ? "note spare" : "note" }, note)),
      ...notes.map((note) => h("span", { class: "note" }, note)),
      piece?.missing.length ? h("span", { class: "note lack" }, `${piece.missing.length} missing`) : null,
      state.indexed < state.total ? h("span", { class: "note lack" }, `reading ${percent()} %`) : null,
      h("span", { class: "sr" }, open ? "Close details" : "Details"),
      h("span", { class: "chevron", "aria-hidden": "true" }),
    ),
    state.problems.length
      ? h(
          "button",
          { class: "alarm", "data-key": "problems", onclick: () => showOverlay() },
          plural(problemCount(), "problem"),
        )
      : null,
    h(
      "button",
      { class: "hide", "data-key": "hide", title: "Hide", onclick: () => toggle("hidden", true) },
      h("span", { class: "sr" }, "Hide the preview bar"),
      h("span", { "aria-hidden": "true" }, "×"),
    ),
  );
}

function panel() {
  const { piece } = state;
  return h(
    "div",
    { class: "panel" },
    state.indexed < state.total
      ? h(
          "p",
          { class: "warning" },
          `Read so far: ${state.indexed.toLocaleString("en")} of ${state.total.toLocaleString("en")} sources. Lists and ` +
            "related reading are not complete yet; this page reloads when they are.",
        )
      : null,
    state.unseen ? hiddenHere(state.unseen) : null,
    state.source.includes("/") ? h("p", { class: "path" }, state.source) : null,
    piece?.missing.length ? h("p", { class: "warning" }, "Missing: " + piece.missing.map(named).join(", ")) : null,
    ...state.warnings.map((text) => h("p", { class: "warning" }, text)),
    piece ? related(piece) : null,
    shownAs(),
  );
}

function stateOf({ draft, since }) {
  return draft ? "draft" : since ? "future" : "expired";
}

// The piece that would stand at this address.
function hiddenHere({ source, title, draft, since, until }) {
  const reasons = [
    draft ? "is a draft" : "",
    since ? `appears at ${readable(since)}` : "",
    until ? `was there until ${readable(until)}` : "",
  ];
  const values = { ...(draft ? { drafts: "1" } : {}), ...(since || until ? { at: since || until } : {}) };
  return h(
    "section",
    { class: "unseen" },
    h("p", {}, `“${title}” ${reasons.filter(Boolean).join(" and ")}, so readers do not find it here.`),
    h("p", { class: "path" }, source),
    h("button", { class: "small", "data-key": "unseen", onclick: () => choose(values) }, "Show it"),
  );
}

function related(piece) {
  const items = piece.related.map((item) =>
    h(
      "li",
      {},
      h("a", { href: item.url }, item.title),
      h("span", { class: "why" }, item.points ? `${item.points} = ${item.why}` : item.why),
    ),
  );
  return h(
    "section",
    {},
    h("h2", {}, "Related reading, and why"),
    items.length ? h("ol", {}, ...items) : h("p", { class: "why" }, "Nothing older is related."),
    piece.next ? h("p", { class: "why" }, `Next: ${piece.next}`) : null,
  );
}

function shownAs() {
  const hidden = state.hidden
    ? `${plural(state.hidden, "piece")} hidden: drafts, future, expired`
    : "No piece is hidden";
  return h(
    "section",
    {},
    h("h2", {}, "Show the site"),
    h(
      "label",
      { class: "switch" },
      h("input", {
        type: "checkbox",
        role: "switch",
        "data-key": "drafts",
        checked: state.drafts,
        onchange: (event) => choose({ drafts: event.target.checked ? "1" : "0" }),
      }),
      h("span", {}, "with drafts"),
    ),
    h(
      "form",
      {
        class: "clock",
        onsubmit: (event) => {
          event.preventDefault();
          choose({ at: new FormData(event.target).get("at") || "now" });
        },
      },
      h("label", { for: "at" }, `as of (${state.zone})`),
      h("input", { id: "at", name: "at", type: "datetime-local", "data-key": "at", value: state.at || state.now }),
      h("button", { class: "small", "data-key": "set" }, "Show"),
      state.at
        ? h("button", { class: "small", type: "button", "data-key": "now", onclick: () => choose({ at: "now" }) }, "Now")
        : null,
    ),
    h("p", { class: "why" }, hidden),
  );
}

function choose(values) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
  location.href = url.href;
}

// ------------------------------------------------------------------ the overlay

function drawOverlay() {
  const { problems } = state;
  if (!problems.length) {
    kept.set("dismissed", null);
    overlay.close();
    return;
  }
  const count = problemCount();
  overlay.replaceChildren(
    h(
      "div",
      { class: "head" },
      h("h1", { id: "overlay-title" }, count === 1 ? "This stops the site from being built" : `${count} problems stop the site from being built`),
      h("button", { class: "small", onclick: () => overlay.close() }, "Look at the page"),
    ),
    ...problems.map((problem) =>
      h(
        "article",
        {},
        h("p", { class: "place" }, problem.path + (problem.line ? `:${problem.line}:${problem.column || 1}` : "")),
        h("p", { class: "message" }, problem.message),
        problem.hint ? h("p", { class: "hint" }, problem.hint) : null,
        problem.lines.length ? frame(problem.lines) : null,
      ),
    ),
    state.more_problems ? h("p", { class: "hint" }, `… and ${plural(state.more_problems, "more problem")}`) : "",
    h("p", { class: "foot" }, "Behind this is the page as it was when it was last good. Save the file, and this goes away."),
  );
  if (kept.get("dismissed") !== JSON.stringify(problems)) showOverlay();
}

function showOverlay() {
  if (!overlay.open) overlay.showModal();
}

overlay.addEventListener("close", () => {
  if (!state?.problems.length) return;
  kept.set("dismissed", JSON.stringify(state.problems));
});

function frame(lines) {
  const width = String(lines.at(-1).number).length;
  return h(
    "pre",
    { tabindex: "0" },
    ...lines.map((line) =>
      h(
        "span",
        { class: line.hit ? "line hit" : "line" },
        h("span", { class: "number" }, String(line.number).padStart(width)),
        line.text || " ",
        "\n",
      ),
    ),
  );
}

// ------------------------------------------------------------------ words

function problemCount() {
  return state.problems.length + state.more_problems;
}

function plural(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

function percent() {
  return Math.floor((100 * state.indexed) / state.total);
}

function readable(at) {
  return at.replace("T", " ");
}

function named(what) {
  return what === "image_alt" ? "alt of the image" : what;
}

function kindName() {
  if (!state.kind) return "No page";
  return state.kind === "404" ? "Not found" : state.kind[0].toUpperCase() + state.kind.slice(1);
}
