import { DefaultLogger, Runtime } from '@temporalio/worker';

// Held cycles, refused updates and cancelled activities are what these tests are about: their warnings would hide real ones.
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'off', forward: {} } } });
