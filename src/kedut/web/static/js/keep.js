// Copies a link where the browser can; without it the link stands in the page to be copied by hand.
const status = document.getElementById("keep-status");
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      if (status) status.textContent = button.dataset.done;
    } catch {
      getSelection().selectAllChildren(document.getElementById("keep-shown"));
    }
  });
}
