// Starts GOV.UK Frontend. Its address comes from the page, since each file's name carries its digest.
const { frontend } = document.querySelector("script[data-frontend]").dataset;
const { initAll } = await import(frontend);

initAll();

// Words of a draft that are kept on this device go when their writer signs out here.
document.addEventListener("submit", ({ target }) => {
  if (!new URL(target.action).pathname.endsWith("/logout/")) return;
  for (const key of Object.keys(localStorage)) if (key.startsWith("draft:")) localStorage.removeItem(key);
});
