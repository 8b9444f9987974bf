// The examples of docs/http-api.md on the Agent Jobs API, run as they stand there.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { with_server } from './server.mjs';
import { guarded } from './until.mjs';

const page = await readFile(new URL('../../docs/http-api.md', import.meta.url), 'utf8');
const section = /\n## Agent Jobs\n[\s\S]*?(?=\n## )/.exec(page)[0];
const documented_id = '0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';

const blocks = (language) =>
  [...section.matchAll(new RegExp(`\\n\`\`\`${language}\\n([\\s\\S]*?)\\n\`\`\``, 'g'))].map(([, text]) => text);

/** A console block: its command, and the JSON that it prints. */
function take_apart(block) {
  const [command, answer] = block.slice('$ '.length).split(/\n(?=\{"(?:data|type)")/);
  return { command, answer: JSON.parse(answer) };
}

/** What differs from run to run, replaced by what it is. */
function masked(answer) {
  const text = JSON.stringify(answer)
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID');
  return JSON.parse(text);
}

async function output_of(command) {
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more) => (text += more));
  await guarded(new Promise((resolve) => child.once('close', resolve)), 'the end of curl');
  return JSON.parse(text);
}

test('the examples of the page print what it says', async () => {
  const config = JSON.parse(blocks('json')[0]);
  const examples = blocks('console').map(take_apart);
  assert.ok(examples.length >= 5);
  await with_server({ config }, async (server) => {
    let id = documented_id;
    for (const { command, answer } of examples) {
      const here = command.replace('http://127.0.0.1:3000', server.url).replace(documented_id, id);
      const printed = await output_of(here);
      assert.deepEqual(masked(printed), masked(answer), command);
      if (printed.data?.job_id) id = printed.data.job_id;
    }
  });
});
