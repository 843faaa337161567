import { z } from 'zod';
import { ClienteleError } from '../gateways/errors.ts';

/** What the environment says about traces, metrics and health. */
export interface ObservabilityEnvironment {
  /** Absent: nothing is traced, and workflows are bundled without interceptors. */
  readonly traces?: { readonly endpoint: string; readonly headers: Readonly<Record<string, string>>; readonly service: string };
  /** Absent: no health and metrics pages. */
  readonly status?: { readonly host: string; readonly port: number };
}

const empty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

/** `key=value,other=value`, percent-encoded, as OpenTelemetry writes it. */
function readHeaders(text: string | undefined): Record<string, string> {
  return Object.fromEntries((text ?? '').split(',').map((pair) => pair.trim()).filter((pair) => pair !== '').map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new ClienteleError('ENVIRONMENT_INVALID', { name: 'OTEL_EXPORTER_OTLP_HEADERS', problem: 'has a part that is no key=value', remedy: 'Write key=value, several with commas between them.' });
    return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())] as const;
  }));
}

/**
 * Reads OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME, OTEL_SDK_DISABLED, STATUS_HOST and STATUS_PORT.
 * @throws ClienteleError ENVIRONMENT_INVALID
 */
export function readObservability(variables: Readonly<NodeJS.ProcessEnv>): ObservabilityEnvironment {
  const endpoint = variables['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' ? undefined : empty(variables['OTEL_EXPORTER_OTLP_ENDPOINT']);
  if (endpoint !== undefined && !z.url({ protocol: /^https?$/ }).safeParse(endpoint).success) {
    throw new ClienteleError('ENVIRONMENT_INVALID', { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', problem: 'no http or https URL', remedy: 'Give the base address of an OTLP/HTTP receiver, for example http://localhost:4318.' });
  }
  const port = empty(variables['STATUS_PORT']);
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) <= 65_535)) {
    throw new ClienteleError('ENVIRONMENT_INVALID', { name: 'STATUS_PORT', problem: 'no port', remedy: 'Give a number up to 65535, 0 for any that is free, or leave it unset.' });
  }
  return {
    ...(endpoint === undefined ? {} : { traces: { endpoint, headers: readHeaders(variables['OTEL_EXPORTER_OTLP_HEADERS']), service: empty(variables['OTEL_SERVICE_NAME']) ?? 'clientele' } }),
    ...(port === undefined ? {} : { status: { host: empty(variables['STATUS_HOST']) ?? '127.0.0.1', port: Number(port) } }),
  };
}
