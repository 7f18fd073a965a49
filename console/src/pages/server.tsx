import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { getJson } from '../api';
import { useBuckets } from '../buckets';
import { bytes, count, duration } from '../format';
import { browse } from '../router';
import { isDark } from '../theme';
import { Icon } from '../ui/icons';
import { Loading, Problem } from '../ui/kit';

// One column an observation, oldest first; rates are a second's.
interface Server {
  version: string;
  uptime_seconds: number;
  healthy: boolean;
  why: string;
  disk: { total: number; free: number };
  connections: number;
  requests_total: number;
  history: { time: number[]; requests: number[]; errors: number[]; received: number[]; sent: number[] };
}

interface Series {
  label: string;
  values: number[];
  color: string;
}

function Chart({ title, time, series, unit }: { title: string; time: number[]; series: Series[]; unit: (value: number) => string }) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  useEffect(() => {
    let gone = false;
    const resize = new ResizeObserver(() => plot.current?.setSize({ width: holder.current!.clientWidth, height: 190 }));
    void Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]).then(([{ default: UPlot }]) => {
      if (gone || !holder.current) return;
      const soft = isDark() ? '#a3b2b4' : '#4c5a5c';
      const grid = { stroke: isDark() ? '#2b373b' : '#e4e9ea', width: 1 };
      plot.current = new UPlot(
        {
          width: holder.current.clientWidth,
          height: 190,
          legend: { show: false },
          cursor: { y: false },
          scales: { y: { range: (_, __, max) => [0, Math.max(max * 1.15, 1)] } },
          axes: [
            { stroke: soft, grid, ticks: grid },
            { stroke: soft, grid, ticks: grid, size: 72, values: (_, ticks) => ticks.map(unit) },
          ],
          series: [{}, ...series.map(({ label, color }) => ({ label, stroke: color, width: 2, fill: `${color}22`, points: { show: false } }))],
        },
        [time, ...series.map((one) => one.values)],
        holder.current,
      );
      resize.observe(holder.current);
    });
    return () => {
      gone = true;
      resize.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, []);
  useEffect(() => plot.current?.setData([time, ...series.map((one) => one.values)]), [time]);
  const last = (values: number[]) => unit(values[values.length - 1] ?? 0);
  const summary = series.map((one) => `${one.label} ${last(one.values)}`).join(', ');
  return (
    <figure class="card">
      <figcaption class="head">
        <h2 class="grow">{title}</h2>
        {series.map((one) => (
          <span key={one.label} class="badge">
            <svg width="10" height="10" aria-hidden="true">
              <circle cx="5" cy="5" r="5" fill={one.color} />
            </svg>
            {one.label} {last(one.values)}
          </span>
        ))}
      </figcaption>
      <div class="chart" ref={holder} role="img" aria-label={`${title}: ${summary} at present`} />
    </figure>
  );
}

function Usage() {
  const buckets = useBuckets();
  const list = [...(buckets.data ?? [])].sort((a, b) => b.bytes - a.bytes).slice(0, 10);
  const most = Math.max(1, ...list.map((one) => one.bytes));
  if (list.length === 0) return null;
  return (
    <section class="card">
      <h2>Largest buckets</h2>
      <div class="table-card">
        <table>
          <thead>
            <tr>
              <th>Bucket</th>
              <th class="only-wide">Share</th>
              <th class="number">Objects</th>
              <th class="number">Size</th>
            </tr>
          </thead>
          <tbody>
            {list.map((bucket) => (
              <tr key={bucket.name}>
                <td>
                  <a href={browse(bucket.name)}>{bucket.name}</a>
                </td>
                <td class="only-wide share">
                  <div class="meter">
                    <span style={{ width: `${(bucket.bytes / most) * 100}%` }} />
                  </div>
                </td>
                <td class="number">{count(bucket.objects)}</td>
                <td class="number">{bytes(bucket.bytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function ServerPage() {
  const server = useQuery({ queryKey: ['server'], queryFn: () => getJson<Server>('server'), refetchInterval: 5000 });
  const buckets = useBuckets();
  if (server.isPending) return <Loading />;
  if (server.isError) {
    return (
      <div class="content">
        <h1>Monitoring</h1>
        <Problem problem={server.error} retry={() => void server.refetch()} />
      </div>
    );
  }
  const { disk, history, healthy, why, uptime_seconds, version } = server.data;
  const used = disk.total - disk.free;
  const rate = (value: number) => `${bytes(value)}/s`;
  const perSecond = (value: number) => `${value >= 10 ? Math.round(value) : value.toFixed(1)}/s`;
  const total = (pick: 'objects' | 'bytes') => (buckets.data ?? []).reduce((sum, bucket) => sum + bucket[pick], 0);
  return (
    <div class="content">
      <div class="head">
        <h1 class="grow">Monitoring</h1>
        <span class={`badge ${healthy ? 'good' : 'warn'}`}>
          <Icon name={healthy ? 'check' : 'warning'} />
          {healthy ? 'healthy' : why}
        </span>
        <span class="badge">
          <Icon name="clock" />
          up {duration(uptime_seconds)}
        </span>
        <span class="badge">Holdfast {version}</span>
      </div>
      <div class="cards">
        <div class="card figure">
          <p class="soft">Stored</p>
          <p class="value">{bytes(total('bytes'))}</p>
        </div>
        <div class="card figure">
          <p class="soft">Objects</p>
          <p class="value">{count(total('objects'))}</p>
        </div>
        <div class="card figure">
          <p class="soft">Buckets</p>
          <p class="value">{count(buckets.data?.length ?? 0)}</p>
        </div>
        <div class="card figure">
          <p class="soft">Disk: {bytes(disk.free)} free</p>
          <p class="value">{disk.total ? Math.round((used / disk.total) * 100) : 0} %</p>
          <div class="meter">
            <span style={{ width: `${disk.total ? (used / disk.total) * 100 : 0}%` }} />
          </div>
        </div>
      </div>
      <Chart
        title="Requests"
        time={history.time}
        unit={perSecond}
        series={[
          { label: 'all', values: history.requests, color: '#0d9488' },
          { label: 'failed', values: history.errors, color: '#dc2626' },
        ]}
      />
      <Chart
        title="Throughput"
        time={history.time}
        unit={rate}
        series={[
          { label: 'in', values: history.received, color: '#2563eb' },
          { label: 'out', values: history.sent, color: '#d97706' },
        ]}
      />
      <Usage />
    </div>
  );
}
