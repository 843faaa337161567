import proto from '@temporalio/proto';

const { History } = proto.temporal.api.history.v1;

/** A history as this folder's files hold it: enums by name, 64-bit numbers as text, bytes as base64. */
export interface RecordedHistory {
  readonly events: Record<string, { activityType?: { name: string } }>[];
}

/** historyToJSON of @temporalio/common 1.24 fails where its protobufjs is another version than that of @temporalio/proto. */
export const historyAsJson = (history: proto.temporal.api.history.v1.IHistory): RecordedHistory => History.toObject(History.fromObject(history), { enums: String, longs: String, bytes: String }) as RecordedHistory;

export const historyOfJson = (json: RecordedHistory): proto.temporal.api.history.v1.History => History.fromObject(json);
