// Who takes part, with which settings, and what each keeps through a crash.
import { beanstalkd_peer } from './beanstalkd.mjs';
import { bullmq_peer } from './bullmq.mjs';
import { callboard_peer } from './callboard.mjs';
import { pg_boss_peer } from './pg_boss.mjs';

/** Only the same promise is compared: each class has its own table and its own divisor. */
export const classes = {
  memory: 'nothing is kept',
  process: 'kept if the process dies, the last moments lost with the machine',
  power: 'all that was confirmed survives a loss of power',
};

const nothing = { kill: 'nothing', power_loss: 'nothing' };
const all = { kill: 'all confirmed', power_loss: 'all confirmed' };
const all_but = (lost) => ({ kill: 'all confirmed', power_loss: `all but ${lost}` });

const callboard_stores = [
  ['memory', 'memory:', 'full', nothing],
  ['process', 'sqlite:callboard.db', 'normal', all_but('the last seconds')],
  ['power', 'sqlite:callboard.db', 'full', all],
];

function callboard_peers() {
  return callboard_stores.flatMap(([durability, store, store_sync, survives]) =>
    [true, false].map((is_worker_outside) => {
      const settings = durability === 'memory' ? 'memory:' : `sqlite, storeSync ${store_sync}`;
      const worker = is_worker_outside ? 'worker outside' : 'echo inside';
      return new callboard_peer({
        id: `callboard-${durability}-${is_worker_outside ? 'http' : 'echo'}`,
        short: `${settings}, ${worker}`,
        settings: `${settings}; ${is_worker_outside ? '`http`' : '`echo`'} agent`,
        durability,
        survives,
        store,
        store_sync,
        is_worker_outside,
      });
    }),
  );
}

const beanstalkd_peers = () => [
  new beanstalkd_peer({
    id: 'beanstalkd-memory',
    short: 'no log',
    settings: 'no log',
    durability: 'memory',
    survives: nothing,
  }),
  new beanstalkd_peer({
    id: 'beanstalkd-process',
    short: 'log, flushed every 50 ms',
    settings: '-b DIR (-f50, its default)',
    log_arguments: [],
    durability: 'process',
    // It flushes with the first write after these 50 ms, so not while nothing is written.
    survives: all_but('what came after the last flush'),
  }),
  new beanstalkd_peer({
    id: 'beanstalkd-power',
    short: 'log, flushed each time',
    settings: '-b DIR -f0',
    log_arguments: ['-f0'],
    durability: 'power',
    survives: all,
  }),
];

const bullmq_peers = () => [
  new bullmq_peer({
    id: 'bullmq-memory',
    short: 'no log',
    settings: 'appendonly no, save ""',
    redis_settings: ['appendonly no'],
    durability: 'memory',
    survives: nothing,
  }),
  new bullmq_peer({
    id: 'bullmq-process',
    short: 'appendfsync everysec',
    settings: 'appendonly yes, appendfsync everysec',
    redis_settings: ['appendonly yes', 'appendfsync everysec'],
    durability: 'process',
    // Its writes wait for a flush that is under way, by up to two seconds.
    survives: {
      kill: 'all but 2 s, if the disk is slow',
      power_loss: 'all but the last 2 s',
    },
  }),
  new bullmq_peer({
    id: 'bullmq-power',
    short: 'appendfsync always',
    settings: 'appendonly yes, appendfsync always',
    redis_settings: ['appendonly yes', 'appendfsync always'],
    durability: 'power',
    survives: all,
  }),
];

const pg_boss_peers = () => [
  new pg_boss_peer({
    id: 'pg-boss-process',
    short: 'synchronous_commit off',
    settings: 'synchronous_commit off',
    synchronous_commit: 'off',
    durability: 'process',
    survives: { kill: 'all but the last 0.6 s', power_loss: 'all but the last 0.6 s' },
  }),
  new pg_boss_peer({
    id: 'pg-boss-power',
    short: 'synchronous_commit on',
    settings: 'synchronous_commit on',
    synchronous_commit: 'on',
    durability: 'power',
    survives: all,
  }),
];

/** All of them, not started; `reference` names whom each is compared with. */
export function all_contestants() {
  const peers = [
    ...callboard_peers(),
    ...beanstalkd_peers(),
    ...bullmq_peers(),
    ...pg_boss_peers(),
  ];
  for (const peer of peers) peer.reference = `callboard-${peer.durability}-http`;
  return peers;
}
