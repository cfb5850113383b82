// The chat page. What people and the desk write is only ever put into the page as text.

const LONGEST = 20000;
const SHOW_COUNTER_FROM = 19000;
const GIVE_UP_AFTER = 30000; // the desk itself answers, or apologizes, within ten seconds
const POLL_QUICKLY = 3000;
const POLL_SLOWLY = 15000;
const QUICKLY_FOR = 60000;

const byId = (id) => document.getElementById(id);

// The page's language: what it has no words for stays English. Values are put in as text.
const language = document.documentElement.lang;
const locale = `${language}-CA`;
const catalogue = JSON.parse(byId("main").dataset.words);
function tr(message, values = {}) {
  return (catalogue[message] ?? message).replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

const log = byId("log");
const composer = byId("composer");
const input = byId("message");
const sendButton = byId("send");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const touch = matchMedia("(pointer: coarse)");

let waiting = false;
let last = 0; // the highest number of a message of which this page knows
let failed = null; // what could not be sent, with its key: sent again it is the same message
let asked = new Map(); // number of an unanswered message -> its words
let titles = new Map(); // payload -> the words on its button
let pollTimer = 0;
let pollingSince = 0;

function element(tag, classes, ...content) {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  made.append(...content);
  return made;
}

// ---- what the desk says

const NUMBERED = /^\d+\. /;
const HEADING = /^[^.?!:;\n]{4,60}$/;

function paragraphs(text, classes, headings = false) {
  const block = element("div", `words ${classes}`);
  for (const part of text.split(/\n{2,}/).filter((one) => one.trim())) {
    const lines = part.split("\n");
    if (lines.every((line) => NUMBERED.test(line))) {
      block.append(element("ol", "", ...lines.map((line) => element("li", "", line.replace(NUMBERED, "")))));
    } else {
      block.append(element("p", headings && HEADING.test(part) ? "heading" : "", part));
    }
  }
  block.dir = "auto";
  return block;
}

// Lists as on the policy page: after a colon, until a line that no other entry follows.
function clauseLines(text) {
  let listing = false;
  let start = 0;
  return text.split("\n").map((line) => {
    const found = { line, start, entry: listing };
    start += Array.from(line).length + 1;
    listing = listing ? /;( and| or)?$/.test(line) : line.endsWith(":");
    return found;
  });
}

function verbatim(text, highlight) {
  const [from, to] = highlight ?? [0, 0];
  const block = element("div", "verbatim");
  const lines = clauseLines(text);
  lines.forEach(({ line, start, entry }, index) => {
    const letters = Array.from(line);
    const cut = (a, b) => letters.slice(Math.max(0, a - start), Math.max(0, b - start)).join("");
    const shown = element("span", entry ? "line entry" : "line", cut(start, from));
    const marked = cut(Math.max(from, start), to);
    if (marked) shown.append(element("mark", "", marked));
    shown.append(cut(Math.max(to, start), start + letters.length));
    if (!marked && to <= from) shown.replaceChildren(line);
    if (index < lines.length - 1) shown.append("\n");
    block.append(shown);
  });
  return block;
}

function policyLink(url, id) {
  const link = element("a", "", tr("Read it in the policy"));
  const target = new URL(url, location.origin);
  if (target.origin === location.origin) link.href = target.href;
  link.target = "_blank";
  link.rel = "noopener";
  const where = tr("clause {id}, opens in a new tab", { id });
  link.append(element("span", "unseen", ` (${where})`));
  return link;
}

function clauseCard(clause) {
  const caption = element(
    "figcaption", "",
    element("span", "number", /^\d/.test(clause.id) ? tr("Clause {id}", { id: clause.id }) : clause.id),
    element("span", "title", clause.title),
  );
  const quote = element("blockquote", "", verbatim(clause.text, clause.highlight));
  return element("figure", "clause", caption, quote, element("p", "source", policyLink(clause.url, clause.id)));
}

// As the desk says dates in words: Friday 11 December 2026.
function longDate(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  const name = (part) => date.toLocaleDateString(locale, { [part]: "long", timeZone: "UTC" });
  return `${name("weekday")} ${day} ${name("month")} ${year}`;
}

const CLOCK_WORDS = {
  respond: tr("We will respond by"),
  resolve: tr("We aim to resolve it by"),
  statute: tr("We will answer the request for access by"),
  marketing_messages: tr("We will stop marketing messages by"),
  sales_calls: tr("We will stop sales calls by"),
};

// Closed days come as data, in English; "(observed)" marks the day that is kept instead.
function dayName(why) {
  return why.split("; ").map((name) => {
    const plain = name.replace(/ \(observed\)$/, "");
    return plain === name ? tr(name) : tr("{day} (observed)", { day: tr(plain) });
  }).join("; ");
}

function stepsTable(clock) {
  const head = element("tr", "");
  for (const words of [tr("Date"), tr("Day"), tr("Why")]) {
    const cell = element("th", "", words);
    cell.scope = "col";
    head.append(cell);
  }
  const body = element("tbody", "");
  clock.explain.forEach((step, index) => {
    const received = index === 0;
    const due = index === clock.explain.length - 1;
    const row = element("tr", due ? "due" : step.counts || received ? "" : "skipped");
    const date = element("th", "", longDate(step.date));
    date.scope = "row";
    const day = received ? "0" : step.day === null ? "–" : String(step.day);
    const why = received ? tr("received") : step.why ? dayName(step.why) : due ? tr("due") : "";
    row.append(date, element("td", "", day), element("td", "", why));
    body.append(row);
  });
  return element("table", "steps-table", element("thead", "", head), body);
}

function clockEntry(clock) {
  const words = CLOCK_WORDS[clock.name] ?? (clock.promise ? tr("Promised by") : tr("Aimed at by"));
  const source = /^choice/.test(clock.source) ? tr("our own aim") : clock.source;
  const how = element("details", "", element("summary", "", tr("How this date was worked out")), stepsTable(clock));
  return element(
    "div", "",
    element("dt", "", words),
    element("dd", "", longDate(clock.due), element("span", "meta", tr("Source: {source}", { source })), how),
  );
}

const KINDS = {
  inquiry: tr("Question to the Privacy Officer"),
  complaint: tr("Complaint"),
  access: tr("Request to see information"),
  correction: tr("Request for a correction"),
  withdrawal: tr("Withdrawal of consent"),
  incident: tr("Report of a suspected leak or loss"),
};

// This browser may see the request: the page's cookie opens these addresses, and no secret is in them.
function receiptLinks(ticket) {
  const page = `/status/${ticket.reference}`;
  const link = (path, words) => {
    const made = element("a", "", words);
    made.href = page + path;
    return element("li", "", made);
  };
  const list = element("ul", "", link("", tr("Follow this request")), link("/receipt.pdf", tr("Receipt (PDF)")));
  if (ticket.kind === "access") list.append(link("/application.pdf", tr("Application for access, filled in (PDF)")));
  const secret = element("button", "quiet", tr("Make a secret link for my other devices"));
  secret.type = "button";
  secret.addEventListener("click", () => showSecretLink(page, secret));
  return element("div", "receipt-links", list, secret);
}

async function showSecretLink(page, button) {
  let made;
  try {
    const response = await fetch(`${page}/link`, { method: "POST", headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!response.ok) throw new Error(String(response.status));
    made = (await response.json()).link;
  } catch {
    announce(tr("The link could not be made. Please try again."));
    return;
  }
  const field = element("input", "made-link");
  field.readOnly = true;
  field.value = made;
  field.setAttribute("aria-label", tr("Secret link"));
  const words = element("p", "", tr("This link opens your request for 90 days, on any device. It is shown this once: keep it to yourself."));
  button.replaceWith(element("div", "", words, field));
  field.focus();
  field.select();
}

function receiptCard(ticket) {
  const kind = KINDS[ticket.kind] ?? ticket.kind;
  const words = element("div", "", element("h3", "", tr("{kind} · your reference", { kind })), element("p", "reference", ticket.reference));
  const head = element("div", "receipt-head", words);
  if (navigator.clipboard) {
    const copy = element("button", "quiet", tr("Copy"));
    copy.type = "button";
    copy.setAttribute("aria-label", tr("Copy the reference {reference}", { reference: ticket.reference }));
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(ticket.reference).then(
        () => { copy.textContent = tr("Copied"); announce(tr("The reference is copied.")); },
        () => announce(tr("The browser did not allow copying.")),
      );
    });
    head.append(copy);
  }
  const dates = element(
    "dl", "",
    element("div", "", element("dt", "", tr("Received")), element("dd", "", longDate(ticket.received_local_date))),
    ...ticket.clocks.map(clockEntry),
  );
  const card = element("section", "receipt", head, dates, receiptLinks(ticket));
  card.setAttribute("aria-label", tr("Receipt {reference}", { reference: ticket.reference }));
  return card;
}

// A receipt says its dates in words too. The card shows them, so the words fold away, not out.
function receiptWords(lead) {
  const parts = lead.split(/\n{2,}/);
  const how = parts.findIndex((part) => /^(How the dates were|Comment les dates ont)/.test(part));
  if (how < 2) return { open: lead, folded: "" };
  const folded = parts.splice(how - 1, 2).join("\n\n");
  return { open: parts.join("\n\n"), folded };
}

function quickReplies(replies) {
  const group = element("div", "quick");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", tr("Suggested replies"));
  for (const { title, payload } of replies) {
    titles.set(payload, title);
    const button = element("button", "", title);
    button.type = "button";
    button.addEventListener("click", () => {
      if (waiting) { announce(tr("Please wait for the answer.")); return; }
      button.classList.add("pressed");
      send({ payload }, title);
    });
    group.append(button);
  }
  return group;
}

function deskMessage(reply, lateFor) {
  const article = element("article", "message desk", element("span", "unseen", tr("The desk:")));
  if (lateFor !== undefined) article.append(element("p", "late-for", lateFor ? tr("Late answer to: “{words}”", { words: lateFor }) : tr("This answer came late")));
  if (reply.verdict) article.append(element("p", "verdict", reply.verdict.replaceAll("_", " ")));
  const spoken = reply.lead || (reply.clauses?.length ? "" : reply.text);
  const { open, folded } = reply.ticket ? receiptWords(spoken) : { open: spoken, folded: "" };
  if (open) article.append(paragraphs(open, ""));
  if (reply.ticket) article.append(receiptCard(reply.ticket));
  if (folded) article.append(element("details", "receipt-words", element("summary", "", tr("The dates in words")), paragraphs(folded, "")));
  for (const clause of reply.clauses ?? []) article.append(clauseCard(clause));
  if (reply.closing) article.append(paragraphs(reply.closing, "afterwards", Boolean(reply.ticket)));
  if (reply.quick_replies?.length) article.append(quickReplies(reply.quick_replies));
  return article;
}

// ---- what the person says

function shorten(text) {
  const line = text.replace(/\s+/g, " ").trim();
  const letters = Array.from(line);
  return letters.length > 80 ? `${letters.slice(0, 79).join("")}…` : line;
}

function ownMessage(text, at) {
  const said = element("div", "said", text);
  said.dir = "auto";
  const time = element("time", "", at.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" }));
  if (at.toDateString() !== new Date().toDateString()) time.prepend(`${at.toLocaleDateString([], { day: "numeric", month: "short" })}, `);
  time.dateTime = at.toISOString();
  return element("article", "message own", element("span", "unseen", tr("You:")), said, time);
}

function wordsOf(stored) {
  if (!stored.payload) return stored.text || " ";
  return stored.title || titles.get(stored.payload) || tr("(a button)");
}

// ---- the page around them

function announce(words) {
  byId("status").textContent = "";
  requestAnimationFrame(() => { byId("status").textContent = words; });
}

function retireButtons() {
  for (const button of log.querySelectorAll(".quick button")) button.disabled = true;
}

function converse(begun = true) {
  byId("welcome").hidden = begun;
  byId("notice").open = !begun;
  byId("renew").hidden = !begun;
}

function bottom() {
  scrollTo({ top: document.documentElement.scrollHeight, behavior: calm.matches ? "auto" : "smooth" });
}

// A long answer is read from its beginning.
function reveal(first) {
  const room = byId("trouble").closest(".dock").getBoundingClientRect().top - document.querySelector(".top").offsetHeight - 40;
  const tall = log.getBoundingClientRect().bottom - first.getBoundingClientRect().top > room;
  if (tall) first.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  else bottom();
}

function busy(words) {
  waiting = Boolean(words);
  byId("typing").hidden = !waiting;
  byId("typing-words").textContent = words;
  sendButton.setAttribute("aria-disabled", String(waiting));
  if (waiting) announce(words);
}

function fit() {
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight + 2}px`;
  const length = input.value.length < SHOW_COUNTER_FROM ? 0 : Array.from(input.value).length;
  const left = LONGEST - length;
  const counter = byId("counter");
  counter.textContent = length < SHOW_COUNTER_FROM ? ""
    : left >= 0 ? tr("{number} characters left", { number: left.toLocaleString(locale) })
    : tr("{number} characters too long", { number: (-left).toLocaleString(locale) });
  counter.classList.toggle("over", left < 0);
}

function trouble(words, again) {
  byId("trouble-words").textContent = words;
  byId("again").hidden = !again;
  byId("trouble").hidden = !words;
}

// ---- talking to the desk

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
}

function whatToDo(status, problem, retryAfter) {
  const kept = tr("What you wrote is still here.");
  // The desk's own sentence is more exact; it speaks English.
  const exact = (words) => (language === "en" && problem.detail) || words;
  const wait = tr("Please try again in {seconds} seconds.", { seconds: retryAfter || "60" });
  const broken = problem.incident
    ? tr("Something went wrong on our side (number {incident}).", { incident: problem.incident })
    : tr("Something went wrong on our side.");
  switch (status) {
    case 0: return `${tr("The desk cannot be reached. Please check your connection.")} ${kept}`;
    case 413: return `${exact(tr("This is too long."))} ${kept} ${tr("Please shorten it, or send it in two messages.")}`;
    case 429: return `${tr("That was a lot of messages in a short time.")} ${kept} ${wait}`;
    case 403: return `${tr("The desk did not accept this request.")} ${kept} ${tr("Please reload the page and send it again.")}`;
    case 503: return `${exact(tr("The desk cannot store anything just now."))} ${kept}`;
    case 400: return `${exact(tr("The desk could not read this."))} ${kept}`;
    default: return `${broken} ${kept} ${tr("Please try again.")}`;
  }
}

async function post(body, key) {
  let response;
  try {
    response = await fetch("/api/chat", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify(body),
      credentials: "same-origin",
      signal: AbortSignal.timeout(GIVE_UP_AFTER),
    });
    if (response.ok) return await response.json();
  } catch {
    throw new Error(whatToDo(0, {}));
  }
  const problem = await response.json().catch(() => ({}));
  throw new Error(whatToDo(response.status, problem, response.headers.get("Retry-After")));
}

async function send(body, shown, key = newKey()) {
  if (waiting) { announce(tr("Please wait for the answer.")); return; }
  trouble("");
  const buttons = [...log.querySelectorAll(".quick button:not(:disabled)")];
  retireButtons();
  const own = ownMessage(shown, new Date());
  log.append(own);
  converse();
  busy(tr("The desk is reading your message"));
  bottom();
  try {
    const answer = await post(body, key);
    failed = null;
    last = Math.max(last, answer.number);
    log.append(...answer.replies.map((reply) => deskMessage(reply, answer.late ? "" : undefined)));
    busy("");
    if (answer.pending) expect(answer.number, shown);
    if (answer.replies.some((reply) => reply.ticket)) showRequests();
    reveal(own);
  } catch (error) {
    busy("");
    own.remove();
    for (const button of buttons) { button.disabled = false; button.classList.remove("pressed"); }
    failed = { body, shown, key };
    if (body.message !== undefined) {
      input.value = input.value.trim() ? `${body.message}\n${input.value}` : body.message;
      fit();
    }
    if (!log.childElementCount) converse(false);
    trouble(error.message, true);
  }
  if (!touch.matches) input.focus({ preventScroll: true });
}

function submit() {
  const text = input.value;
  if (waiting) { announce(tr("Please wait for the answer.")); return; }
  if (!text.trim()) { input.focus(); return; }
  const length = Array.from(text).length;
  if (length > LONGEST) {
    trouble(tr("A message may have 20,000 characters; this one has {number}. What you wrote is still here. Please shorten it, or send it in two messages.", { number: length.toLocaleString(locale) }), false);
    return;
  }
  const key = failed?.body.message === text ? failed.key : undefined;
  input.value = "";
  fit();
  send({ message: text }, text, key);
}

// ---- late answers

function expect(number, words) {
  asked.set(number, shorten(words));
  if (!pollTimer) { pollingSince = Date.now(); schedule(); }
}

function schedule() {
  const pause = Date.now() - pollingSince < QUICKLY_FOR ? POLL_QUICKLY : POLL_SLOWLY;
  pollTimer = setTimeout(async () => {
    await catchUp();
    pollTimer = 0;
    if (asked.size) schedule();
  }, pause);
}

async function read(after) {
  const response = await fetch(`/api/chat?after=${after}`, { credentials: "same-origin", signal: AbortSignal.timeout(GIVE_UP_AFTER) });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

async function catchUp() {
  if (waiting) return;
  const after = asked.size ? Math.min(...asked.keys()) - 1 : last;
  let found;
  try { found = await read(after); } catch { return; }
  if (waiting) return; // a message went out meanwhile: its own answer is on the way
  const fresh = [];
  for (const stored of found.messages) {
    const words = asked.get(stored.number);
    if (words !== undefined && stored.replies) {
      asked.delete(stored.number);
      fresh.push(...stored.replies.map((reply, index) => deskMessage(reply, index ? undefined : words)));
    } else if (stored.number > last) {
      fresh.push(...showStored(stored));
    }
  }
  if (!fresh.length) return;
  retireButtons();
  log.append(...fresh);
  reveal(fresh[0]);
}

function showStored(stored) {
  last = Math.max(last, stored.number);
  const words = wordsOf(stored);
  // A letter of the desk answers no message: there are no words of the person before it.
  const own = stored.text || stored.payload;
  const shown = own ? [ownMessage(words, new Date(stored.received_at))] : [];
  if (!stored.replies) {
    const note = { lead: tr("The desk has not answered this yet. Your message is stored; the answer appears here.") };
    shown.push(deskMessage(note));
    expect(stored.number, words);
    return shown;
  }
  return [...shown, ...stored.replies.map((reply, index) => deskMessage(reply, stored.late && !index ? "" : undefined))];
}

// ---- the visitor's own requests

let known = new Map(); // reference -> how many replies of the Privacy Officer this page has shown

function requestEntry(one) {
  const link = element("a", "", element("span", "kind", one.kind), " ", element("code", "", one.reference));
  link.href = `/status/${one.reference}`;
  const words = element("p", "", one.standing);
  if (one.next) words.append(element("br", ""), one.next);
  const entry = element("li", "", link, words);
  if (known.has(one.reference) && one.replies > known.get(one.reference)) {
    entry.classList.add("fresh");
    link.append(" ", element("strong", "", tr("New reply")));
    announce(tr("A new reply to your request {reference}.", { reference: one.reference }));
  }
  known.set(one.reference, Math.max(one.replies, known.get(one.reference) ?? 0));
  return entry;
}

async function showRequests() {
  let found;
  try {
    const response = await fetch("/status/own", { credentials: "same-origin", signal: AbortSignal.timeout(GIVE_UP_AFTER) });
    if (!response.ok) return;
    found = (await response.json()).requests;
  } catch { return; }
  const shown = JSON.stringify(found);
  if (byId("requests-list").dataset.shown === shown) return;
  byId("requests-list").dataset.shown = shown;
  byId("requests-list").replaceChildren(...found.map(requestEntry));
  byId("requests").hidden = !found.length;
  byId("requests-count").textContent = found.length;
}

function watchRequests() {
  showRequests();
  setInterval(() => { if (!document.hidden && known.size) showRequests(); }, POLL_SLOWLY);
}

// ---- beginning, and beginning again

async function resume() {
  let found;
  try { found = await read(0); } catch { trouble(tr("Your earlier conversation could not be loaded. Reload the page to try again."), false); return; }
  if (!found.messages.length || waiting || log.childElementCount) return;
  log.setAttribute("aria-live", "off"); // nobody wants the whole conversation read out again
  const groups = found.messages.map(showStored);
  log.append(...groups.flat());
  retireButtons();
  const newest = [...log.querySelectorAll(".message.desk")].pop();
  for (const button of newest?.querySelectorAll(".quick button") ?? []) button.disabled = false;
  converse();
  requestAnimationFrame(() => {
    reveal(groups.at(-1)[0]);
    log.setAttribute("aria-live", "polite");
  });
}

function restart() {
  clearTimeout(pollTimer);
  pollTimer = 0;
  last = 0;
  failed = null;
  asked = new Map();
  titles = new Map();
  known = new Map();
  log.replaceChildren();
  showRequests();
  trouble("");
  converse(false);
}

async function renew() {
  try {
    const response = await fetch("/api/session", { method: "DELETE", credentials: "same-origin" });
    if (!response.ok) throw new Error(String(response.status));
  } catch {
    trouble(tr("The conversation could not be ended: the desk cannot be reached. Please try again."), false);
    return;
  }
  restart();
  scrollTo({ top: 0 });
  announce(tr("A new conversation. The earlier one is gone from this page."));
  input.focus({ preventScroll: true });
}

composer.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
input.addEventListener("input", fit);
input.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
});
byId("again").addEventListener("click", () => {
  if (!failed) return;
  const { body, shown, key } = failed;
  if (body.message !== undefined && input.value !== body.message) { submit(); return; }
  if (body.message !== undefined) { input.value = ""; fit(); }
  send(body, shown, key);
});
for (const button of document.querySelectorAll("[data-example]")) {
  button.addEventListener("click", () => send({ message: button.textContent }, button.textContent));
}
const renewal = byId("renewal");
byId("renew").addEventListener("click", () => renewal.showModal());
byId("renewal-no").addEventListener("click", () => renewal.close());
byId("renewal-yes").addEventListener("click", () => { renewal.close(); renew(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden && last) catchUp(); });

byId("scriptless").hidden = true;
composer.inert = false;
byId("examples").inert = false;
fit();
resume();
watchRequests();
