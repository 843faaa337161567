import { ClienteleError } from '../gateways/errors.ts';
import { openS3, type S3Settings } from '../gateways/object-store/open-s3.ts';
import { openLakeMirror, type LakeMirror } from '../gateways/warehouse/lake-mirror.ts';

/** A lake in an object store: where, who asks, and below which prefix. */
export interface LakeStore extends S3Settings {
  /** Empty, or ending in a slash. */
  readonly prefix: string;
}

const invalid = (name: string, problem: string, remedy: string): never => { throw new ClienteleError('ENVIRONMENT_INVALID', { name, problem, remedy }); };

/**
 * The object store that LAKE names, with the keys and the endpoint in the variables that the AWS command line reads; undefined where LAKE is a folder.
 * @throws ClienteleError ENVIRONMENT_INVALID
 */
export function readLakeStore(variables: Readonly<NodeJS.ProcessEnv>): LakeStore | undefined {
  const given = (name: string): string | undefined => variables[name] || undefined;
  const lake = given('LAKE');
  if (lake === undefined || !/^[a-z][a-z0-9+.-]+:\/\//i.test(lake)) return undefined;
  const [, bucket, path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(lake) ?? invalid('LAKE', `${lake} is neither a folder nor s3://bucket/prefix`, 'Set it to a folder that all workers share, or to an S3 bucket.');
  const needed = (name: string): string => given(name) ?? invalid(name, 'not set', 'A lake in S3 needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.');
  const prefix = path.replace(/^\/+|\/+$/g, '');
  const endpoint = given('AWS_ENDPOINT_URL_S3') ?? given('AWS_ENDPOINT_URL');
  if (endpoint !== undefined && !(URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol))) invalid('AWS_ENDPOINT_URL', 'no http or https URL', 'Set it to the address of the store, for example https://minio.example:9000.');
  return {
    bucket: bucket!, prefix: prefix === '' ? '' : `${prefix}/`, endpoint, region: given('AWS_REGION') ?? given('AWS_DEFAULT_REGION') ?? 'us-east-1',
    accessKeyId: needed('AWS_ACCESS_KEY_ID'), secretAccessKey: needed('AWS_SECRET_ACCESS_KEY'), sessionToken: given('AWS_SESSION_TOKEN'),
  };
}

/** The folder `lake` of this machine as a mirror of the object store; undefined where the folder is the lake itself. */
export function lakeMirrorOf({ lake, lakeStore }: { readonly lake: string; readonly lakeStore?: LakeStore }): LakeMirror | undefined {
  return lakeStore === undefined ? undefined : openLakeMirror({ store: openS3(lakeStore), prefix: lakeStore.prefix, folder: lake });
}
