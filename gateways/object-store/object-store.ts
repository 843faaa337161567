/** One object of a store. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** Changes whenever the content does; of a plain S3 object it is the MD5 of its bytes. */
  readonly etag: string;
}

/** A flat store of whole objects: what is put is there whole or not at all. */
export interface ObjectStore {
  /** For errors and people, without keys or passwords: `s3://bucket`. */
  readonly name: string;
  /** Every object whose key begins so, by key. */
  list(prefix: string): Promise<readonly StoredObject[]>;
  /** Writes an object's content to a file, which is only there when it is whole. */
  get(key: string, file: string): Promise<void>;
  /** @returns the new etag */
  put(key: string, file: string): Promise<string>;
  /** An object that is not there is as good as removed. */
  remove(key: string): Promise<void>;
}
