import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeHtml, htmlList, htmlPage, htmlTable } from './html.ts';

const HOSTILE = `<script>alert("x")</script>&'`;

test('whatever a text holds, it stays text', () => {
  assert.equal(escapeHtml(HOSTILE), '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;');
  const page = htmlPage(HOSTILE, htmlTable([HOSTILE], [[HOSTILE]]) + htmlList([HOSTILE]));
  assert.ok(!page.includes('<script') && page.startsWith('<!doctype html>'));
  assert.equal(htmlList([]), '');
});

test('every element that is opened is closed, in order', () => {
  const page = htmlPage('t', htmlTable(['a', 'b'], [['1', '2'], ['3', '4']]) + htmlList(['x'])); // prettier-ignore
  const open: string[] = [];
  for (const [, close, name = ''] of page.replace(/<(!doctype|meta)[^>]*>/g, '').matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
    if (close === '') open.push(name);
    else assert.equal(open.pop(), name);
  }
  assert.deepEqual(open, []);
});
