// The officer's pages work without this; with it they are live, and go by keys.

const live = document.body.dataset.live;
if (live) {
  const stream = new EventSource(live);
  stream.addEventListener("changed", () => {
    document.body.dispatchEvent(new CustomEvent("changed"));
    renew();
  });
  stream.addEventListener("ended", () => {
    stream.close();
    location.assign("/officer/sign-in");
  });
  addEventListener("pagehide", () => stream.close());
}

// What is being read or written is not pulled away: the queue renews itself, a ticket says so.
function renew() {
  const filters = document.getElementById("filters");
  const turned = document.querySelector('#queue input[name="after"][value=""]');
  if (filters && !turned && !document.querySelector("#queue :focus")) {
    window.htmx.trigger(filters, "submit");
  }
  say(filters ? "The queue has changed." : "Something has changed on the desk.");
}

function say(words) {
  const said = document.getElementById("said");
  if (said) said.textContent = words;
}

const rows = () => [...document.querySelectorAll("a.go")];

function move(by) {
  const all = rows();
  const at = all.indexOf(document.activeElement);
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  if (next) next.focus();
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  "/": () => document.getElementById("words")?.focus(),
  r: () => document.querySelector(".answer details[open] textarea")?.focus(),
  u: () => document.querySelector("[data-back]")?.click(),
};

addEventListener("keydown", (event) => {
  const writing = event.target.closest?.("input, textarea, select");
  if (writing || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

// A saved view keeps the filters as they stand, not as the page was loaded with.
document.addEventListener("change", (event) => {
  const followers = document.querySelectorAll(`[data-follows="${event.target.id}"]`);
  for (const field of followers) field.value = event.target.value;
});

document.querySelector("[data-print]")?.addEventListener("click", () => print());
document.getElementById("letter")?.scrollIntoView({ block: "center" });

// Leaving a half-written letter behind is asked about once.
let unsent = false;
document.addEventListener("input", (event) => {
  if (event.target.closest("form[data-keep]")) unsent = true;
});
document.addEventListener("submit", () => { unsent = false; });
addEventListener("beforeunload", (event) => { if (unsent) event.preventDefault(); });
