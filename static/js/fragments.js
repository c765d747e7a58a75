// Puts a fragment of the site in place of the link to it, when a reader comes near. Without it the link stays.
{
  const load = (place) =>
    fetch(place.dataset.fragment)
      .then((answer) => (answer.ok ? answer.text() : ""))
      .then((text) => {
        const found = new DOMParser().parseFromString(text, "text/html").body.firstElementChild;
        if (found) {
          found.lang ||= place.lang;
          found.dir ||= place.dir;
          place.replaceWith(found);
          document.dispatchEvent(new CustomEvent("fragment", { detail: found }));
        }
      })
      .catch(() => {});
  const near = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) {
          near.unobserve(entry.target);
          load(entry.target);
        }
      }
    },
    { rootMargin: "600px" },
  );
  for (const place of document.querySelectorAll("[data-fragment]")) near.observe(place);
}
