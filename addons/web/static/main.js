// The page: puts its parts together. Messages go to the store, and from there to what is seen.

import { Calls } from "./calls.js";
import { Charts } from "./charts/panel.js";
import { Conversation } from "./conversation.js";
import { atMostEvery, setText } from "./dom.js";
import { fillHelp, startKeyboard } from "./keyboard.js";
import { Reports } from "./reports.js";
import { Search } from "./search.js";
import { SessionList } from "./sessions.js";
import { Connection } from "./socket.js";
import { Store } from "./store.js";
import { Summary } from "./summary.js";
import { Tabs } from "./tabs.js";
import { startTheme } from "./theme.js";

const $ = (id) => document.getElementById(id);
const SEARCH_MS = 300;

const store = new Store();
/** The chosen session's id; null for all of them, undefined until there is one to choose. */
let chosen;
/** Which board the proxy tells of. */
let origin;

const address = new URLSearchParams(location.hash.slice(1));
// Who has the token is let in by a cookie from now on; it need not stay in the address, the history and screenshots.
if (location.search) history.replaceState(null, "", location.pathname + location.hash);

const connection = new Connection(onMessage, (words, isLive) => {
  setText($("connection"), words);
  $("connection").dataset.live = isLive;
});
const conversation = new Conversation($("log"), $("latest"), store, (number) => connection.earlier(number));
const list = new SessionList($("sessions"), $("no-sessions"), choose);
const summary = new Summary($("summary"));
const charts = new Charts($("panel-charts"), store);
const calls = new Calls($("panel-calls"), store);
const reports = new Reports($("panel-reports"));
const search = new Search($("log"), $("found"));
const searchAgain = atMostEvery(SEARCH_MS, () => search.refresh());
const tabs = new Tabs(document.querySelector("[role=tablist]"), (view) => {
  onSearch();
  remember();
  charts.draw();
  calls.draw();
  if (view === "reports") reports.open();
  if (conversation.follows) conversation.toEnd();
});

function onMessage(message) {
  store.apply(message);
  if (message.origin && message.origin !== origin) {
    // The proxy, or its script, was started anew: another board, on which the same numbers mean other calls.
    origin = message.origin;
    conversation.watch(chosen ?? null);
  }
  const sessions = store.conversations();
  if (chosen === undefined || (chosen !== null && !store.sessions.has(chosen))) chooseFirst(sessions);
  if (message.sessions || message.gone_sessions || message.whole) {
    list.show(sessions, chosen ?? null);
    summary.show(store.sessions.get(chosen), sessions);
  }
  if (message.exchanges) {
    conversation.update(message.exchanges);
    charts.update();
    calls.update();
  }
  conversation.apply(message);
  if (search.text && message.blocks?.length) searchAgain();
}

/** The one in the page's address, else the one in which something has happened last. */
function chooseFirst(sessions) {
  const named = sessions.find((session) => session.id === address.get("session"));
  const latest = named ?? sessions.toSorted((one, other) => other.last - one.last)[0];
  if (latest) choose(latest.id);
}

function choose(session) {
  chosen = session;
  conversation.watch(session);
  charts.watch(session);
  calls.watch(session);
  const sessions = store.conversations();
  list.show(sessions, session);
  list.focus(session);
  summary.show(store.sessions.get(session), sessions);
  if (session !== null) connection.watch(session);
  remember();
}

function remember() {
  const place = new URLSearchParams({ view: tabs.current ?? "live" });
  if (chosen) place.set("session", chosen);
  history.replaceState(null, "", `${location.pathname}#${place}`);
}

function onSearch() {
  const text = $("search").value.trim();
  const isTable = document.body.dataset.view === "calls" || document.body.dataset.view === "reports";
  calls.search(isTable ? text : "");
  reports.search(isTable ? text : "");
  search.look(isTable ? "" : text);
}

$("search").addEventListener("input", onSearch);
$("search").addEventListener("keydown", (event) => {
  if (event.key === "Enter") search.step(event.shiftKey ? -1 : 1);
  if (event.key !== "Escape") return;
  $("search").value = "";
  onSearch();
  $("search").blur();
});
$("help").addEventListener("click", () => $("keys").showModal());
fillHelp($("keys").querySelector("tbody"));
startTheme($("theme"));

startKeyboard({
  nextSession: () => choose(list.beside(chosen, 1)),
  previousSession: () => choose(list.beside(chosen, -1)),
  allSessions: () => choose(null),
  live: () => tabs.show("live"),
  charts: () => tabs.show("charts"),
  calls: () => tabs.show("calls"),
  reports: () => tabs.show("reports"),
  follow: () => conversation.follow(!conversation.follows),
  thinking: () => conversation.fold("thinking"),
  results: () => conversation.fold("result"),
  earlier: () => conversation.askEarlier(),
  search: () => {
    $("search").focus();
    $("search").select();
  },
  nextMatch: () => search.step(1),
  previousMatch: () => search.step(-1),
  help: () => $("keys").showModal(),
});

tabs.show(address.get("view") ?? "live");
setInterval(() => {
  if (document.hidden) return;
  conversation.tick();
  if (charts.isMoving) charts.update();
}, 1000);
