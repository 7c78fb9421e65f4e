// The live page. Everything that users wrote is set as text, never as markup;
// links come from the server, which makes http and https ones only, and are
// looked at once more here.
'use strict';

const KEPT = 500;   // revisions remembered, for filters
const DRAWN = 150;  // rows in the table
const HIGH = 0.75, SOME = 0.5;  // levels of concern, as in line.go

const $ = id => document.getElementById(id);
const revisions = new Map();  // wiki and id → revision, the oldest first
const models = [];            // columns, sorted
const wikis = [];
let paused = false, pointed = false, drawing = 0, waiting = 0, summary = null;

function make(tag, cls, text) {
  const e = document.createElement(tag);
  if (cls) e.className = cls;
  if (text !== undefined) e.textContent = text;
  return e;
}

const count = n => n.toLocaleString('en');
const took = ms => ms < 10 ? ms.toFixed(1) + ' ms' : ms < 1000 ? Math.round(ms) + ' ms' : (ms / 1000).toFixed(1) + ' s';
const level = c => c === undefined ? '' : c >= HIGH ? 'high' : c >= SOME ? 'some' : 'low';
const sum = o => Object.values(o).reduce((a, b) => a + b, 0);

// words turns UnexpectedContentType into "unexpected content type".
const words = s => s.replace(/([a-z])(?=[A-Z])/g, '$1 ').toLowerCase();

// learn adds a name to a sorted list and to its filter.
function learn(list, select, name) {
  if (list.includes(name) || list.length >= 400) return false;
  list.push(name);
  list.sort();
  const o = make('option', '', name);
  o.value = name;
  select.add(o, select.options[list.indexOf(name) + 1]);
  if (select.dataset.want === name) select.value = name;
  return true;
}

function take(e) {
  const key = e.wiki + ' ' + e.rev;
  let r = revisions.get(key);
  if (!r) {
    revisions.set(key, r = { wiki: e.wiki, title: e.title, url: e.url, rev: e.rev, at: e.at, took: 0, cells: new Map() });
    if (revisions.size > KEPT) revisions.delete(revisions.keys().next().value);
    waiting++;
  }
  r.cells.set(e.model, e);
  r.took = Math.max(r.took, e.latency_ms);
  r.stale = true;
  learn(wikis, $('wiki'), e.wiki);
  if (learn(models, $('model'), e.model)) relabel();
  draw();
}

// relabel rewrites the head, and every row, for the columns of now.
function relabel() {
  const names = ['time', 'wiki', 'page', ...shownModels(), 'latency'];
  const classes = { time: 'time', wiki: 'wiki', page: 'page', latency: 'took' };
  $('head').replaceChildren(...names.map((n, i) => {
    const th = make('th', i < 3 || i === names.length - 1 ? classes[n] : '', n);
    th.scope = 'col';
    return th;
  }));
  for (const r of revisions.values()) r.stale = true;
}

const shownModels = () => $('model').value ? [$('model').value] : models;

function passes(r) {
  const wiki = $('wiki').value, model = $('model').value, least = Number($('least').value);
  if (wiki && r.wiki !== wiki || model && !r.cells.has(model)) return false;
  if (least === 0) return true;
  return [...r.cells.values()].some(e => (!model || e.model === model) && e.probability >= least);
}

function cellOf(e, model) {
  const td = make('td', 'cell');
  td.dataset.model = model;
  if (!e) return td;
  if (e.error) {
    td.append(make('span', 'error', words(e.error)));
    return td;
  }
  const box = make('div', 'score ' + level(e.concern));
  const bar = make('div', 'bar'), fill = make('i');
  fill.style.width = 100 * (e.probability || 0) + '%';
  bar.append(fill);
  box.append(bar, make('b', '', e.probability === undefined ? '–' : e.probability.toFixed(2)), make('span', '', e.prediction || 'none'));
  td.append(box);
  return td;
}

function pageOf(r) {
  const td = make('td', 'page');
  let box = make('bdi');
  if (r.url && /^https?:\/\//.test(r.url)) {
    const a = make('a');
    a.href = r.url;
    a.target = '_blank';
    a.rel = 'noopener noreferrer';
    a.append(box);
    td.append(a);
  } else {
    td.append(box);
  }
  box.textContent = r.title;
  td.title = r.title + ' · revision ' + r.rev;
  return td;
}

function rowOf(r) {
  if (!r.row) r.row = make('tr', 'fresh');
  if (!r.stale) return r.row;
  r.stale = false;
  const at = new Date(r.at), time = make('time', '', isNaN(at) ? '' : at.toLocaleTimeString('en-GB'));
  time.dateTime = r.at;
  const td = make('td', 'time');
  td.append(time);
  r.row.replaceChildren(td, make('td', 'wiki', r.wiki), pageOf(r),
    ...shownModels().map(m => cellOf(r.cells.get(m), m)), make('td', 'took', took(r.took)));
  const worst = Math.max(...[...r.cells.values()].map(e => e.concern ?? -1));
  r.row.classList.toggle('high', worst >= HIGH);
  r.row.classList.toggle('some', worst >= SOME && worst < HIGH);
  return r.row;
}

// draw asks for the rows to be put on the page, four times a second at most.
function draw() {
  if (!drawing) drawing = setTimeout(() => { drawing = 0; held() ? tell() : drawNow(); }, $('rows').children.length ? 250 : 0);
}

// drawNow does it, even while rows are held: someone asked for other rows. One
// that is already in its place is not touched, so links keep their focus.
function drawNow() {
  waiting = 0;
  const body = $('rows');
  let n = 0;
  for (const r of [...revisions.values()].reverse()) {
    if (n === DRAWN) break;
    if (!passes(r)) continue;
    const row = rowOf(r);
    if (body.children[n] !== row) body.insertBefore(row, body.children[n] || null);
    n++;
  }
  while (body.children.length > n) body.lastElementChild.remove();
  $('scores').hidden = n === 0;
  $('empty').hidden = n > 0;
  $('empty').textContent = revisions.size ? 'No score of the last ' + revisions.size + ' revisions passes the filters.' : 'Waiting for the first score.';
  tell();
}

// held: rows must not move away from under a pointer or a keyboard's focus.
const held = () => paused || pointed || $('rows').querySelector(':focus-visible') !== null;

let connected = false, state = '';
function tell() {
  const now = !connected ? 'reconnecting' : paused ? 'paused' : held() ? 'held while you point' : 'live';
  document.body.className = !connected ? 'lost' : held() ? 'held' : 'live';
  if (now !== state) $('state').textContent = state = now;  // said aloud, so only when it changes
  const parts = [];
  if (held() && waiting) parts.push(count(waiting) + ' new waiting');
  if (summary && summary.not_shown) parts.push(count(summary.not_shown) + ' scores too fast to show');
  $('note').textContent = parts.join(' · ');
}

const rates = [];
function total(s) {
  summary = s;
  const scores = sum(s.scores), errors = Object.values(s.errors).reduce((a, types) => a + sum(types), 0);
  $('rate').textContent = s.events_per_second < 10 ? s.events_per_second.toFixed(1) : count(Math.round(s.events_per_second));
  $('scores-total').textContent = count(scores);
  $('errors-total').textContent = count(errors);
  $('duplicates').textContent = count(s.repeats);
  $('rejected').textContent = count(s.events.rejected);
  $('latency').textContent = s.latency_ms ? took(s.latency_ms.p50) + ' / ' + took(s.latency_ms.p99) : '–';
  rates.push(s.events_per_second);
  if (rates.length > 60) rates.shift();
  const top = Math.max(1, ...rates), step = 60 / Math.max(1, rates.length - 1);
  $('spark').firstElementChild.setAttribute('points', rates.map((v, i) => (i * step).toFixed(1) + ',' + (19 - 18 * v / top).toFixed(1)).join(' '));
  tell();
}

function connect() {
  const source = new EventSource('feed');
  source.onopen = () => { connected = true; tell(); };
  source.onmessage = m => take(JSON.parse(m.data));
  source.addEventListener('summary', m => total(JSON.parse(m.data)));
  source.onerror = () => {
    connected = false;
    tell();
    // A refusal (too many watchers) ends a source for good; a lost connection does not.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 10000);
  };
}

function pause(on) {
  paused = on;
  $('pause').setAttribute('aria-pressed', on);
  $('pause').textContent = on ? 'Resume' : 'Pause';
  if (!on) drawNow();
  tell();
}

// The filters live in the address, so that they can be kept as a bookmark.
const filters = ['wiki', 'model', 'least'];
function filter() {
  const set = new URLSearchParams();
  for (const f of filters) if ($(f).value && $(f).value !== '0') set.set(f, $(f).value);
  history.replaceState(null, '', set.size ? '#' + set : location.pathname);
  $('least-shown').textContent = $('least').value;
  $('clear').hidden = set.size === 0;
  relabel();
  drawNow();
}

function restore() {
  const set = new URLSearchParams(location.hash.slice(1));
  for (const f of ['wiki', 'model']) if (set.get(f)) { $(f).dataset.want = set.get(f); learn(f === 'wiki' ? wikis : models, $(f), set.get(f)); }
  if (set.get('least')) $('least').value = set.get('least');
}

$('pause').addEventListener('click', () => pause(!paused));
for (const f of filters) $(f).addEventListener('input', filter);
$('clear').addEventListener('click', () => setTimeout(filter));  // after the reset
document.querySelector('form').addEventListener('submit', e => e.preventDefault());
$('rows').addEventListener('pointerover', e => { if (e.pointerType === 'mouse') { pointed = true; tell(); } });
$('rows').addEventListener('pointerleave', () => { pointed = false; draw(); });
$('rows').addEventListener('focusout', () => draw());
document.addEventListener('keydown', e => {
  if (e.key === 'p' && !e.ctrlKey && !e.metaKey && !e.altKey && e.target.tagName !== 'SELECT') pause(!paused);
  if (e.key === 'Escape' && document.activeElement) document.activeElement.blur();
});

restore();
filter();
connect();
