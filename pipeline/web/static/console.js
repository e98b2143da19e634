// What pages do better with a script: numbers stay fresh, "select all", keys, no second press. All works without.
"use strict";

const LIVE_EVERY = 5000; // ms
const LIVE_TIMEOUT = 4500; // ms
const FIELDS = "input, select, textarea";
const byId = (id) => document.getElementById(id);
const time = () => new Date().toLocaleTimeString("en-GB");

// Live: the elements with `data-live` are fetched anew and changed in place, so focus and scroll stay.
let updated = time();

function undisturbed() {
  const focused = document.activeElement;
  const main = byId("content");
  const typed = [...main.querySelectorAll(FIELDS)].some((field) => field.id !== "live" && changed(field));
  return document.visibilityState === "visible" && getSelection().isCollapsed && !typed
    && !document.querySelector("dialog[open], [data-live] details[open]")
    && !(focused && focused.closest("main form"));
}

function changed(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") return [...field.options].some((each) => each.selected && !each.defaultSelected) && field.selectedIndex > 0;
  return field.type !== "hidden" && field.value !== field.defaultValue;
}

function patch(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) return old.replaceWith(fresh.cloneNode(true));
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !name.startsWith("data-js")) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const before = [...old.childNodes], after = [...fresh.childNodes];
  after.forEach((child, at) => (at < before.length ? patch(before[at], child) : old.append(child.cloneNode(true))));
  before.slice(after.length).forEach((child) => child.remove());
}

async function refresh() {
  if (!byId("live").checked || !undisturbed()) return;
  try {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" }, redirect: "error", signal: AbortSignal.timeout(LIVE_TIMEOUT) });
    if (!answer.ok) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!undisturbed()) return;
    for (const part of document.querySelectorAll("[data-live]")) {
      const now = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
      if (now) patch(part, now);
    }
    updated = time();
    say(`Updated ${updated}`, false);
    wideTables();
  } catch {
    say(`No answer since ${updated}; these numbers are old.`, true);
  }
}

function say(text, old) {
  const place = byId("updated");
  place.setAttribute("aria-live", old ? "polite" : "off");
  place.classList.toggle("old", old);
  if (place.textContent !== text) place.textContent = text;
}

async function keepFresh() {
  await refresh();
  setTimeout(keepFresh, LIVE_EVERY);
}

// Tables that scroll sideways can be reached by Tab.
function wideTables() {
  for (const place of document.querySelectorAll(".scroll")) {
    if (place.scrollWidth <= place.clientWidth && place.scrollHeight <= place.clientHeight) {
      for (const name of ["tabindex", "role", "aria-label"]) place.removeAttribute(name);
    } else {
      place.tabIndex = 0;
      place.setAttribute("role", "group");
      place.setAttribute("aria-label", `${place.dataset.name || "Table"}, scrolls`);
    }
  }
}

// "Select all on this page": its `data-all` names the checkboxes.
function selectAll(all) {
  const boxes = () => [...document.querySelectorAll(`input[name="${all.dataset.all}"]`)];
  all.addEventListener("change", () => boxes().forEach((box) => (box.checked = all.checked)));
  document.addEventListener("change", ({ target }) => {
    if (target.name === all.dataset.all) all.checked = boxes().every((box) => box.checked);
  });
  all.closest("[hidden]")?.removeAttribute("hidden");
}

// A form is sent once, until the page is shown again.
function sendOnce(event) {
  const form = event.target;
  if (form.method === "dialog") return;
  if (form.dataset.jsSent) return event.preventDefault();
  form.dataset.jsSent = "1";
  form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-disabled", "true"));
}

function sendAgain() {
  for (const form of document.querySelectorAll("form[data-js-sent]")) {
    delete form.dataset.jsSent;
    form.querySelectorAll("button").forEach((button) => button.removeAttribute("aria-disabled"));
  }
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(FIELDS) || !byId("keys-on").checked) return;
  if (event.key === "?" && !byId("keys").open) byId("keys").showModal();
  const field = document.querySelector("[data-slash], .filter select, .filter input");
  if (event.key === "/" && field) {
    event.preventDefault();
    field.focus();
  }
}

addEventListener("submit", sendOnce);
addEventListener("pageshow", sendAgain);
addEventListener("resize", wideTables);
addEventListener("keydown", onKey);
document.addEventListener("toggle", wideTables, true);
document.querySelectorAll("[data-all]").forEach(selectAll);
byId("keys-on").checked = localStorage.getItem("keys") !== "off";
byId("keys-on").addEventListener("change", ({ target }) => localStorage.setItem("keys", target.checked ? "on" : "off"));
wideTables();
if (byId("live")) {
  byId("live").closest("label").hidden = false;
  say(`Updated ${updated}`, false);
  setTimeout(keepFresh, LIVE_EVERY);
}
