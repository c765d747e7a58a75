// The benchmark's portal for Eleventy.
const footnotes = require("markdown-it-footnote");

const WINDOW = 64, COUNT = 5, PER_PAGE = 30;

const instant = (item) => item.data.timestamp.replace(/\d+/g, (digits) => digits.padStart(2, "0"));
const iso = (timestamp) => timestamp.replace(/\d+/g, (digits) => digits.padStart(2, "0")).replaceAll("/", "-").replace(" ", "T") + "+08:00";

module.exports = function (config) {
  const reading = new Map();
  let sorted;

  // All articles, newest first, with related reading: of the latest older carriers of its tags those that share
  // most of them, the newer first.
  function articles(api) {
    if (sorted) return sorted;
    const oldest = api.getFilteredByGlob("site/articles/**/*.md")
      .map((item) => ({ item, key: instant(item) }))
      .sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ item }) => item);
    const carriers = new Map();
    oldest.forEach((item, number) => {
      const shared = new Map();
      for (const tag of item.data.tags) {
        if (!carriers.has(tag)) carriers.set(tag, []);
        for (const other of carriers.get(tag).slice(-WINDOW)) shared.set(other, (shared.get(other) || 0) + 1);
        carriers.get(tag).push(number);
      }
      const best = [...shared].filter(([other]) => other !== number).sort((a, b) => b[1] - a[1] || b[0] - a[0]);
      reading.set(item.inputPath, { related: best.slice(0, COUNT).map(([other]) => oldest[other]), next: oldest[number - 1] });
    });
    sorted = oldest.reverse();
    return sorted;
  }

  // One entry for each page of each category's and tag's listing.
  function listings(api) {
    const terms = new Map();
    const add = (kind, name, item) => {
      const key = `${kind}/${name}`;
      if (!terms.has(key)) terms.set(key, { kind, name, items: [] });
      terms.get(key).items.push(item);
    };
    for (const item of articles(api)) {
      add("categories", item.data.category, item);
      for (const tag of item.data.tags) add("tags", tag, item);
    }
    return [...terms.values()].flatMap(({ kind, name, items }) => {
      const pages = Math.ceil(items.length / PER_PAGE);
      const url = (number) => `/${kind}/${config.getFilter("slugify")(name)}/${number > 1 ? `page/${number}/` : ""}`;
      return Array.from({ length: pages }, (_, index) => ({
        name,
        url: url(index + 1),
        newer: index ? url(index) : "",
        older: index + 1 < pages ? url(index + 2) : "",
        items: items.slice(index * PER_PAGE, (index + 1) * PER_PAGE),
      }));
    });
  }

  config.setUseGitIgnore(false);
  config.amendLibrary("md", (library) => library.use(footnotes));
  config.addCollection("articles", articles);
  config.addCollection("latest", (api) => articles(api).slice(0, PER_PAGE));
  config.addCollection("listings", listings);
  config.addFilter("reading", (inputPath) => reading.get(inputPath));
  config.addFilter("iso", iso);
  config.addFilter("rfc822", (timestamp) => new Date(iso(timestamp)).toUTCString());
  config.addGlobalData("site", {
    title: "The Benchmark",
    url: "https://bench.example",
    categories: ["Instant news", "Runway", "Business", "Retail", "Beauty", "Technology", "Sustainability", "Street style"],
  });
  return { dir: { input: "site" }, markdownTemplateEngine: false, htmlTemplateEngine: "njk" };
};
