import { renderMarkdown } from './markdown.js';

const $ = id => document.getElementById(id);
const store = window.sessionStorage;
let messages = JSON.parse(store.getItem('messages') ?? '[]');
let answering = null; // AbortController of the answer under way

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

async function ask(path, options = {}) {
  const key = store.getItem('key');
  const headers = { 'Content-Type': 'application/json', ...(key ? { Authorization: `Bearer ${key}` } : {}) };
  const response = await fetch(path, { ...options, headers });
  if (response.status === 401) {
    await askForKey();
    return ask(path, options);
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => null);
  throw new Error(body?.error?.message ?? `The server answered ${response.status}.`);
}

function askForKey() {
  const dialog = $('key-dialog');
  return new Promise(done => {
    dialog.addEventListener('close', () => { store.setItem('key', $('key').value); done(); }, { once: true });
    if (!dialog.open) dialog.showModal();
  });
}

async function loadModels() {
  const list = await (await ask('v1/models')).json();
  $('model').replaceChildren(...list.data.map(model =>
    element('option', { value: model.id, textContent: `${model.id} (${model.context_length.toLocaleString()} tokens)` })));
}

/** The parts of an answer on the page; every call of show brings them up to date. */
class AnswerView {
  constructor() {
    this.thinking = element('div');
    this.fold = element('details', { className: 'thinking', hidden: true }, element('summary', { textContent: 'Thinking…' }), this.thinking);
    this.text = element('div');
    this.calls = element('div');
    this.facts = element('p', { className: 'facts' });
    this.article = element('article', { className: 'assistant' }, element('h2', { textContent: 'Jibun' }),
      this.fold, this.calls, this.text, this.facts);
    $('log').append(this.article);
    this.pending = false;
    this.spoken = 0;
  }

  show(message) {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      this.fold.hidden = !message.reasoning_content;
      this.thinking.replaceChildren(...renderMarkdown(message.reasoning_content ?? ''));
      this.text.replaceChildren(...renderMarkdown(message.content ?? ''));
      this.calls.replaceChildren(...(message.skills ?? []).map(skillCard), ...(message.tool_calls ?? []).map(callCard));
      if (message.thinkingSeconds !== undefined)
        this.fold.firstChild.textContent = `Thought for ${message.thinkingSeconds.toFixed(1)} s`;
      this.facts.textContent = message.facts ?? '';
      stayAtEnd();
    });
  }

  /** Screen readers hear whole sentences, not tokens. */
  announce(text, finished) {
    const end = finished ? text.length : Math.max(...['. ', '! ', '? ', '。', '！', '？', '\n'].map(mark => {
      const at = text.lastIndexOf(mark);
      return at < 0 ? 0 : at + mark.length;
    }));
    if (end <= this.spoken) return;
    $('announcer').textContent = text.slice(this.spoken, end);
    this.spoken = end;
  }
}

function callCard(call) {
  let values = {};
  try { values = JSON.parse(call.function.arguments || '{}'); } catch { values = { arguments: call.function.arguments }; }
  return card(call.function.name, Object.entries(values));
}

/** What a built-in tool was asked to do, and what came of it. */
function skillCard({ name, arguments: values, result }) {
  const made = card(name, Object.entries(values));
  const facts = result.facts ?? [];
  if (result.title || facts.length) made.append(...card(result.title ?? '', facts.map(fact => [fact.name, fact.value])).children);
  return made;
}

function card(title, values) {
  const rows = element('dl');
  for (const [name, value] of values)
    rows.append(element('dt', { textContent: name }), element('dd', { textContent: typeof value === 'string' ? value : JSON.stringify(value) }));
  return element('div', { className: 'call' }, element('strong', { textContent: title }), rows);
}

function stayAtEnd() {
  const main = document.querySelector('main');
  if (main.scrollHeight - main.scrollTop - main.clientHeight < 160) main.scrollTop = main.scrollHeight;
}

function showUser(text) {
  $('log').append(element('article', { className: 'user' }, element('h2', { className: 'quiet', textContent: 'You' }), text));
}

async function* events(response, signal) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  signal.addEventListener('abort', () => reader.cancel().catch(() => {}));
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const parts = rest.split('\n\n');
    rest = parts.pop();
    for (const part of parts)
      if (part.startsWith('data: ') && part !== 'data: [DONE]') yield JSON.parse(part.slice(6));
  }
}

function takeDelta(message, delta, started) {
  if (delta.reasoning_content) message.reasoning_content = (message.reasoning_content ?? '') + delta.reasoning_content;
  if (delta.content) {
    if (message.reasoning_content && message.thinkingSeconds === undefined)
      message.thinkingSeconds = (performance.now() - started) / 1000;
    message.content += delta.content;
  }
  if (delta.skills) message.skills = [...(message.skills ?? []), ...delta.skills];
  for (const piece of delta.tool_calls ?? []) {
    message.tool_calls ??= [];
    const call = message.tool_calls[piece.index] ??= { id: piece.id, type: 'function', function: { name: piece.function.name, arguments: '' } };
    call.function.arguments += piece.function.arguments ?? '';
  }
}

function factLine(usage, timings, reason) {
  const seconds = timings.generation_ms / 1000;
  const speed = seconds > 0 ? `${((usage.completion_tokens - 1) / seconds).toFixed(1)} tokens/s · ` : '';
  const cached = usage.prompt_tokens_details.cached_tokens;
  return `${speed}first token after ${(timings.time_to_first_token_ms / 1000).toFixed(2)} s · `
    + `${usage.prompt_tokens} tokens read${cached ? ` (${cached} from the cache)` : ''}, ${usage.completion_tokens} written`
    + (reason === 'length' ? ' · stopped at the limit' : '');
}

function requestBody() {
  const system = $('system').value.trim();
  const sent = messages.map(({ role, content, tool_calls, skills }) => ({ role, content, tool_calls, skills }));
  const number = id => $(id).value === '' ? undefined : Number($(id).value);
  return JSON.stringify({
    model: $('model').value, stream: true, stream_options: { include_usage: true },
    temperature: number('temperature'), max_completion_tokens: number('max-tokens'),
    messages: system ? [{ role: 'system', content: system }, ...sent] : sent,
  });
}

async function answer() {
  answering = new AbortController();
  setBusy(true);
  const conversation = messages; // "New chat" begins another array
  const view = new AnswerView();
  const message = { role: 'assistant', content: '' };
  const started = performance.now();
  let reason = null;
  try {
    const response = await ask('v1/chat/completions', { method: 'POST', body: requestBody(), signal: answering.signal });
    for await (const chunk of events(response, answering.signal)) {
      if (chunk.error) throw new Error(chunk.error.message);
      const choice = chunk.choices[0];
      if (choice) {
        takeDelta(message, choice.delta, started);
        reason = choice.finish_reason ?? reason;
      }
      if (chunk.usage) message.facts = factLine(chunk.usage, chunk.timings, reason);
      view.show(message);
      view.announce(message.content, false);
    }
  } catch (failure) {
    if (!answering.signal.aborted) {
      view.article.append(element('p', { className: 'wrong', role: 'alert', textContent: failure.message }));
    }
  }
  if (answering.signal.aborted) message.facts = 'Stopped.';
  answering = null;
  view.show(message);
  view.announce(message.content, true);
  if (message.content || message.tool_calls) conversation.push(message);
  save();
  setBusy(false);
}

function save() {
  store.setItem('messages', JSON.stringify(messages));
}

function setBusy(busy) {
  $('send').hidden = busy;
  $('stop').hidden = !busy;
  $('log').setAttribute('aria-busy', String(busy));
}

function fitPrompt() {
  $('prompt').style.height = 'auto';
  $('prompt').style.height = `${$('prompt').scrollHeight + 2}px`;
}

$('composer').addEventListener('submit', event => {
  event.preventDefault();
  const text = $('prompt').value.trim();
  if (!text || answering) return;
  $('prompt').value = '';
  fitPrompt();
  messages.push({ role: 'user', content: text });
  showUser(text);
  document.querySelector('main').scrollTop = document.querySelector('main').scrollHeight;
  answer();
});
$('prompt').addEventListener('keydown', event => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $('composer').requestSubmit();
});
$('prompt').addEventListener('input', fitPrompt);
$('stop').addEventListener('click', () => { answering?.abort(); $('prompt').focus(); });
document.addEventListener('keydown', event => { if (event.key === 'Escape') answering?.abort(); });
$('new').addEventListener('click', () => {
  answering?.abort();
  messages = [];
  save();
  $('log').replaceChildren();
  $('prompt').focus();
});
$('settings-button').addEventListener('click', () => {
  const hidden = $('settings').toggleAttribute('hidden');
  $('settings-button').setAttribute('aria-expanded', String(!hidden));
});
$('theme').addEventListener('click', () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  localStorage.setItem('theme', root.dataset.theme = dark ? 'light' : 'dark');
});

if (localStorage.getItem('theme')) document.documentElement.dataset.theme = localStorage.getItem('theme');
for (const message of messages) {
  if (message.role === 'user') showUser(message.content);
  else new AnswerView().show(message);
}
loadModels().catch(failure => $('log').append(element('p', { className: 'wrong', role: 'alert', textContent: failure.message })));
