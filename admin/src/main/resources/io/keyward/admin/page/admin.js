// The page for people over the admin API. Whatever comes from the service is written by textContent only.

const API = document.body.dataset.api;
const HEADER = document.body.dataset.header;
const IDLE_MILLIS = 15 * 60 * 1000;
const DAY = 24 * 60 * 60 * 1000;
const PAGE_SIZE = 50;
const VIEWS = ['sign-in', 'keys', 'issue', 'lookup', 'report', 'details'];

const byId = id => document.getElementById(id);

/** Must not outlive a visit, above all because of the key. A reply for an earlier session is dropped. */
let session = null;
let lastInput = Date.now();
let shown = null;
let busy = false;

// ---------------------------------------------------------------- elements

function el(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key === 'onclick') {
      element.addEventListener('click', value);
    } else if (value === true) {
      element.setAttribute(key, '');
    } else if (value !== false && value != null) {
      element.setAttribute(key, value);
    }
  }
  element.append(...children.filter(child => child != null).map(child => child.nodeType ? child : String(child)));
  return element;
}

function list(pairs) {
  const dl = el('dl');
  for (const [term, value] of pairs) {
    if (value != null) {
      dl.append(el('dt', {}, term), el('dd', {}, value === '' ? '–' : value));
    }
  }
  return dl;
}

// ---------------------------------------------------------------- times

const LOCAL = new Intl.DateTimeFormat(undefined, {
  year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit',
  timeZoneName: 'short'});
const SHORT = new Intl.DateTimeFormat(undefined, {year: 'numeric', month: 'short', day: 'numeric'});

const time = text => text ? `${LOCAL.format(new Date(text))} (${text.replace(/\.\d+Z$/, 'Z')})` : null;
const day = text => text ? SHORT.format(new Date(text)) : null;
const ago = millis => new Date(Date.now() - millis).toISOString();

/** The last moment of a local day: what a person who picks a day means by it. */
function endOfDay(value) {
  const [year, month, date] = value.split('-').map(Number);
  return new Date(new Date(year, month - 1, date + 1).getTime() - 1);
}

// ---------------------------------------------------------------- calls

class Failure extends Error {
  constructor(advice, code, status) {
    super(advice);
    this.code = code;
    this.status = status;
  }
}

/** The session ended while a call was under way. */
class Gone extends Error {}

const ADVICE = {
  'forbidden': 'Your key is not allowed to do this. Use a key that is, or ask somebody who has one.',
  'exceeds-caller': 'A key can only make and change keys that have no more rights than itself and do not end later. '
      + 'Choose fewer roles or an earlier end, or use a key with more rights.',
  'stopped': 'A rule of this service forbids it, so nothing was changed.',
  'no-such-key': 'Check what you entered, or go back to the list of keys.',
  'revoked': 'A revoked key stays revoked. Issue a new one.',
  'stale': 'Somebody else changed the key meanwhile. It was loaded again: look at it, then repeat.',
  'contended': 'Others are changing this key. Wait a second and repeat.',
  'invalid': 'Correct it and send it again.',
  'unavailable': 'The service cannot read its keys at the moment. Look at the report, and try again soon.',
  'not-in-force': 'Do not repeat it. Look at the report to see when the keys are loaded again.',
  'internal': 'Look into the log of the service.',
};
const UNKNOWN = 'It is not known whether the change was made. Look at the key before you repeat it.';

async function call(method, path, body, etag) {
  const mine = session;
  const headers = {[HEADER]: mine.key, 'Accept': 'application/json, application/problem+json'};
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
  }
  if (etag) {
    headers['If-Match'] = etag;
  }
  const isChange = method !== 'GET' && path !== '/keys/lookup';
  let response;
  let answer;
  try {
    response = await fetch(API + path, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: 'no-store', redirect: 'manual'});
    answer = await read(response);
  } catch {
    answer = undefined;
  }
  if (mine !== session) {
    throw new Gone();
  }
  if (!response) {
    throw new Failure('There was no answer. Check the network and whether the service runs. ' + (isChange ? UNKNOWN : 'Then try again.'),
        isChange ? 'unknown' : 'no-answer');
  }
  if (response.ok && answer !== undefined) {
    return answer;
  }
  if (answer?.code) {
    const unknown = answer.outcome === 'unknown';
    throw new Failure(`${sentence(answer.detail ?? answer.title)} ${unknown ? UNKNOWN : ADVICE[answer.code] ?? ''}`,
        unknown ? 'unknown' : answer.code, response.status);
  }
  throw new Failure(inFront(response) + (isChange && response.status >= 500 ? ' ' + UNKNOWN : ''),
      isChange && response.status >= 500 ? 'unknown' : 'in-front', response.status);
}

async function read(response) {
  const type = response.headers.get('Content-Type') ?? '';
  return /^application\/(problem\+)?json\b/i.test(type) ? response.json() : undefined;
}

function inFront(response) {
  if (response.type === 'opaqueredirect') {
    return 'Something in front of the service wants a login. Open this page in another tab, log in there, then repeat it here. '
        + 'Your key is still here.';
  }
  return `Something in front of the service answered, not the service (status ${response.status}). `
      + 'Check the proxy and its login, then repeat it. Your key is still here.';
}

const sentence = text => text ? text[0].toUpperCase() + text.slice(1).replace(/[.]?$/, '.') : '';

// ---------------------------------------------------------------- messages

function notice(text) {
  byId('notice').textContent = text ?? '';
}

function alarm(failure, place = byId('alert')) {
  place.replaceChildren();
  if (!failure) {
    return;
  }
  const box = el('div', {class: 'alert'}, el('p', {}, failure.message));
  if (failure.code === 'unknown' && place === byId('alert') && shown === 'issue') {
    box.append(el('p', {}, el('button', {type: 'button', onclick: justIssued}, 'Show keys issued just now and never used')));
  }
  place.append(box);
}

/** Runs what a person asked for, one action at a time, and shows every failure. */
async function doing(button, place, work) {
  if (busy) {
    return;
  }
  busy = true;
  button && (button.disabled = true);
  alarm(null, place);
  notice('');
  try {
    await work();
  } catch (failure) {
    if (failure instanceof Gone) {
      return;
    }
    if (!(failure instanceof Failure)) {
      throw failure;
    }
    if (failure.code === 'unauthorized') {
      signOut();
      alarm(new Failure('Your key is not accepted any more: it was revoked, disabled or replaced, or has ended. '
          + 'Sign in with another one.'));
      return;
    }
    alarm(failure, place);
  } finally {
    busy = false;
    button && (button.disabled = false);
  }
}

// ---------------------------------------------------------------- session

const may = permission => !session.permissions || session.permissions.some(held => implies(held, permission));

/** Compares permissions as the service does: a star is exactly one segment. */
function implies(held, wanted) {
  const [have, want] = [held.split(':'), wanted.split(':')];
  return have.length === want.length && have.every((segment, i) => segment === '*' || segment === want[i]);
}

async function signIn() {
  const field = byId('key');
  const key = field.value.trim();
  const bad = key.search(/[^\x21-\x7e]/);
  if (!key || bad >= 0) {
    alarm(new Failure(key
        ? `A key has no blanks and no letters outside ASCII; the sign at position ${bad + 1} is one. Copy the key again.`
        : 'Paste an admin key first. If you have none, make one with “keyward issue --role admin” on the machine of the service.'));
    field.focus();
    return;
  }
  await doing(byId('sign-in'), undefined, async () => {
    session = {key};
    try {
      const [me, report] = await Promise.all([unlessForbidden('/me'), unlessForbidden('/report')]);
      session.id = me?.id;
      session.permissions = me?.effective?.permissions;
      session.roles = report?.roles ?? [];
      session.since = report?.lastUseSince ?? me?.lastUse.since;
    } catch (failure) {
      session = null;
      if (failure.code === 'unauthorized') {
        throw new Failure('The service does not accept this key. Check that it is complete, active and for this service. '
            + `It was sent in the header ${HEADER}; where a proxy adds an Authorization header of its own, two credentials `
            + 'arrive and both are refused: let the service read keys from that header alone.', 'refused');
      }
      throw failure;
    }
    field.value = '';
    byId('who-id').textContent = session.id ?? '(may not be shown)';
    prepare();
  });
  if (session) {
    show();
  }
}

async function unlessForbidden(path) {
  try {
    return await call('GET', path);
  } catch (failure) {
    if (failure.code === 'forbidden') {
      return null;
    }
    throw failure;
  }
}

function signOut() {
  session = null;
  for (const dialog of document.querySelectorAll('dialog[open]')) {
    dialog.close();
  }
  for (const id of ['rows', 'details', 'actions', 'report', 'lookup-answer', 'issue-form', 'change-form', 'act-fields', 'alert']) {
    byId(id).replaceChildren();
  }
  for (const id of ['secret-text', 'secret-note', 'h-details', 'who-id', 'count', 'notice', 'act-text', 'act-title']) {
    byId(id).textContent = '';
  }
  for (const field of document.querySelectorAll('input')) {
    field.value = '';
  }
  show();
}

function leave() {
  if (session || byId('key').value) {
    signOut();
  }
}

function checkIdle() {
  if (Date.now() - lastInput >= IDLE_MILLIS && (session || byId('key').value)) {
    signOut();
    notice('The page forgot the key, because nothing was done for 15 minutes. Sign in again to continue.');
  }
}

// ---------------------------------------------------------------- views

function route() {
  return session ? location.hash.slice(1).split('=')[0] || 'keys' : 'sign-in';
}

function show() {
  let view = route();
  view = view === 'key' ? 'details' : VIEWS.includes(view) && (view !== 'sign-in' || !session) ? view : 'keys';
  shown = view;
  for (const each of VIEWS) {
    byId('view-' + each).hidden = each !== view;
  }
  byId('nav').hidden = byId('who').hidden = !session;
  for (const link of byId('nav').children) {
    link.toggleAttribute('aria-current', false);
    if (link.hash === '#' + view) {
      link.setAttribute('aria-current', 'page');
    }
  }
  const heading = byId('h-' + view);
  document.title = (view === 'details' ? 'Key' : heading.textContent) + ' – API keys';
  if (view === 'sign-in') {
    byId('key').focus();
    return;
  }
  heading.focus();
  const load = {keys: loadKeys, report: loadReport, details: loadDetails}[view];
  if (load) {
    doing(null, undefined, load);
  }
}

function navigate() {
  if (session) {
    alarm(null);
    notice('');
    busy = false;
    show();
  }
}

function prepare() {
  const role = byId('f-role');
  role.replaceChildren(el('option', {value: ''}, 'any'), ...session.roles.map(each => el('option', {}, each.name)));
  const unused = byId('f-unused');
  unused.replaceChildren(el('option', {value: ''}, 'any'));
  if (session.since) {
    unused.append(el('option', {value: session.since}, `since ${day(session.since)}, when recording began`));
    for (const days of [7, 30, 90]) {
      // use before that is not known, so a longer span would list keys that were used
      if (new Date(session.since) < new Date(Date.now() - days * DAY)) {
        unused.append(el('option', {value: 'P' + days}, `for ${days} days`));
      }
    }
  }
  buildForm(byId('issue-form'), null);
}

// ---------------------------------------------------------------- list

let next = null;
let loads = 0;

function query(after) {
  const value = id => byId('f-' + id).value;
  const parameters = new URLSearchParams({limit: PAGE_SIZE, sort: value('sort') || 'id'});
  const add = (name, text) => text && parameters.set(name, text);
  add('text', value('text').trim());
  add('state', value('state'));
  add('role', value('role'));
  add('expiringBefore', value('end') && ago(-value('end') * DAY));
  add('unusedSince', value('unused').startsWith('P') ? ago(value('unused').slice(1) * DAY) : value('unused'));
  add('createdAfter', value('created') && ago(value('created') * DAY / 24));
  add('retiring', byId('f-retiring').checked && 'true');
  add('next', after);
  return '/keys?' + parameters;
}

async function loadKeys(after) {
  if (/^\S{32,}$/.test(byId('f-text').value.trim())) {
    byId('f-text').value = '';
    throw new Failure('That looks like a key. Search text is part of an address, which proxies write into their logs, so it was '
        + 'not sent. Use “Look up” instead.');
  }
  const mine = ++loads;
  const answer = await call('GET', query(after));
  if (mine !== loads) {
    return;
  }
  const rows = answer.keys.map(row);
  if (after) {
    byId('rows').append(...rows);
  } else {
    byId('rows').replaceChildren(...rows);
  }
  next = answer.next;
  byId('more').hidden = !next;
  const count = byId('rows').children.length;
  byId('table-box').hidden = !count;
  byId('count').textContent = count
      ? `${count} ${count === 1 ? 'key' : 'keys'}${next ? ', and there are more' : ''}`
      : isFiltered() ? 'No key fits these filters. Clear them to see all keys.'
      : 'There is no key yet that you may see. Issue one.';
}

const isFiltered = () => byId('f-retiring').checked
    || ['text', 'state', 'role', 'end', 'unused', 'created'].some(id => byId('f-' + id).value);

function row(key) {
  const end = key.expiresAt ? day(key.expiresAt) : 'never';
  const use = key.lastUse.current ?? key.lastUse.retiring;
  return el('tr', {},
      el('td', {}, el('a', {href: '#key=' + encodeURIComponent(key.id)}, el('code', {}, key.id))),
      el('td', {}, key.owner ?? '–'),
      el('td', {}, key.name ?? '–'),
      el('td', {}, state(key)),
      el('td', {class: 'wide'}, key.roles.join(', ') || '–'),
      el('td', {}, end),
      el('td', {class: 'wide'}, use ? day(use) : `not since ${day(key.lastUse.since)}`));
}

function state(key) {
  const ended = key.state === 'active' && key.expiresAt && new Date(key.expiresAt) <= Date.now();
  const retiring = key.retiringUntil && new Date(key.retiringUntil) > Date.now() && key.state === 'active';
  return el('span', {class: 'state-' + (ended ? 'revoked' : key.state)},
      ended ? 'ended' : key.state, retiring ? ', old secret in use' : null);
}

function clearFilters() {
  for (const field of byId('filters').querySelectorAll('input, select')) {
    if (field.id === 'f-retiring') {
      field.checked = false;
    } else {
      field.value = field.id === 'f-sort' ? 'id' : '';
    }
  }
}

function justIssued() {
  clearFilters();
  byId('f-created').value = '1';
  byId('f-unused').value = session.since ?? '';
  byId('f-sort').value = '-createdAt';
  location.hash = '#keys';
}

// ---------------------------------------------------------------- issue and change

function field(form, name, label, input, hint) {
  const id = form.id + '-' + name;
  input.id = id;
  input.setAttribute('autocomplete', 'off');
  if (hint) {
    input.setAttribute('aria-describedby', id + '-hint');
  }
  form.append(el('p', {}, el('label', {for: id}, label), input, hint ? el('span', {class: 'hint', id: id + '-hint'}, ' ' + hint) : null));
  return input;
}

function buildForm(form, key) {
  form.replaceChildren();
  field(form, 'owner', 'Owner', el('input', {type: 'text', value: key?.owner}));
  field(form, 'name', 'Name', el('input', {type: 'text', value: key?.name}));
  const roles = el('fieldset', {}, el('legend', {}, 'Roles'));
  const known = session.roles.map(role => role.name);
  for (const role of new Set([...known, ...(key?.roles ?? [])])) {
    const id = `${form.id}-role-${role}`;
    roles.append(el('p', {class: 'check'},
        el('input', {type: 'checkbox', id, value: role, checked: key?.roles.includes(role) ?? false, autocomplete: 'off'}),
        el('label', {for: id}, role)));
  }
  form.append(roles);
  field(form, 'permissions', 'Permissions besides those of the roles',
      el('textarea', {rows: 2, spellcheck: 'false'}, key?.permissions.join('\n') ?? ''), 'One a line, such as jobs:submit.');
  endField(form, key);
  field(form, 'metadata', 'Metadata',
      el('textarea', {rows: 2, spellcheck: 'false'},
          Object.entries(key?.metadata ?? {}).map(([name, value]) => `${name}=${value}`).join('\n')),
      'One a line, such as ticket=OPS-7.');
  form.append(el('p', {}, el('button', {type: 'submit', class: 'main'}, key ? 'Save the change' : 'Issue the key')));
  form.before = formBody(form);
}

function endField(form, key) {
  const choice = field(form, 'end', 'End', el('select', {},
      key ? el('option', {value: 'keep'}, 'as it is: ' + (key.expiresAt ? time(key.expiresAt) : 'never')) : null,
      el('option', {value: '30'}, 'in 30 days'), el('option', {value: '90', selected: !key}, 'in 90 days'),
      el('option', {value: '365'}, 'in a year'), el('option', {value: 'day'}, 'at the end of a day'),
      el('option', {value: 'never'}, 'never')));
  const date = field(form, 'day', 'Last day', el('input', {type: 'date', max: '9999-12-31'}));
  const note = el('p', {class: 'hint', role: 'status'});
  date.parentNode.hidden = true;
  date.parentNode.after(note);
  const tell = () => {
    date.parentNode.hidden = choice.value !== 'day';
    const end = chosenEnd(form);
    note.textContent = end instanceof Date ? `Ends ${time(end.toISOString())}` : '';
  };
  choice.addEventListener('change', tell);
  date.addEventListener('input', tell);
  tell();
}

/** A date, 'never', 'keep', or null where a day is still to be picked. */
function chosenEnd(form) {
  const choice = byId(form.id + '-end').value;
  if (choice === 'never' || choice === 'keep') {
    return choice;
  }
  if (choice === 'day') {
    const value = byId(form.id + '-day').value;
    return value ? endOfDay(value) : null;
  }
  return new Date(Date.now() + choice * DAY);
}

function addEnd(body, form) {
  const end = chosenEnd(form);
  if (end === null) {
    throw new Failure('Pick the last day of the key, or another end.');
  }
  if (end === 'never') {
    body.neverExpires = true;
  } else if (end !== 'keep') {
    if (end <= Date.now()) {
      throw new Failure('That day is over, so the key would have ended already. Pick today or a later day.');
    }
    body.expiresAt = end.toISOString();
  }
  return body;
}

function formBody(form) {
  const text = name => byId(`${form.id}-${name}`).value;
  const lines = name => text(name).split('\n').map(line => line.trim()).filter(line => line);
  const metadata = {};
  for (const line of lines('metadata')) {
    const at = line.indexOf('=');
    if (at < 1) {
      throw new Failure('Each line of the metadata must be a name, an equals sign and a value, such as ticket=OPS-7.');
    }
    metadata[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return {
    owner: text('owner').trim() || null,
    name: text('name').trim() || null,
    roles: [...form.querySelectorAll('input[type=checkbox]:checked')].map(box => box.value),
    permissions: lines('permissions'),
    metadata,
  };
}

async function issue() {
  const form = byId('issue-form');
  const body = addEnd(formBody(form), form);
  const answer = await call('POST', '/keys', body);
  showSecret(answer, `Key ${answer.id} was issued.`);
  buildForm(form, null);
}

async function change() {
  const form = byId('change-form');
  const key = session.details;
  const body = formBody(form);
  // not the key itself: a form cuts the blanks at the ends of a text, which is no change by the person
  const before = form.before;
  const patch = addEnd({}, form);
  for (const name of ['owner', 'name']) {
    if (body[name] !== before[name]) {
      patch[name] = body[name];
    }
  }
  for (const name of ['roles', 'permissions']) {
    if ([...body[name]].sort().join('\n') !== [...before[name]].sort().join('\n')) {
      patch[name] = body[name];
    }
  }
  const metadata = {};
  for (const [name, value] of Object.entries(body.metadata)) {
    if (before.metadata[name] !== value) {
      metadata[name] = value;
    }
  }
  for (const name of Object.keys(before.metadata)) {
    if (!Object.hasOwn(body.metadata, name)) {
      metadata[name] = null;
    }
  }
  if (Object.keys(metadata).length) {
    patch.metadata = metadata;
  }
  if (!Object.keys(patch).length) {
    throw new Failure('Nothing was changed. Change a field first.');
  }
  await changing(() => call('PATCH', path(key.id), patch, key.etag));
  notice('The change is stored.');
}

/** Shows the key as it is now, also after a change by somebody else. */
async function changing(work) {
  try {
    const answer = await work();
    showDetails(answer);
    return answer;
  } catch (failure) {
    if (failure.code === 'stale') {
      await loadDetails();
    }
    throw failure;
  }
}

function showSecret(answer, text) {
  byId('secret-text').textContent = answer.key;
  byId('secret-note').textContent = text;
  byId('secret').showModal();
  byId('secret-copy').focus();
}

async function copySecret() {
  const code = byId('secret-text');
  try {
    await navigator.clipboard.writeText(code.textContent);
    byId('secret-note').textContent = 'Copied.';
  } catch {
    // no clipboard without HTTPS, or it is not allowed
    getSelection().selectAllChildren(code);
    byId('secret-note').textContent = document.execCommand('copy') ? 'Copied.' : 'Not copied. The key is selected: press Ctrl+C.';
  }
}

function closeSecret() {
  byId('secret-text').textContent = '';
  byId('secret').close();
}

// ---------------------------------------------------------------- details

const path = id => '/keys/' + encodeURIComponent(id);

async function loadDetails() {
  const id = decodeURIComponent(location.hash.split('=')[1] ?? '');
  byId('h-details').textContent = `Key ${id}`;
  byId('details').replaceChildren();
  byId('actions').replaceChildren();
  byId('change-box').hidden = true;
  showDetails(await call('GET', path(id)));
}

function showDetails(answer) {
  // the answer to a rotation has the secret, which must not be kept here
  const {key: _, ...key} = answer;
  session.details = key;
  byId('h-details').textContent = `Key ${key.id}`;
  document.title = `Key ${key.id} – API keys`;
  byId('details').replaceChildren(
      list([
        ['State', state(key)], ['Owner', key.owner ?? ''], ['Name', key.name ?? ''], ['Roles', key.roles.join(', ')],
        ['Ends', key.expiresAt ? time(key.expiresAt) : 'never'], ['Valid from', time(key.notBefore)],
        ['Old secret accepted until', time(key.retiringUntil)],
        ['Last used', time(key.lastUse.current) ?? `not since ${time(key.lastUse.since)}`],
        ['Old secret last used', time(key.lastUse.retiring)], ['Secret', `number ${key.ordinal}`],
        ['Created', time(key.createdAt)], ['Created by', key.createdBy], ['Changed', time(key.changedAt)],
        ['Changed by', key.changedBy],
        ...Object.entries(key.metadata).map(([name, value]) => ['Metadata: ' + name, value]),
        ...Object.entries(key.attributes).map(([name, value]) => ['Attribute: ' + name, value]),
      ]),
      el('h2', {}, 'What it may do'), rights(key));
  byId('actions').replaceChildren(...Object.keys(ACTIONS).filter(name => ACTIONS[name].fits(key)).map(name =>
      el('button', {type: 'button', id: 'do-' + name, class: name === 'revoke' && 'danger', onclick: () => ask(name)}, ACTIONS[name].title)));
  byId('change-box').hidden = key.state === 'revoked' || !may('keys:change');
  byId('change-box').open = false;
  buildForm(byId('change-form'), key);
}

function rights(key) {
  if (!key.effective) {
    return el('p', {}, 'One of its roles is not declared in this service, so it may do nothing. Change its roles, or see the report.');
  }
  const from = new Map();
  const add = (permission, source) => from.set(permission, [...from.get(permission) ?? [], source]);
  key.permissions.forEach(permission => add(permission, 'given to the key itself'));
  for (const name of key.effective.roles) {
    const given = key.roles.includes(name);
    const through = key.roles.filter(role => role !== name && reaches(role, name));
    const role = session.roles.find(each => each.name === name);
    role?.permissions.forEach(permission =>
        add(permission, `role ${name}` + (given ? '' : `, which ${through.join(' and ')} includes`)));
  }
  key.effective.permissions.filter(permission => !from.has(permission)).forEach(permission => add(permission, 'a role'));
  if (!from.size) {
    return el('p', {}, `No permission. ${key.effective.roles.length ? 'Its roles: ' + key.effective.roles.join(', ') : 'It has no role'}.`);
  }
  return el('table', {}, el('thead', {}, el('tr', {}, el('th', {scope: 'col'}, 'Permission'), el('th', {scope: 'col'}, 'Because of'))),
      el('tbody', {}, ...[...from].sort().map(([permission, sources]) =>
          el('tr', {}, el('td', {}, el('code', {}, permission)), el('td', {}, sources.join('; '))))));
}

function reaches(from, to, seen = new Set()) {
  if (seen.has(from)) {
    return false;
  }
  seen.add(from);
  const role = session.roles.find(each => each.name === from);
  return (role?.includes ?? []).some(each => each === to || reaches(each, to, seen));
}

// ---------------------------------------------------------------- actions on a key

const ACTIONS = {
  rotate: {
    title: 'Rotate', label: 'Rotate the key', fits: key => key.state !== 'revoked' && may('keys:rotate'),
    text: 'The key gets a new secret, which is shown once. The old one is accepted for the time you choose.',
    fields: box => box.append(el('p', {}, el('label', {for: 'overlap'}, 'Old secret is accepted for'),
        el('select', {id: 'overlap', autocomplete: 'off'}, el('option', {value: 'PT1H'}, '1 hour'),
            el('option', {value: 'PT24H', selected: true}, '1 day'), el('option', {value: 'P7D'}, '7 days'),
            el('option', {value: 'PT0S'}, 'no time: it ends now')))),
    body: () => ({overlap: byId('overlap').value}),
    needsTag: true,
  },
  disable: {
    title: 'Disable', label: 'Disable the key', fits: key => key.state === 'active' && may('keys:disable'),
    text: 'Every request with the key is rejected until it is enabled again.',
  },
  enable: {
    title: 'Enable', label: 'Enable the key', fits: key => key.state === 'disabled' && may('keys:disable'),
    text: 'Requests with the key are accepted again.',
  },
  revoke: {
    title: 'Revoke', label: 'Revoke for good', fits: key => key.state !== 'revoked' && may('keys:revoke'),
    text: 'The key ends now and for good, its old secret too. To confirm, type the id of the key.',
    fields: box => box.append(el('p', {}, el('label', {for: 'confirm-id'}, `Id of the key: ${session.details.id}`),
        el('input', {type: 'text', id: 'confirm-id', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false'}))),
    check: () => byId('confirm-id').value.trim() === session.details.id
        || 'That is not the id of this key, so nothing was done. Type the id, or cancel.',
  },
};
const CONFIRMATIONS = {
  'overlap': ['dropOld', 'End the older secret now and rotate anyway'],
  'last-admin': ['confirmLastAdmin', 'I know that no key is left that can issue keys'],
};

let asked = null;

function ask(name) {
  asked = ACTIONS[name];
  asked.name = name;
  byId('act-title').textContent = `${asked.title} key ${session.details.id}`;
  byId('act-text').textContent = asked.text;
  byId('act-do').textContent = asked.label;
  byId('act-do').classList.toggle('danger', name === 'revoke');
  byId('act-fields').replaceChildren();
  byId('act-alert').replaceChildren();
  asked.fields?.(byId('act-fields'));
  byId('act').showModal();
}

async function act() {
  const key = session.details;
  const checked = asked.check?.() ?? true;
  if (checked !== true) {
    throw new Failure(checked);
  }
  const body = asked.body?.() ?? {};
  for (const box of byId('act-fields').querySelectorAll('input[type=checkbox]:checked')) {
    body[box.value] = true;
  }
  let answer;
  try {
    answer = await changing(() => call('POST', `${path(key.id)}/${asked.name}`, body, asked.needsTag ? key.etag : undefined));
  } catch (failure) {
    offerConfirmation(failure.code);
    throw failure;
  }
  byId('act').close();
  if (answer.key) {
    if (key.id === session.id) {
      session.key = answer.key;
    }
    showSecret(answer, `Key ${key.id} has a new secret.`);
  } else {
    notice({disable: 'The key is disabled.', enable: 'The key is enabled.', revoke: 'The key is revoked.'}[asked.name]);
    byId('h-details').focus();
  }
}

function offerConfirmation(code) {
  const confirmation = CONFIRMATIONS[code];
  if (confirmation && !byId('confirm')) {
    byId('act-fields').append(el('p', {class: 'check'},
        el('input', {type: 'checkbox', id: 'confirm', value: confirmation[0], autocomplete: 'off'}),
        el('label', {for: 'confirm'}, confirmation[1])));
  }
}

// ---------------------------------------------------------------- look-up and report

const VERDICTS = {
  'accepted': 'A request with it is accepted now. Revoke the key if strangers may have it.',
  'accepted-retiring': 'It is the old secret of a key and still accepted. Revoke the key, or rotate it without overlap.',
  'unknown': 'The secret is not accepted: the id in it is known, but the secret was dropped by a rotation or is mistyped.',
};

async function lookUp() {
  const input = byId('found');
  const text = input.value.trim();
  const place = byId('lookup-answer');
  place.replaceChildren();
  if (!text) {
    throw new Failure('Paste the key that was found first.');
  }
  const answer = await call('POST', '/keys/lookup', {key: text});
  input.value = '';
  place.append(
      el('p', {}, VERDICTS[answer.verdict] ?? `A request with it is rejected: ${answer.verdict.replaceAll('-', ' ')}.`),
      list([['Key', el('a', {href: '#key=' + encodeURIComponent(answer.id)}, answer.id)],
        ['Owner', answer.record?.owner], ['Name', answer.record?.name], ['State', answer.record && state(answer.record)]]));
}

async function loadReport() {
  const report = await call('GET', '/report');
  byId('report').replaceChildren(
      el('p', {}, report.healthy ? 'The keys are in order.'
          : 'Something is wrong with the keys. The lines below say what; the log of the service says more.'),
      list([['Keys', report.size], ['Source', report.source], ['Fresh', report.fresh ? 'yes' : 'no'],
        ['Last good', time(report.lastGood)], ['Age', report.ageSeconds == null ? null : `${report.ageSeconds} s`],
        ['Problem', report.problem], ['Use is known since', time(report.lastUseSince)]]),
      ...(report.unfit.length ? [el('h2', {}, 'Keys that cannot be used'),
        list(report.unfit.map(each => [each.id, each.description]))] : []),
      el('h2', {}, 'Roles'),
      list(report.roles.map(role => [role.name, [...role.includes.map(each => 'includes ' + each), ...role.permissions].join(', ')])),
      ...(report.details.length ? [el('h2', {}, 'Files'), el('pre', {tabindex: 0, role: 'region', 'aria-label': 'Files'}, report.details.join('\n'))] : []));
}

// ---------------------------------------------------------------- wiring

const onClick = (id, work) => byId(id).addEventListener('click', work);
const onEnter = (id, work) => byId(id).addEventListener('keydown', event => event.key === 'Enter' && work());

onClick('sign-in', signIn);
onEnter('key', signIn);
onClick('forget', signOut);
const startLookUp = () => doing(byId('lookup'), undefined, lookUp);
onClick('lookup', startLookUp);
onEnter('found', startLookUp);
onClick('report-again', () => doing(byId('report-again'), undefined, loadReport));
onClick('more', () => doing(byId('more'), undefined, () => loadKeys(next)));
onClick('f-clear', () => {
  clearFilters();
  doing(null, undefined, loadKeys);
});
byId('filters').addEventListener('change', () => {
  busy = false;
  doing(null, undefined, loadKeys);
});
byId('issue-form').addEventListener('submit', event => {
  event.preventDefault();
  doing(byId('issue-form').querySelector('[type=submit]'), undefined, issue);
});
byId('change-form').addEventListener('submit', event => {
  event.preventDefault();
  doing(byId('change-form').querySelector('[type=submit]'), undefined, change);
});
const startAct = () => doing(byId('act-do'), byId('act-alert'), act);
onClick('act-do', startAct);
onClick('act-cancel', () => byId('act').close());
onEnter('act-fields', startAct);
onClick('secret-copy', copySecret);
onClick('secret-done', closeSecret);
// Escape must not lose a key that nobody has yet.
byId('secret').addEventListener('cancel', event => event.preventDefault());
byId('secret').addEventListener('keydown', event => event.key === 'Escape' && event.preventDefault());

for (const kind of ['keydown', 'pointerdown']) {
  addEventListener(kind, () => {
    checkIdle();
    lastInput = Date.now();
  }, true);
}
setInterval(checkIdle, 5000);
document.addEventListener('visibilitychange', checkIdle);
addEventListener('hashchange', navigate);
// The browser may keep a page that was left; it must not keep the key.
addEventListener('pagehide', leave);
addEventListener('pageshow', event => event.persisted && leave());
show();
