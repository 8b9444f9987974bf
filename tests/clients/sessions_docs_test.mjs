// The examples of docs/sessions.md, run as they stand there.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { with_server } from '../e2e/server.mjs';
import { guarded } from '../e2e/until.mjs';

const page = await readFile(new URL('../../docs/sessions.md', import.meta.url), 'utf8');
const here = fileURLToPath(new URL('.', import.meta.url));
const documented_id = '0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';

const blocks = (language) =>
  [...page.matchAll(new RegExp(`\\n\`\`\`${language}\\n([\\s\\S]*?)\\n\`\`\``, 'g'))].map(([, text]) => text);
const config = JSON.parse(blocks('json')[0]);

async function output_of(program, args) {
  const child = spawn(program, args, { cwd: here, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more) => (text += more));
  await guarded(new Promise((resolve) => child.once('close', resolve)), `the end of ${program}`);
  return text.trim();
}

/** What differs from run to run, replaced by what it is; JSON without the white space that the page has. */
function masked(text) {
  const compact = text.startsWith('{') ? JSON.stringify(JSON.parse(text)) : text;
  return compact
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replace(/"(created_at|before|after)":\d+/g, '"$1":0')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID');
}

test('the commands print what the page says', () =>
  with_server({ config }, async (server) => {
    const examples = blocks('console');
    assert.ok(examples.length >= 5);
    let id = documented_id;
    for (const example of examples) {
      const [command, ...rest] = example.slice('$ '.length).split(/\n(?=\{|event:)/);
      const printed = await output_of('sh', [
        '-c', command.replace(' | jq \'del(.data)\'', '').replace('http://127.0.0.1:3000', server.url).replace(documented_id, id),
      ]);
      const expected = rest.join('\n');
      const shown = command.includes('jq') ? JSON.stringify({ ...JSON.parse(printed), data: undefined }) : printed;
      assert.equal(masked(shown), masked(expected), command);
      if (printed.startsWith('{"sessionId"')) id = JSON.parse(printed).sessionId;
    }
  }));

test('the program for the npm client prints what the page says', () =>
  with_server({ config }, async (server) => {
    const [program] = blocks('js');
    const printed = await output_of(process.execPath, [
      '--input-type=module', '-e', program.replace('http://127.0.0.1:3000', server.url),
    ]);

    assert.equal(printed, blocks('text')[0]);
  }));
