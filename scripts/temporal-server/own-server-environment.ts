/**
 * An environment in which Temporal's clients speak to a server that we started: its address, and none of the TLS, API key or profile
 * settings that a person has for another server.
 */
export function ownServerEnvironment(environment: Readonly<NodeJS.ProcessEnv>, address: string): NodeJS.ProcessEnv {
  const others = Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('TEMPORAL_')));
  // A file that is not there is read as no settings; without this the person's own file would be read.
  return { ...others, TEMPORAL_ADDRESS: address, TEMPORAL_CONFIG_FILE: 'no-settings.toml' };
}
