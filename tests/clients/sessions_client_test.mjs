// The published client @elizaos/api-client through every method of its sessions service.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, ElizaClient } from '@elizaos/api-client';
import { agent_ids, user_id, uuid_pattern } from '../e2e/jobs.mjs';
import { answer_json, with_peer } from '../e2e/peer.mjs';
import { with_server } from '../e2e/server.mjs';
import { until } from '../e2e/until.mjs';

const echo = { id: agent_ids.echo, name: 'echo', type: 'echo' };

const with_client = (config, body) =>
  with_server({ config: { agents: [echo], ...config } }, (server) =>
    body(ElizaClient.create({ baseUrl: server.url }), server));

const create = (client, more = {}) =>
  client.sessions.createSession({ agentId: agent_ids.echo, userId: user_id, ...more });

async function rejection_of(promise) {
  const fault = await promise.then(() => assert.fail('no error'), (error) => error);
  assert.ok(fault instanceof ApiError, String(fault));
  return { status: fault.status, code: fault.code, message: fault.message };
}

test('the seed: create a session, send a message, wait for the answer', () =>
  with_client({}, async (client) => {
    const session = await client.sessions.createSession({
      agentId: agent_ids.echo,
      userId: user_id,
      metadata: { platform: 'web' },
    });
    const response = await client.sessions.sendMessageSync(session.sessionId, {
      content: 'What is the weather like?',
    });

    assert.equal(response.success, true);
    assert.equal(response.agentResponse.text, 'echo: What is the weather like?');
    assert.equal(response.userMessage.content, 'What is the weather like?');
    assert.equal(response.userMessage.authorId, user_id);
    assert.deepEqual(Object.keys(response.sessionStatus), [
      'expiresAt', 'renewalCount', 'wasRenewed', 'isNearExpiration',
    ]);
    assert.equal(response.sessionStatus.wasRenewed, true);
    assert.match(response.jobId, uuid_pattern);
  }));

test('listAgents', () =>
  with_client({}, async (client) => {
    const { agents } = await client.agents.listAgents();

    assert.deepEqual(agents, [
      { id: agent_ids.echo, name: 'echo', characterName: 'echo', bio: '', status: 'active' },
    ]);
  }));

test('createSession, getSession and listSessions show the same session', () =>
  with_client({}, async (client) => {
    const made = await create(client, { metadata: { username: 'ada', n: 1 } });

    assert.deepEqual(Object.keys(made), [
      'sessionId', 'channelId', 'agentId', 'userId', 'createdAt', 'metadata', 'expiresAt', 'timeoutConfig',
    ]);
    assert.equal(Date.parse(made.expiresAt) - Date.parse(made.createdAt), 30 * 60_000);
    assert.deepEqual(made.timeoutConfig, {
      timeoutMinutes: 30, autoRenew: true, maxDurationMinutes: 720, warningThresholdMinutes: 5,
    });
    const shown = await client.sessions.getSession(made.sessionId);
    assert.deepEqual(Object.keys(shown), [
      'sessionId', 'channelId', 'agentId', 'userId', 'createdAt', 'lastActivity', 'metadata', 'expiresAt',
      'timeoutConfig', 'renewalCount', 'timeRemaining', 'isNearExpiration',
    ]);
    assert.deepEqual(shown.metadata, { username: 'ada', n: 1 });
    assert.equal(shown.renewalCount, 0);
    assert.ok(shown.timeRemaining > 0 && shown.timeRemaining <= 30 * 60_000);
    const { sessions, total, stats } = await client.sessions.listSessions();
    assert.deepEqual(sessions.map(({ sessionId }) => sessionId), [made.sessionId]);
    assert.equal(total, 1);
    assert.deepEqual(stats, { totalSessions: 1, activeSessions: 1, expiredSessions: 0 });
  }));

test('sendMessage answers at once unless it is asked to wait', () =>
  with_client({}, async (client) => {
    const { sessionId: id } = await create(client);

    const fired = await client.sessions.sendMessage(id, { content: 'one', metadata: { tags: ['a'] } });
    const waited = await client.sessions.sendMessage(id, { content: 'two', transport: 'http' });

    assert.equal(fired.agentResponse, undefined);
    assert.deepEqual(fired.userMessage.metadata, { tags: ['a'] });
    assert.equal(waited.agentResponse.text, 'echo: two');
    const { messages, hasMore } = await client.sessions.getMessages(id);
    assert.equal(hasMore, false);
    // Whether the first answer comes before the second message is a matter of luck.
    const contents = messages.map(({ content }) => content);
    assert.deepEqual(contents.filter((each) => each.startsWith('echo')), ['echo: two', 'echo: one']);
    assert.deepEqual(contents.filter((each) => !each.startsWith('echo')), ['two', 'one']);
    assert.equal(contents[0], 'echo: two');
    for (const { content, isAgent } of messages) assert.equal(isAgent, content.startsWith('echo'));
    assert.equal(messages[contents.indexOf('two')].id, waited.userMessage.id);
    const { result } = await client.jobs.getJob(waited.jobId);
    assert.equal(messages[0].id, result.message.id);
  }));

test('getMessages pages both ways, with dates of every kind', () =>
  with_client({}, async (client) => {
    const { sessionId: id } = await create(client);
    for (const content of ['a', 'b', 'c']) await client.sessions.sendMessageSync(id, { content });
    const all = (await client.sessions.getMessages(id)).messages;
    assert.equal(all.length, 6);
    const times = all.map(({ createdAt }) => Date.parse(createdAt));
    assert.ok(times.every((time, index) => index === 0 || time < times[index - 1]), String(times));

    const newest = await client.sessions.getMessages(id, { limit: 4 });
    assert.deepEqual(newest.messages, all.slice(0, 4));
    assert.equal(newest.hasMore, true);
    assert.deepEqual(newest.cursors, { before: times[3], after: times[0] });
    for (const before of [newest.cursors.before, new Date(times[3]), all[3].createdAt]) {
      const older = await client.sessions.getMessages(id, { limit: 4, before });
      assert.deepEqual(older.messages, all.slice(4));
      assert.equal(older.hasMore, false);
    }
    const oldest = await client.sessions.getMessages(id, { limit: 2, after: times[4] });
    assert.deepEqual(oldest.messages, all.slice(2, 4));
    assert.equal(oldest.hasMore, true);
    const between = await client.sessions.getMessages(id, { after: times[5], before: times[0] });
    assert.deepEqual(between.messages, all.slice(1, 5));
  }));

test('checkHealth', () =>
  with_client({}, async (client) => {
    await create(client);

    const health = await client.sessions.checkHealth();

    assert.deepEqual(Object.keys(health), [
      'status', 'activeSessions', 'timestamp', 'expiringSoon', 'uptime',
    ]);
    assert.equal(health.status, 'healthy');
    assert.equal(health.activeSessions, 1);
    assert.equal(health.expiringSoon, 0);
  }));

test('deleteSession tells that it went well, and then the session is gone', () =>
  with_client({}, async (client) => {
    const { sessionId: id } = await create(client);
    await client.sessions.sendMessageSync(id, { content: 'x' });

    assert.deepEqual(await client.sessions.deleteSession(id), { success: true });

    const gone = { status: 404, code: 'SESSION_NOT_FOUND', message: `Session with ID '${id}' not found` };
    assert.deepEqual(await rejection_of(client.sessions.getSession(id)), gone);
    assert.deepEqual(await rejection_of(client.sessions.getMessages(id)), gone);
    assert.deepEqual(await rejection_of(client.sessions.sendMessage(id, { content: 'x' })), gone);
    assert.deepEqual(await rejection_of(client.sessions.deleteSession(id)), gone);
    assert.equal((await client.sessions.listSessions()).total, 0);
  }));

test('refusals have code and message', () =>
  with_client({}, async (client) => {
    const { sessionId: id } = await create(client);

    assert.deepEqual(await rejection_of(client.sessions.createSession({})), {
      status: 400, code: 'VALIDATION_ERROR', message: 'Missing required fields: agentId, userId',
    });
    assert.deepEqual(await rejection_of(create(client, { agentId: agent_ids.first })), {
      status: 404, code: 'AGENT_NOT_FOUND', message: `Agent with ID '${agent_ids.first}' not found`,
    });
    assert.deepEqual(await rejection_of(client.sessions.sendMessage(id, { content: 'x'.repeat(4001) })), {
      status: 400,
      code: 'VALIDATION_ERROR',
      message: 'Invalid content: Content exceeds maximum length of 4000 characters',
    });
  }));

test('an agent sees the conversation, and its thoughts come back', () =>
  with_peer(
    (task, response) => answer_json(response, 200, {
      content: `you said ${task.content}`,
      metadata: { thought: 'hm', actions: ['REPLY'], tokens: 3 },
    }),
    (peer) => {
      const agents = [{ id: agent_ids.first, name: 'peer', type: 'http', url: peer.url }];
      return with_client({ agents }, async (client) => {
        const { sessionId: id } = await create(client, {
          agentId: agent_ids.first, metadata: { platform: 'web', mood: 'fine' },
        });
        await client.sessions.sendMessageSync(id, { content: 'one' });
        const { agentResponse } = await client.sessions.sendMessageSync(id, {
          content: 'two',
          metadata: { mood: 'better' },
          attachments: [{ type: 'image', url: 'http://example.com/a.png' }],
        });

        assert.equal(agentResponse.text, 'you said two');
        assert.equal(agentResponse.thought, 'hm');
        assert.deepEqual(agentResponse.actions, ['REPLY']);
        assert.deepEqual(agentResponse.metadata, { thought: 'hm', actions: ['REPLY'], tokens: 3 });
        const [, task] = peer.tasks;
        assert.equal(task.content, 'two');
        assert.deepEqual(task.history, [
          { role: 'user', content: 'one' }, { role: 'assistant', content: 'you said one' },
        ]);
        assert.deepEqual(task.metadata, {
          platform: 'web',
          mood: 'better',
          attachments: [{ type: 'image', url: 'http://example.com/a.png' }],
          sessionId: id,
        });
      });
    },
  ));

test('a message whose agent fails is an error with the reason', () =>
  with_peer(
    (task, response) => answer_json(response, 200, { status: 'failed', error: 'the model is asleep' }),
    (peer) => {
      const agents = [{ id: agent_ids.first, name: 'peer', type: 'http', url: peer.url }];
      return with_client({ agents }, async (client) => {
        const { sessionId: id } = await create(client, { agentId: agent_ids.first });

        assert.deepEqual(await rejection_of(client.sessions.sendMessageSync(id, { content: 'x' })), {
          status: 502,
          code: 'MESSAGE_SEND_FAILED',
          message: `Failed to send message in session '${id}': the model is asleep`,
        });
        await until('the message alone', async () => {
          const { messages } = await client.sessions.getMessages(id);
          return messages.length === 1 && !messages[0].isAgent;
        });
      });
    },
  ));
