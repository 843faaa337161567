import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { ClienteleError } from '../errors.ts';
import type { Trace } from './trace.ts';

export interface TraceOptions {
  /** Base URL of an OTLP/HTTP receiver; spans go to its `/v1/traces`. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly service: string;
  readonly version: string;
}

/** A trace that goes to a collector, and what Temporal's interceptors need to write into the same one. */
export interface OpenTrace extends Trace {
  readonly processor: SpanProcessor;
  readonly resource: Resource;
  /** Sends what is still held back. */
  close(): Promise<void>;
}

const codeOf = (error: unknown): string => (error instanceof ClienteleError ? error.code : error instanceof Error ? error.name : 'UNKNOWN');

/** Opens the one tracer of this process: OpenTelemetry's context is global by its own design, since libraries must find it. */
export function openTrace({ endpoint, headers, service, version }: TraceOptions): OpenTrace {
  const resource = new Resource({ 'service.name': service, 'service.version': version, 'process.pid': process.pid });
  const processor = new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces`, headers: { ...headers } }), { scheduledDelayMillis: 1_000, maxQueueSize: 16_384, maxExportBatchSize: 1_024 });
  const provider = new NodeTracerProvider({ resource, spanProcessors: [processor] });
  provider.register();
  const tracer = provider.getTracer('clientele', version);
  return {
    processor, resource,
    span: (name, facts, work) => tracer.startActiveSpan(name, { attributes: { ...facts }, kind: SpanKind.CLIENT }, async (span) => {
      try {
        return await work({
          set: (more) => { span.setAttributes({ ...more }); },
          note: (event, more) => { span.addEvent(event, { ...more }); },
          fail: (code) => { span.setStatus({ code: SpanStatusCode.ERROR, message: code }); },
        });
      } catch (error) {
        // The code alone: messages repeat rows and addresses.
        span.setStatus({ code: SpanStatusCode.ERROR, message: codeOf(error) });
        throw error;
      } finally {
        span.end();
      }
    }),
    close: () => provider.shutdown(),
  };
}
