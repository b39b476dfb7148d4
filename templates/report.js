"use strict";
// Filters that need a script are made by it; without it everything is shown.
for (const box of document.querySelectorAll("[data-filter]")) {
  const scope = document.getElementById(box.dataset.filter);
  const rows = [...scope.querySelectorAll("[data-row]")];
  const words = document.createElement("input");
  words.type = "search";
  words.setAttribute("aria-label", box.dataset.label);
  words.placeholder = box.dataset.label;
  const count = document.createElement("span");
  count.setAttribute("role", "status");
  const boxes = [];
  const apply = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const off = boxes.filter((one) => !one.checked);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = off.some((one) => row.dataset[one.name] === one.value) || !wanted.every((word) => text.includes(word));
      shown += !row.hidden;
    }
    for (const group of scope.querySelectorAll("[data-group]")) {
      group.hidden = !group.querySelector("[data-row]:not([hidden])");
    }
    count.textContent = `${shown} of ${rows.length} shown`;
  };
  words.addEventListener("input", apply);
  box.append(words);
  for (const name of ["change", "level"]) {
    for (const value of new Set(rows.map((row) => row.dataset[name]).filter(Boolean))) {
      const label = document.createElement("label");
      const check = document.createElement("input");
      Object.assign(check, { type: "checkbox", checked: true, name, value });
      check.addEventListener("change", apply);
      label.append(check, name === "level" ? ` ${value}s` : ` ${value}`);
      boxes.push(check);
      box.append(label);
    }
  }
  box.append(count);
  box.hidden = rows.length < 2;
}
for (const table of document.querySelectorAll("table[data-sort]")) {
  const body = table.tBodies[0];
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = (row) => row.cells[column].dataset.key ?? row.cells[column].textContent.trim();
      const order = new Intl.Collator("en", { numeric: true }).compare;
      const rows = [...body.rows].sort((a, b) => order(key(a), key(b)) * (up ? 1 : -1));
      body.append(...rows);
    });
  });
}
const open = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
};
addEventListener("hashchange", open);
addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details.group")) one.open = true;
});
open();
