// Markdown as models write it, made into DOM nodes. Text never becomes HTML source, so no answer can inject any.

const inlinePattern = /(`+)([\s\S]+?)\1|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/g;

function node(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(inlinePattern)) {
    nodes.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    if (match[1]) nodes.push(node('code', match[2]));
    else if (match[3]) nodes.push(node('strong', ...inline(match[3])));
    else if (match[4]) nodes.push(node('em', ...inline(match[4])));
    else nodes.push(Object.assign(node('a', match[5]), { href: match[6], rel: 'noreferrer noopener', target: '_blank' }));
  }
  nodes.push(text.slice(end));
  return nodes;
}

function codeBlock(code) {
  const copy = Object.assign(node('button', 'Copy'), { type: 'button' });
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(code);
    copy.textContent = 'Copied';
  });
  const block = node('pre', node('code', code), copy);
  block.tabIndex = 0; // reachable by keyboard where it scrolls
  return block;
}

function list(lines) {
  const ordered = /^\s*\d/.test(lines[0]);
  const made = node(ordered ? 'ol' : 'ul', ...lines.map(line => node('li', ...inline(line.replace(/^\s*(?:[-*+]|\d+[.)])\s+/, '')))));
  if (ordered) made.start = Number.parseInt(lines[0], 10);
  return made;
}

function withBreaks(lines) {
  return lines.flatMap((line, index) => index === 0 ? inline(line) : [node('br'), ...inline(line)]);
}

export function renderMarkdown(source) {
  const nodes = [];
  const lines = source.split('\n');
  const isItem = line => /^\s*(?:[-*+]|\d+[.)])\s+/.test(line);
  for (let at = 0; at < lines.length;) {
    const start = at;
    const fence = /^\s*(```+|~~~+)/.exec(lines[at]);
    const heading = /^(#{1,6})\s+(.*)/.exec(lines[at]);
    if (fence) {
      for (at++; at < lines.length && !lines[at].trimStart().startsWith(fence[1]);) at++;
      nodes.push(codeBlock(lines.slice(start + 1, at++).join('\n')));
    } else if (heading) {
      nodes.push(node(`h${Math.min(6, heading[1].length + 2)}`, ...inline(heading[2])));
      at++;
    } else if (isItem(lines[at])) {
      while (at < lines.length && isItem(lines[at])) at++;
      nodes.push(list(lines.slice(start, at)));
    } else if (lines[at].trim() === '') {
      at++;
    } else {
      while (at < lines.length && lines[at].trim() !== '' && !/^\s*(```|~~~|#{1,6}\s)/.test(lines[at]) && !(at > start && isItem(lines[at]))) at++;
      if (at === start) at++;
      nodes.push(node('p', ...withBreaks(lines.slice(start, at))));
    }
  }
  return nodes;
}
