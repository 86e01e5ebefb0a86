// Saves a draft as people type. Words stay on this device until the server has them; nobody's are overwritten.
const PAUSE = 2000;
const LONGEST = 30000;
const FIRST_RETRY = 2000;
const LAST_RETRY = 60000;
const PATIENCE = 15000;

const form = document.querySelector("form[data-draft]");
const status = document.getElementById("draft-status");
const { door, person, draft } = form.dataset;
const stored = JSON.parse(document.getElementById("draft-stored").textContent);
const prefix = `draft:${person}:${draft}:`;
const session = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
const base = stored.answers; // each answer as the server has it, as far as this page knows
const columns = new Set("title pitch problem built ai_use data_used data_level safeguards next_steps repository_url demo_url film_url".split(" "));
const clashes = new Map(); // name -> the text that the server has
const refused = new Map(); // name -> [what was refused, why]
let version = stored.version;
let token = form.elements.csrfmiddlewaretoken.value;
let timer = 0;
let since = 0; // when the oldest unsaved key was pressed
let wait = FIRST_RETRY;
let flight = null;
let stopped = false; // another person has signed in here

const names = Object.keys(base).filter((name) => form.elements[name]);

function inputs(name) {
  const found = form.elements[name];
  return found instanceof RadioNodeList ? [...found] : [found];
}

function value(name) {
  const [first] = inputs(name);
  if (first.type === "radio" || first.type === "checkbox") {
    return inputs(name).filter((one) => one.checked).map((one) => one.value).join(",");
  }
  return tidy(first.value, first.tagName !== "TEXTAREA");
}

function tidy(text, oneLine) {
  const clean = text.replace(/\r\n?/g, "\n");
  return (oneLine ? clean.replace(/[ \t\n]+/g, " ") : clean).replace(/^[ \t\n]+|[ \t\n]+$/g, "");
}

function put(name, text) {
  const [first] = inputs(name);
  if (first.type === "radio" || first.type === "checkbox") {
    const chosen = text.split(",");
    for (const one of inputs(name)) one.checked = chosen.includes(one.value);
    return;
  }
  if (tidy(first.value, first.tagName !== "TEXTAREA") === text) return;
  const { selectionStart, selectionEnd } = first;
  first.value = text;
  if (document.activeElement === first) first.setSelectionRange(selectionStart, selectionEnd);
  first.dispatchEvent(new Event("keyup")); // the character count looks again
}

const isDirty = (name) => value(name) !== base[name];
const unsaved = () => names.filter(isDirty);

// Words on this device

const slot = (name) => `${prefix}${name}:${session}`;

function keep(name) {
  try {
    if (isDirty(name)) {
      localStorage.setItem(slot(name), JSON.stringify({ text: value(name), base: base[name] }));
    } else {
      localStorage.removeItem(slot(name));
    }
  } catch {
    say("This device has no room to keep your words. Save often");
  }
}

function keptElsewhere(name) {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(`${prefix}${name}:`) && key !== slot(name))
    .map((key) => ({ key, ...JSON.parse(localStorage.getItem(key)) }));
}

function forget(name, text) {
  for (const one of keptElsewhere(name)) if (one.text === text) localStorage.removeItem(one.key);
}

// What the page says

function say(words) {
  if (status.textContent !== words) status.textContent = words;
}

function clock() {
  const now = new Date();
  const half = now.getHours() < 12 ? "am" : "pm";
  return `${now.getHours() % 12 || 12}:${String(now.getMinutes()).padStart(2, "0")}${half}`;
}

function button(text, act, secondary = true) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `govuk-button${secondary ? " govuk-button--secondary" : ""}`;
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

function words(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function spoken(name, text) {
  const [first] = inputs(name);
  if (first.type !== "radio" && first.type !== "checkbox") return text || "No answer";
  const label = (id) => inputs(name).find((one) => one.value === id)?.labels[0].textContent.trim() ?? id;
  return text.split(",").filter(Boolean).map(label).join("; ") || "No answer";
}

function showClash(name, theirs, by) {
  clashes.set(name, theirs);
  document.getElementById(`both-now-${name}`)?.remove();
  const box = words("section", "app-both", "");
  box.id = `both-now-${name}`;
  box.tabIndex = -1;
  const title = words("h2", "govuk-heading-s", `${stored.words[name]}: two versions`);
  title.id = `both-now-${name}-title`;
  box.setAttribute("aria-labelledby", title.id);
  const sides = words("div", "app-columns", "");
  const left = document.createElement("div");
  left.append(words("h3", "govuk-heading-s", `Saved by ${by || "a colleague"}`), words("pre", "", spoken(name, theirs)));
  const right = document.createElement("div");
  const mine = words("pre", "", spoken(name, value(name)));
  right.append(words("h3", "govuk-heading-s", "Yours, not saved yet"), mine);
  for (const pre of [left.lastChild, mine]) pre.tabIndex = 0;
  sides.append(left, right);
  const choices = words("div", "govuk-button-group", "");
  const settle = (text) => {
    clashes.delete(name);
    base[name] = theirs;
    put(name, text);
    keep(name);
    box.remove();
    inputs(name)[0].focus();
    save();
  };
  choices.append(button("Keep mine", () => settle(value(name))), button("Take theirs", () => settle(theirs)));
  box.append(title, sides, words("p", "govuk-body", "Nothing was overwritten. Choose one, or change your text below and keep it."), choices);
  inputs(name)[0].closest(".govuk-form-group").before(box);
  inputs(name)[0].addEventListener("input", () => { mine.textContent = spoken(name, value(name)); });
}

function offerKept() {
  const place = document.getElementById("draft-kept");
  for (const name of names) {
    for (const one of keptElsewhere(name)) {
      if (one.text === base[name]) {
        localStorage.removeItem(one.key);
        continue;
      }
      const box = words("section", "app-both", "");
      const done = () => { localStorage.removeItem(one.key); box.remove(); };
      const choices = words("div", "govuk-button-group", "");
      choices.append(
        button("Restore", () => {
          const current = base[name];
          put(name, one.text);
          keep(name);
          done();
          if (one.base !== current) showClash(name, current, "");
          inputs(name)[0].focus();
          later();
        }, false),
        button("Discard", done),
      );
      box.append(
        words("h2", "govuk-heading-s", `We kept what you typed: ${stored.words[name]}`),
        words("pre", "", spoken(name, one.text)),
        choices,
      );
      box.querySelector("pre").tabIndex = 0;
      place.append(box);
    }
  }
}

// Saving

function takeOver(draftNow, sentNow, by) {
  version = draftNow.version;
  form.elements.version.value = version;
  for (const name of names) {
    const server = String(draftNow[name] ?? draftNow.more?.[name] ?? "");
    const mine = value(name);
    if (mine === server) base[name] = server;
    else if (sentNow[name] !== undefined && sentNow[name] === mine) { base[name] = server; put(name, server); }
    else if (mine === base[name]) { base[name] = server; put(name, server); }
    else if (sentNow[name] !== undefined && !clashes.has(name)) base[name] = server;
    else if (server !== base[name]) showClash(name, server, by);
    keep(name);
    if (!isDirty(name)) {
      clashes.delete(name);
      document.getElementById(`both-now-${name}`)?.remove();
    }
    forget(name, server);
  }
}

async function ask(method, address, body) {
  const headers = { Accept: "application/json" };
  if (body) Object.assign(headers, { "Content-Type": "application/json", "X-CSRFToken": token });
  return fetch(address, {
    method, headers, credentials: "same-origin", redirect: "manual", cache: "no-store",
    body: body && JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE),
  });
}

// After signing in elsewhere the key of this page is old: the page itself, asked again, has the new one.
async function signedInAgain() {
  const answer = await ask("GET", location.pathname);
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const there = page.querySelector("form[data-draft]");
  if (!there || there.dataset.person !== person) {
    stopped = true;
    return false;
  }
  token = there.elements.csrfmiddlewaretoken.value;
  form.elements.csrfmiddlewaretoken.value = token;
  return true;
}

function toSend() {
  return names.filter((name) => isDirty(name) && !clashes.has(name) && refused.get(name)?.[0] !== value(name));
}

async function attempt(again = false) {
  const sending = toSend();
  if (!sending.length) return report();
  const sentNow = Object.fromEntries(sending.map((name) => [name, value(name)]));
  const body = { version };
  for (const name of sending) {
    if (columns.has(name)) body[name] = sentNow[name];
    else (body.more ??= {})[name] = sentNow[name];
  }
  say("Saving…");
  const answer = await ask("PATCH", door, body);
  if (answer.status === 401 || answer.status === 403 || answer.type === "opaqueredirect") {
    if (!again && (await signedInAgain())) return attempt(true);
    say(stopped
      ? "Someone else is signed in here now. Your words are kept on this device. Sign in as yourself to go on"
      : "You are signed out. Your words are kept on this device. Sign in in another tab, then come back");
    return "signed out";
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) {
    for (const name of sending) refused.delete(name);
    takeOver(said, sentNow, said.saved_by);
    return report(true);
  }
  if (answer.status === 409 && said.theirs) {
    for (const [name, theirs] of Object.entries(said.theirs)) if (names.includes(name)) showClash(name, theirs, said.saved_by);
    const now = await ask("GET", door);
    if (now.ok) takeOver(await now.json(), {}, said.saved_by);
    return toSend().length ? attempt(again) : report();
  }
  if (answer.status === 400 || answer.status === 409) {
    const wrong = answer.status === 409 ? { [said.field]: [said.detail] } : { ...said, ...(said.more ?? {}) };
    const mine = sending.filter((name) => wrong[name]);
    if (!mine.length) {
      say(`Not saved: ${said.detail ?? "something on this page cannot be saved"}. Your words are kept on this device`);
      return "refused";
    }
    for (const name of mine) refused.set(name, [sentNow[name], `${stored.words[name]}: ${[wrong[name]].flat()[0]}`]);
    return attempt(again);
  }
  throw new TypeError(`answered ${answer.status}`);
}

function report(saved = false) {
  const wrong = names.filter((name) => refused.get(name)?.[0] === value(name));
  if (clashes.size) { say("Not saved yet: a colleague changed the same answer. Choose which text should stay"); return "clash"; }
  if (wrong.length) { say(`Not saved: ${refused.get(wrong[0])[1].replace(/\.$/, "")}. Your words are kept on this device`); return "refused"; }
  if (saved || (!unsaved().length && since)) say(`Saved at ${clock()}`);
  if (!unsaved().length) since = 0;
  return "saved";
}

async function save() {
  clearTimeout(timer);
  if (flight) {
    await flight;
    return unsaved().length && toSend().length ? save() : report();
  }
  if (stopped) return "signed out";
  let outcome;
  flight = attempt().catch(() => "lost");
  outcome = await flight;
  flight = null;
  if (outcome === "lost") {
    say("Not saved: no connection. Your words are kept on this device");
    timer = setTimeout(save, wait);
    wait = Math.min(wait * 2, LAST_RETRY);
  } else {
    wait = FIRST_RETRY;
    since = 0;
    if (outcome === "saved" && toSend().length) later();
  }
  return outcome;
}

function later() {
  since ||= Date.now();
  clearTimeout(timer);
  timer = setTimeout(save, Math.max(0, Math.min(PAUSE, since + LONGEST - Date.now())));
}

function typed(event) {
  if (!names.includes(event.target.name)) return;
  keep(event.target.name);
  later();
}

form.addEventListener("input", typed);
form.addEventListener("change", typed);
addEventListener("online", () => { wait = FIRST_RETRY; save(); });
document.addEventListener("visibilitychange", () => { if (unsaved().length) save(); });
addEventListener("focus", () => { if (unsaved().length) save(); });
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const outcome = await save();
  if (outcome === "saved" || outcome === "refused") { // the server says in full what is wrong
    const then = document.createElement("input");
    Object.assign(then, { type: "hidden", name: "then", value: event.submitter?.value ?? "list" });
    form.append(then);
    form.submit();
  } else {
    (document.querySelector(".app-both") ?? status).scrollIntoView({ block: "center" });
  }
});

form.elements.version.value = version;
offerKept();
for (const name of unsaved()) keep(name);
if (unsaved().length) later();
