// Every article's template, and its address without the folder's name.
module.exports = {
  layout: "article.njk",
  permalink: (data) => `${data.page.filePathStem.slice("/articles".length)}/index.html`,
};
