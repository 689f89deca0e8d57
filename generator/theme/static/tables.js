// Sorts a table by the column whose head is pressed. Without it the table stands in the author's order.
{
  const worth = (cell) => cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a === typeof b) return a.localeCompare(b, undefined, { numeric: true });
    return typeof a === "number" ? -1 : 1; // what has no value goes to the end
  };
  const sort = (head) => {
    const sign = head.getAttribute("aria-sort") === "ascending" ? 1 : -1, body = head.closest("table").tBodies[0];
    const rows = [...body.rows].map((row) => [worth(row.cells[head.cellIndex]), row]);
    rows.sort(([a], [b]) => typeof a === typeof b ? sign * compare(a, b) : compare(a, b));
    if (rows.some(([, row], at) => row !== body.rows[at])) body.append(...rows.map(([, row]) => row));
  };
  const prepare = () => {
    for (const head of document.querySelectorAll("table[data-sortable] > thead > tr:first-child > *:not(:has(> .sort))")) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "sort" });
      button.append(...head.childNodes);
      head.append(button);
      button.onclick = () => {
        const order = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
        for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", order);
        sort(head);
      };
    }
  };

  prepare();
  addEventListener("labpress:update", () => { // the preview has changed a part of the page
    prepare();
    document.querySelectorAll("table[data-sortable] [aria-sort]").forEach(sort);
  });
}
