// Runs before the first paint, so that a page opened in the chosen theme never flashes in the other one.
try {
  const chosen = localStorage.getItem("toccata.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage may be forbidden; the system's theme holds then.
}
