#!/usr/bin/env node
// The command `clientele`, wherever it is called from: the bootstrap's Node 24 runs clientele.ts.
import { fileURLToPath } from 'node:url';

// Files are named from where the person stands; npm says so in the same variable.
process.env.INIT_CWD = process.cwd();
process.argv = [process.argv[0], process.argv[1], fileURLToPath(new URL('clientele.ts', import.meta.url)), ...process.argv.slice(2)];
await import('./bootstrap.mjs');
