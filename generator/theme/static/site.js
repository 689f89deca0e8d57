// Comfort only: pages can be read without it. Runs before the first paint: no theme flashes.
// In a block: an author's script may share names.
{
  const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  const memory = { get: () => { try { return localStorage.theme; } catch { return ""; } },
                   set: (name) => { try { localStorage.theme = name; } catch { /* private */ } } };
  const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";

  if (["dark", "light"].includes(memory.get())) root.dataset.theme = memory.get();

  const prepare = () => {
    for (const button of document.querySelectorAll(".toggle[hidden]")) {
      const show = () => button.setAttribute("aria-pressed", isDark());
      button.hidden = false;
      button.onclick = () => { memory.set(root.dataset.theme = isDark() ? "light" : "dark"); show(); };
      dark.addEventListener("change", show);
      show();
    }
    for (const block of document.querySelectorAll(".hl:not(:has(> .copy))")) {
      const button = Object.assign(document.createElement("button"), { className: "copy", type: "button", textContent: "Copy" });
      button.onclick = async () => {
        await navigator.clipboard.writeText(block.querySelector("code").textContent);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      };
      if (navigator.clipboard) block.append(button);
    }
  };

  addEventListener("DOMContentLoaded", () => {
    prepare();
    // Only beside the text is there room for the contents.
    for (const toc of document.querySelectorAll(".toc details")) toc.open = matchMedia("(min-width: 68rem)").matches;
    // On a disk no server adds `index.html` to a folder.
    if (location.protocol === "file:")
      for (const link of document.links)
        if (link.protocol === "file:" && link.pathname.endsWith("/")) link.pathname += "index.html";
  });
  addEventListener("labpress:update", prepare); // by the preview
}
