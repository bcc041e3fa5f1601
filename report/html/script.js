// What a page does beyond standing there: search, the switch of the theme, copying, and the
// neighbours of a node in the graph. Without scripts everything else still works.
"use strict";

(() => {
  const root = document.body.dataset.root;
  const html = document.documentElement;

  // The theme: that of the system until it is switched.
  const system = matchMedia("(prefers-color-scheme: dark)");
  const button = document.querySelector(".theme");
  const dark = () => (html.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const tell = () => button.setAttribute("aria-pressed", String(dark()));
  button.hidden = false;
  tell();
  system.addEventListener("change", tell);
  button.addEventListener("click", () => {
    html.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("isserlis-theme", html.dataset.theme); } catch {}
    tell();
  });

  // The search: every word must occur; what is found in titles and statements comes first.
  const search = document.querySelector(".search");
  const input = document.getElementById("search");
  const list = document.getElementById("found");
  const count = document.getElementById("found-count");
  const most = 30;
  const rank = { paper: 0, statement: 1, claim: 2, control: 3 };
  const index = (window.isserlisIndex || []).map((entry) => ({
    ...entry,
    words: `${entry.title} ${entry.text} ${entry.kind} ${entry.verdict}`.toLowerCase().replaceAll("_", " "),
  }));
  search.hidden = false;
  let chosen = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const choose = (number) => {
    const all = options();
    chosen = all.length ? (number + all.length) % all.length : -1;
    all.forEach((option, place) => option.setAttribute("aria-selected", String(place === chosen)));
    if (chosen < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", all[chosen].id);
    all[chosen].scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(-1);
    input.removeAttribute("aria-activedescendant");
  };
  const go = (option) => { close(); location.href = root + option.dataset.address; };
  const element = (name, text) => {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  };
  const show = () => {
    const words = input.value.toLowerCase().replaceAll("_", " ").split(/\s+/).filter(Boolean);
    if (!words.length) { count.textContent = ""; return close(); }
    const found = index
      .filter((entry) => words.every((word) => entry.words.includes(word)))
      .map((entry) => {
        const title = entry.title.toLowerCase().replaceAll("_", " ");
        return { entry, order: rank[entry.kind] + (words.every((word) => title.includes(word)) ? 0 : 4) };
      })
      .sort((a, b) => a.order - b.order)
      .map(({ entry }) => entry);
    list.replaceChildren(...found.slice(0, most).map((entry, place) => {
      const option = element("li", "");
      option.id = `found-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.address = entry.address;
      const line = entry.kind === "claim" || entry.kind === "control";
      const name = line ? entry.title.split("::").pop().replaceAll("_", " ") : entry.title;
      const below = line ? `${entry.title.split("::").slice(0, -1).pop()}: ${entry.text}` : entry.text;
      option.append(element("span", name), element("em", [entry.kind, entry.verdict].filter(Boolean).join(", ")), element("small", below));
      option.addEventListener("click", () => go(option));
      return option;
    }));
    if (!found.length) {
      const none = element("li", "Nothing found");
      none.className = "none";
      none.setAttribute("role", "presentation");
      list.append(none);
    }
    count.textContent = found.length > most ? `${found.length} found, the first ${most} are shown` : `${found.length} found`;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    choose(found.length ? 0 : -1);
  };
  input.addEventListener("input", show);
  input.addEventListener("focus", () => { if (input.value) show(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) show(); else choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && chosen >= 0 && !list.hidden) {
      event.preventDefault();
      go(options()[chosen]);
    } else if (event.key === "Escape") {
      if (list.hidden) { input.value = ""; input.blur(); } else close();
    }
  });
  document.addEventListener("pointerdown", (event) => { if (!search.contains(event.target)) close(); });
  search.addEventListener("focusout", (event) => { if (event.relatedTarget && !search.contains(event.relatedTarget)) close(); });
  document.addEventListener("keydown", (event) => {
    const writes = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key !== "/" || writes || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    input.select();
  });

  // What scrolls sideways can be reached with the keyboard.
  const reachable = () => {
    for (const box of document.querySelectorAll(".scroll, .formula, .letters > *")) {
      const scrolls = box.scrollWidth > box.clientWidth + 1;
      if (scrolls) box.tabIndex = 0; else box.removeAttribute("tabindex");
      if (scrolls && box.tagName === "DIV") {
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", box.classList.contains("formula") ? "Formula, scrolls sideways" : "Scrolls sideways");
      }
    }
  };
  reachable();
  addEventListener("resize", reachable);
  document.addEventListener("toggle", reachable, true);

  // A link to a line within closed details opens them.
  const open = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let box = target && target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  };
  open();
  addEventListener("hashchange", open);

  // Copying.
  for (const box of document.querySelectorAll(".copied")) {
    if (!navigator.clipboard) break;
    const copy = element("button", "Copy");
    copy.type = "button";
    copy.className = "copy";
    copy.addEventListener("click", async () => {
      try { await navigator.clipboard.writeText(box.querySelector("code").textContent.trimEnd()); copy.textContent = "Copied"; }
      catch { copy.textContent = "Not allowed"; }
      setTimeout(() => { copy.textContent = "Copy"; }, 1500);
    });
    box.append(copy);
  }

  // A node of the graph with all that it stands on and all that stands on it.
  for (const map of document.querySelectorAll(".map")) {
    const lines = [...map.querySelectorAll("path")];
    const nodes = [...map.querySelectorAll("a")];
    const reached = (start, from, to) => {
      const seen = new Set([start]);
      for (let grown = true; grown; ) {
        grown = false;
        for (const line of lines) {
          if (seen.has(line.dataset[from]) && !seen.has(line.dataset[to])) { seen.add(line.dataset[to]); grown = true; }
        }
      }
      return seen;
    };
    const mark = (node) => {
      map.classList.toggle("chosen", Boolean(node));
      if (!node) return;
      const below = reached(node.dataset.node, "used", "user");
      const above = reached(node.dataset.node, "user", "used");
      nodes.forEach((one) => one.classList.toggle("near", below.has(one.dataset.node) || above.has(one.dataset.node)));
      lines.forEach((line) => line.classList.toggle("near",
        (below.has(line.dataset.used) && below.has(line.dataset.user)) || (above.has(line.dataset.used) && above.has(line.dataset.user))));
    };
    for (const node of nodes) {
      node.addEventListener("pointerenter", () => mark(node));
      node.addEventListener("pointerleave", () => mark(null));
      node.addEventListener("focus", () => mark(node));
      node.addEventListener("blur", () => mark(null));
    }
  }
})();
