{
let { counts, display } = document.currentScript.dataset, lang = document.documentElement.lang
let unit = /^zh.*-(hant|tw|hk|mo)\b/i.test(lang) ? "萬億" : /^(zh|ja)\b/i.test(lang) && "万亿"
let steps = unit ? [[1e8, unit[1]], [1e4, unit[0]]] : [[1e6, "M"], [1e3, "k"]]
let shown = n => {
 let step = display == "rounded" && steps.find(([size]) => n >= size)
 if (!step) return n
 n = Math.floor(n * 10 / step[0])
 return (n < 1e3 ? n / 10 : Math.floor(n / 10)) + step[1]
}
let update = root => {
 let shards = {}
 for (let e of root.querySelectorAll("[data-views]")) {
  let n = 0
  for (let c of e.dataset.views) n = (n * 31 + c.charCodeAt()) % 256;
  (shards[n] ??= []).push(e)
 }
 for (let n in shards) fetch(counts + n + ".json").then(r => r.json()).then(found => {
  for (let e of shards[n]) if (e.dataset.views in found) e.lastChild.data = shown(found[e.dataset.views])
 }).catch(() => 0)
}
update(document)
addEventListener("fragment", e => update(e.detail), true)
}
