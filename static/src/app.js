// Starts GOV.UK Frontend. Its address comes from the page, since each file's name carries its digest.
const { frontend } = document.querySelector("script[data-frontend]").dataset;
const { initAll } = await import(frontend);

initAll();
