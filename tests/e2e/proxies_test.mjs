// The server behind proxies that keep their connections to it: as many requests reach it as the proxy
// has passed on, and every client gets the answer to its own.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { jobs_path, user_id } from './jobs.mjs';
import { with_directory, with_server } from './server.mjs';
import { smuggling_cases } from './smuggling.mjs';
import { guarded, until } from './until.mjs';
import { call, raw_connection } from './wire.mjs';

/** How each proxy is told to listen on `port`, to pass all on to `backend`, and to log what it passed on. */
const proxies = {
  nginx: {
    config: (port, backend) => `
      daemon off; worker_processes 1; pid nginx.pid; error_log error.log;
      events { worker_connections 256; }
      http {
        log_format passed '$upstream_status $request';
        access_log access.log passed;
        client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
        upstream backend { server 127.0.0.1:${backend}; keepalive 1; }
        server {
          listen 127.0.0.1:${port}; lingering_close off;
          location / {
            proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
            proxy_request_buffering off; proxy_next_upstream off;
          }
        }
      }`,
    args: (file, directory) => ['-p', directory, '-e', 'error.log', '-c', file],
    log: (directory) => readFile(path.join(directory, 'access.log'), 'latin1'),
    // "-": not passed on.
    passed_on: (line) => /^\d{3} /.test(line),
    status: (line) => Number(line.slice(0, 3)),
  },
  haproxy: {
    config: (port, backend) => `
      global
        log stdout format raw local0
      defaults
        mode http
        timeout connect 10s
        timeout client 10s
        timeout server 60s
        retries 0
        option http-keep-alive
        http-reuse always
      frontend front
        bind 127.0.0.1:${port}
        log global
        log-format "%ST %Tr %s %{+Q}r"
        default_backend back
      backend back
        server callboard 127.0.0.1:${backend} pool-max-conn 1
    `,
    args: (file) => ['-db', '-f', file],
    log: (_, output) => output.stdout,
    // "-1": the server has not answered, as haproxy gave up in the middle of a body.
    passed_on: (line) => /^\d{3} \d+ callboard /.test(line),
    status: (line) => Number(line.slice(0, 3)),
  },
};

const is_installed = (name) => spawnSync(name, ['-v']).error === undefined;

/** A port that nobody had a moment ago: neither proxy can choose one itself and tell. */
async function free_port() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs `body` with a proxy in front of a server: `{port, lines()}`. */
async function with_proxy(name, backend, body) {
  await with_directory(async (directory) => {
    const port = await free_port();
    const file = path.join(directory, 'proxy.conf');
    await writeFile(file, `${proxies[name].config(port, backend)}\n`);
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', name, ...proxies[name].args(file, directory)]);
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('latin1').on('data', (text) => (output[stream] += text));
    }
    const ended = new Promise((resolve) => child.once('close', resolve));
    try {
      await until(`${name} to listen`, () => {
        assert.equal(child.exitCode, null, output.stderr);
        return call(port, 'GET', '/livez').then(({ status }) => status === 200, () => false);
      });
      const lines = async () => (await proxies[name].log(directory, output)).split('\n').filter(Boolean);
      await body({ port, lines });
    } finally {
      child.kill('SIGTERM');
      await guarded(ended, `the end of ${name}`);
    }
  });
}

/** The ids of the requests that the server has answered, as its log has them. */
function requests_in(log) {
  return [...log.matchAll(/"message":"request".*$/gm)].map(([line]) => line);
}

const content_of = (text) => JSON.stringify({ userId: user_id, content: text });

/** Creates a job through the proxy and sees that the answer is the one to this request. */
async function assert_own_answer(port, text) {
  const created = await call(port, 'POST', jobs_path, { json: { userId: user_id, content: text } });
  assert.equal(created.status, 201, created.text);
  const shown = await call(port, 'GET', `${jobs_path}/${created.json.jobId}`);
  assert.equal(shown.json?.prompt, text, shown.text);
}

for (const name of Object.keys(proxies)) {
  const skip = is_installed(name) ? false : `${name} is not installed`;
  test(`behind ${name} no request is found that it has not seen`, { skip }, () => {
    const config = { log: { level: 'debug', format: 'json', directory: '' }, capacity: { maxJobs: 100_000 } };
    return with_server({ config }, (server) =>
      with_proxy(name, server.port, async ({ port, lines }) => {
        // Both logs come late.
        const before = {
          seen: await settled(async () => requests_in(server.log).length),
          passed: await settled(async () => (await passed_on(name, lines)).length),
        };
        const cases = smuggling_cases(jobs_path, content_of('smuggled'));
        for (const [index, { name: what, bytes }] of cases.entries()) {
          const attacker = new raw_connection(port);
          attacker.write(Buffer.from(bytes, 'latin1'));
          await attacker.answered_or_closed(what, 30_000).catch((fault) => {
            // A proxy may wait for more; it must not have passed on what it then takes for something else.
            if (!/in vain/.test(String(fault))) throw fault;
          });
          for (let victim = 0; victim < 3; ++victim) {
            await assert_own_answer(port, `victim ${index} ${victim} of ${what}`);
          }
          attacker.destroy();
        }

        await until('the logs to agree', async () => {
          const passed = (await passed_on(name, lines)).length - before.passed;
          return requests_in(server.log).length - before.seen === passed;
        }).catch(async (fault) => {
          const passed = (await passed_on(name, lines)).length - before.passed;
          throw new Error(`${passed} requests in, ${requests_in(server.log).length - before.seen} found`, { cause: fault });
        });
        const created = (await passed_on(name, lines))
          .filter((line) => proxies[name].status(line) === 201).length;
        const { json } = await server.call('GET', `${jobs_path}/health`);
        assert.equal(json.totalJobs, created, 'as many jobs as requests that made one');
      }));
  });
}

async function passed_on(name, lines) {
  return (await lines()).filter(proxies[name].passed_on);
}

/** A count, once it does not change any more and is not 0. */
async function settled(count) {
  let last = -1;
  return until('a log to settle', async () => {
    const now = await count();
    const is_settled = now === last && now > 0;
    last = now;
    return is_settled && now;
  });
}
