// The examples of docs/http-api.md on the Agent Jobs and the Scheduled Jobs API, run as they stand there.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { with_server } from './server.mjs';
import { guarded, until } from './until.mjs';

const page = await readFile(new URL('../../docs/http-api.md', import.meta.url), 'utf8');
const documented_id = '0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';

const section_of = (title) => new RegExp(`\\n## ${title}\\n[\\s\\S]*?(?=\\n## )`).exec(page)[0];

const blocks = (section, language) =>
  [...section.matchAll(new RegExp(`\\n\`\`\`${language}\\n([\\s\\S]*?)\\n\`\`\``, 'g'))].map(([, text]) => text);

/** A console block: its command, and the JSON that it prints. */
function take_apart(block) {
  const [command, answer] = block.slice('$ '.length).split(/\n(?=[{[])/);
  return { command, answer: JSON.parse(answer) };
}

/** What differs from run to run, replaced by what it is. Times that the command asks for do not. */
function masked(answer, command) {
  if (command.includes('after=')) return answer;
  const text = JSON.stringify(answer)
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replace(/"durationMs":\d+/g, '"durationMs":0')
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

/** Whether a command only looks, so that it may be asked again until what it shows has happened. */
const only_looks = (command) => !/ -(d|X) /.test(command);

async function print_same(command, answer) {
  let printed;
  await until(`what ${command} is to print`, async () => {
    printed = await output_of(command);
    return !only_looks(command) || isDeepStrictEqual(masked(printed, command), masked(answer, command));
  }).catch(() => {}); // told in full below
  assert.deepEqual(masked(printed, command), masked(answer, command), command);
  return printed;
}

for (const [title, id_of] of [
  ['Agent Jobs', (printed) => printed.data?.job_id],
  ['Scheduled Jobs', (printed) => printed.id],
]) {
  test(`the examples on ${title} print what the page says`, async () => {
    const section = section_of(title);
    const config = JSON.parse(blocks(section, 'json')[0]);
    const examples = blocks(section, 'console').map(take_apart);
    assert.ok(examples.length >= 5);
    await with_server({ config }, async (server) => {
      let id = documented_id;
      for (const { command, answer } of examples) {
        const here = command.replace('http://127.0.0.1:3000', server.url).replace(documented_id, id);
        id = id_of(await print_same(here, answer)) ?? id;
      }
    });
  });
}
