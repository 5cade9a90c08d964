import { AggregatorRegistry } from 'prom-client';
import { type Counts, DURATION_BUCKETS, FAMILIES, type Family } from '../../metrics.ts';
import { VERSION } from '../../version.ts';
import type { Supervisor } from '../supervisor.ts';

/** A sample and a family of them, as prom-client's registries exchange them. */
interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
}
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly values: readonly Sample[];
  readonly aggregator: 'sum';
}

/** What is counted and how it is now, in the text format of Prometheus. */
export async function exposition(supervisor: Supervisor): Promise<{ text: string; contentType: string }> {
  const registry = AggregatorRegistry.aggregate([[...counted(supervisor.totals.list()), ...current(supervisor)]]);
  return { text: await registry.metrics(), contentType: registry.contentType };
}

function counted(totals: readonly Counts[]): Metric[] {
  return (Object.keys(FAMILIES) as Family[]).map((family) => {
    const { name, help } = FAMILIES[family];
    const own = totals.filter((counts) => counts.family === family);
    const isHistogram = name.endsWith('_seconds');
    const values = own.flatMap((counts) => (isHistogram ? histogram(name, counts) : [simple(counts)]));
    return metric(name, help, isHistogram ? 'histogram' : 'counter', values);
  });
}

function labelsOf({ family, labels }: Counts): Record<string, string> {
  return Object.fromEntries(FAMILIES[family].labels.map((label, index) => [label, labels[index] ?? '']));
}

function simple(counts: Counts): Sample {
  return { labels: labelsOf(counts), value: counts.values[0] ?? 0 };
}

/** Prometheus' buckets hold all that is below their end; ours each their own. */
function histogram(name: string, counts: Counts): Sample[] {
  const labels = labelsOf(counts);
  let count = 0;
  const buckets = [...DURATION_BUCKETS, '+Inf'].map((le, index) => {
    count += counts.values[index] ?? 0;
    return { labels: { ...labels, le }, value: count, metricName: `${name}_bucket` };
  });
  const sum = counts.values.at(-1) ?? 0;
  return [
    ...buckets,
    { labels, value: sum, metricName: `${name}_sum` },
    { labels, value: count, metricName: `${name}_count` },
  ];
}

function current(supervisor: Supervisor): Metric[] {
  const { workers, events, startedAt } = supervisor;
  const serving = workers.filter(({ isAccepting, draining }) => isAccepting && !draining);
  const states = workers.flatMap(({ pid, state }) => (state === undefined ? [] : [{ pid: pid ?? 0, state }]));
  const each = (value: (state: (typeof states)[number]['state']) => number): Sample[] =>
    states.map(({ pid, state }) => ({ labels: { pid }, value: value(state) }));
  return [
    gauge('mapgate_info', 'Version', [{ labels: { version: VERSION }, value: 1 }]),
    gauge('mapgate_start_time_seconds', 'Start of the supervisor, since 1970', [one(startedAt / 1000)]),
    gauge('mapgate_generation', 'Configurations begun with', [one(supervisor.generation)]),
    gauge('mapgate_workers', 'Worker processes', [
      { labels: { state: 'serving' }, value: serving.length },
      { labels: { state: 'draining' }, value: workers.filter(({ draining }) => draining).length },
    ]),
    metric('mapgate_worker_restarts_total', 'Workers that died', 'counter', [one(events.restarts)]),
    metric('mapgate_reloads_total', 'Reloads', 'counter', [
      { labels: { result: 'ok' }, value: events.reloads },
      { labels: { result: 'failed' }, value: events.failedReloads },
    ]),
    gauge(
      'mapgate_pending_requests',
      'Requests under way in a worker',
      each(({ pending }) => pending),
    ),
    gauge(
      'mapgate_waiting',
      'Work under way in a worker that waits, by what for',
      states.flatMap(({ pid, state }) =>
        Object.entries(state.waiting).map(([phase, value]) => ({ labels: { pid, for: phase }, value })),
      ),
    ),
    gauge(
      'mapgate_resident_memory_bytes',
      'Of a worker',
      each(({ residentMemory }) => residentMemory),
    ),
    gauge(
      'mapgate_event_loop_delay_seconds',
      'How late timers came at most since the last report of a worker',
      each(({ eventLoopDelay }) => eventLoopDelay.max / 1000),
    ),
  ];
}

function one(value: number): Sample {
  return { labels: {}, value };
}

function gauge(name: string, help: string, values: readonly Sample[]): Metric {
  return metric(name, help, 'gauge', values);
}

function metric(name: string, help: string, type: Metric['type'], values: readonly Sample[]): Metric {
  return { name, help, type, values, aggregator: 'sum' };
}
